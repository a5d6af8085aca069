#include "scenarios/distribution.hpp"

#include <boost/random/exponential_distribution.hpp>
#include <boost/random/geometric_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace hassle::scenario {
namespace {

using std::chrono::nanoseconds;

constexpr double nanoseconds_per_microsecond = 1000;

/// Bounded before the conversion: a double beyond the range of an integer has no value there.
nanoseconds whole_microseconds(double ns) {
  const double bounded = std::clamp(ns, 0.0, static_cast<double>(draw_max.count()));
  return std::chrono::microseconds(std::llround(bounded / nanoseconds_per_microsecond));
}

}  // namespace

std::uint64_t stream_seed(std::uint64_t run_seed, std::string_view name) noexcept {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  // The finaliser of splitmix64: seeds 1, 2, 3 … must not give related streams. Twice, because
  // the seed and the name meet in a mere exclusive or.
  std::uint64_t mixed = run_seed;
  for (int round = 0; round < 2; ++round) {
    mixed ^= hash;
    mixed += 0x9e3779b97f4a7c15ULL;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
    mixed ^= mixed >> 31U;
  }
  return mixed;
}

nanoseconds duration_distribution::draw(random_stream& random) const {
  assert(a.count() >= 0 && b.count() >= 0);
  switch (how) {
    case kind::constant:
      return std::min(a, draw_max);
    case kind::uniform: {
      assert(a <= b);
      boost::random::uniform_int_distribution<std::int64_t> spread(a.count(), b.count());
      return std::min(nanoseconds(spread(random)), draw_max);
    }
    case kind::exponential: {
      boost::random::exponential_distribution<double> spread(1.0);
      return whole_microseconds(static_cast<double>(a.count()) * spread(random));
    }
    case kind::lognormal: {
      boost::random::normal_distribution<double> spread(0.0, 1.0);
      return whole_microseconds(static_cast<double>(a.count()) * std::exp(sigma * spread(random)));
    }
  }
  assert(false && "unknown distribution");
  return {};
}

bool duration_distribution::always_zero() const noexcept {
  constexpr nanoseconds rounds_to_zero = std::chrono::microseconds(1);
  switch (how) {
    case kind::constant:
      return a.count() <= 0;
    case kind::uniform:
      return b.count() <= 0;
    case kind::exponential:
    case kind::lognormal:
      return a < rounds_to_zero;
  }
  assert(false && "unknown distribution");
  return true;
}

std::uint32_t count_distribution::draw(random_stream& random) const {
  switch (how) {
    case kind::constant:
      return std::min(a, count_max);
    case kind::uniform: {
      assert(a <= b);
      boost::random::uniform_int_distribution<std::uint32_t> spread(a, b);
      return std::min(spread(random), count_max);
    }
    case kind::geometric: {
      if (mean <= 1) {
        return 1;
      }
      // Failures before the first success, so that the mean of 1 + draw is `mean`.
      boost::random::geometric_distribution<std::int64_t, double> spread(
          1.0 / std::min<double>(mean, count_max));
      const std::int64_t failures = std::clamp<std::int64_t>(spread(random), 0, count_max - 1);
      return static_cast<std::uint32_t>(failures + 1);
    }
  }
  assert(false && "unknown distribution");
  return 1;
}

bool draw_chance(random_stream& random, double probability) {
  constexpr std::uint64_t steps = 1ULL << 53U;  // As fine as a double in [0, 1) can be.
  boost::random::uniform_int_distribution<std::uint64_t> spread(0, steps - 1);
  return static_cast<double>(spread(random)) < probability * static_cast<double>(steps);
}

}  // namespace hassle::scenario
