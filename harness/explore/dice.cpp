#include "harness/explore/dice.hpp"

#include <boost/random/uniform_int_distribution.hpp>

#include <algorithm>
#include <bit>
#include <cassert>

namespace hassle::harness::explore {

namespace {

/// Two digits, the rest zeros; rounded down.
std::uint64_t two_digits(std::uint64_t number) {
  std::uint64_t unit = 1;
  while (number / unit >= 100) unit *= 10;
  return number / unit * unit;
}

}  // namespace

std::uint64_t dice::whole(std::uint64_t min, std::uint64_t max) {
  assert(min <= max);
  boost::random::uniform_int_distribution<std::uint64_t> spread(min, max);
  return spread(random_);
}

std::uint64_t dice::magnitude(std::uint64_t min, std::uint64_t max) {
  assert(0 < min && min <= max);
  // In integers: what logarithms say of the last bit differs between libraries.
  const auto doublings = static_cast<std::uint64_t>(std::bit_width(max / min)) - 1;
  const std::uint64_t from = min << whole(0, doublings);
  return whole(from, std::min(max, 2 * from));
}

scenario::duration dice::length(scenario::duration min, scenario::duration max) {
  const std::uint64_t drawn =
      magnitude(static_cast<std::uint64_t>(min.count()), static_cast<std::uint64_t>(max.count()));
  return std::max(min, scenario::duration(two_digits(drawn)));
}

scenario::duration dice::instant(scenario::duration max) {
  const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(max).count();
  return std::chrono::milliseconds(whole(0, static_cast<std::uint64_t>(most)));
}

}  // namespace hassle::harness::explore
