#pragma once

#include "scenarios/duration.hpp"

#include <boost/random/mersenne_twister.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace hassle::scenario {

using random_stream = boost::random::mt19937_64;

/// The seed of the random stream `name` of a run. Streams are independent: a new one, or more
/// draws from one, never shifts another.
[[nodiscard]] std::uint64_t stream_seed(std::uint64_t run_seed, std::string_view name) noexcept;

/// How a drawn length of time is spread. Written "5s" or
/// { dist = "uniform", min = "1s", max = "9s" }.
struct duration_distribution {
  enum class kind : std::uint8_t {
    constant,     ///< `a`
    uniform,      ///< in [a, b]
    exponential,  ///< mean `a`
    lognormal,    ///< median `a`, shape `sigma`
  } how = kind::constant;
  std::chrono::nanoseconds a{0};
  std::chrono::nanoseconds b{0};
  double sigma = 0;

  /// Never negative, never above `draw_max`. The exponential and the lognormal one answer in whole
  /// microseconds: what two mathematics libraries disagree about, the last bit of a double, is
  /// rounded away.
  [[nodiscard]] std::chrono::nanoseconds draw(random_stream& random) const;
  /// Every draw is zero: what waits for it again and again never gets on.
  [[nodiscard]] bool always_zero() const noexcept;
  bool operator==(const duration_distribution&) const = default;
};
inline constexpr std::chrono::nanoseconds draw_max = duration_max;

/// How a drawn number of things is spread. Written 3 or { dist = "uniform", min = 1, max = 4 }.
struct count_distribution {
  enum class kind : std::uint8_t {
    constant,   ///< `a`
    uniform,    ///< in [a, b]
    geometric,  ///< from 1, mean `mean`
  } how = kind::constant;
  std::uint32_t a = 1;
  std::uint32_t b = 1;
  double mean = 1;

  /// At most `count_max`.
  [[nodiscard]] std::uint32_t draw(random_stream& random) const;
  bool operator==(const count_distribution&) const = default;
};
inline constexpr std::uint32_t count_max = 100'000;

/// True in a share `probability` of the draws. Every call draws once, whatever the probability.
[[nodiscard]] bool draw_chance(random_stream& random, double probability);

}  // namespace hassle::scenario
