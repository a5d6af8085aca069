#pragma once

#include <cassert>
#include <cstdint>

namespace hassle::reports {

/// Numbers that look random and are the same everywhere: the n-th is a function of the seed and n
/// alone (SplitMix64).
class counted_dice {
 public:
  explicit counted_dice(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  /// In [0, n). Biased by less than n / 2^32. REQUIRES: 0 < n < 2^32.
  [[nodiscard]] std::uint64_t below(std::uint64_t n) noexcept {
    assert(n > 0 && n < (std::uint64_t{1} << 32U));
    return ((next() >> 32U) * n) >> 32U;
  }

 private:
  std::uint64_t state_;
};

}  // namespace hassle::reports
