#pragma once

#include "scenarios/distribution.hpp"
#include "scenarios/duration.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace hassle::harness::explore {

/// What one part of a random scenario is drawn with: a random stream of its own, so that a new
/// part, or more draws from one, shifts no other. The same on every compiler and machine.
class dice {
 public:
  dice(std::uint64_t seed, std::string_view part) : random_(scenario::stream_seed(seed, part)) {}

  [[nodiscard]] bool chance(double probability) {
    return scenario::draw_chance(random_, probability);
  }
  /// From `min` to `max`, both included, all equally often. REQUIRES: min <= max.
  [[nodiscard]] std::uint64_t whole(std::uint64_t min, std::uint64_t max);
  /// From `min` to `max`, each doubling equally often: 3s is as likely as 3min. REQUIRES: 0 < min
  /// <= max.
  [[nodiscard]] std::uint64_t magnitude(std::uint64_t min, std::uint64_t max);
  /// As `magnitude`, with two digits that are not zero, so that people can read it.
  [[nodiscard]] scenario::duration length(scenario::duration min, scenario::duration max);
  /// From zero to `max`, all equally often, in whole milliseconds.
  [[nodiscard]] scenario::duration instant(scenario::duration max);

  template <class T, std::size_t Count>
  [[nodiscard]] T one_of(const std::array<T, Count>& choices) {
    return choices[whole(0, Count - 1)];
  }

 private:
  scenario::random_stream random_;
};

}  // namespace hassle::harness::explore
