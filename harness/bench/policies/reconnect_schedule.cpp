#include "harness/bench/policies/reconnect_schedule.hpp"

#include <boost/random/uniform_01.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace hassle::harness::bench {

namespace {

using net::duration;
using std::chrono_literals::operator""h;

duration scaled(duration what, double by) {
  return duration(std::llround(static_cast<double>(what.count()) * by));
}

/// first · factor^times, not above the cap however often.
duration grown(duration first, double factor, unsigned times, duration cap) {
  const double steps = std::pow(factor, std::min(times, 1'000U));
  const double most = static_cast<double>(cap.count()) / static_cast<double>(first.count());
  return steps >= most ? cap : scaled(first, steps);
}

std::optional<duration> wait(const listed_delays& how, unsigned number, net::random_stream&) {
  assert(!how.delays.empty());
  if (number <= how.delays.size()) return how.delays[number - 1];
  return how.gives_up ? std::nullopt : std::optional(how.delays.back());
}

std::optional<duration> wait(const symmetric_backoff& how, unsigned number,
                             net::random_stream& random) {
  const duration middle = grown(how.first, how.factor, number - 1, how.cap);
  const double where = boost::random::uniform_01<double>()(random);
  const duration drawn = scaled(middle, 1 - how.spread + 2 * how.spread * where);
  return how.cap_after ? std::min(drawn, how.cap) : drawn;
}

std::optional<duration> wait(const floored_full_jitter& how, unsigned number,
                             net::random_stream& random) {
  const duration most = grown(how.floor, 2, number - 1, how.cap);
  const duration drawn(
      boost::random::uniform_int_distribution<duration::rep>(0, most.count())(random));
  return std::min(how.cap, how.floor + drawn);
}

std::optional<duration> wait(const failure_memory& how, unsigned number, net::random_stream&) {
  constexpr double k = 10;
  constexpr unsigned enough = 5;
  const double part = static_cast<double>(std::min(number - 1, enough)) / enough;
  return scaled(how.most, (std::pow(k, part) - 1) / (k - 1));
}

std::optional<duration> wait(client_backoff& how, ended last, net::random_stream& random) {
  if (last == ended::refused) {
    return how.rules.on_failed(client::dial_failure::network, std::nullopt, random);
  }
  // So long that the connection counts as stable.
  how.rules.on_ready(net::time_point{});
  return how.rules.on_lost(
      net::time_point{} + 24h, random,
      last == ended::server_stopped ? client::ready_end::server_stops : client::ready_end::lost);
}

}  // namespace

std::optional<duration> reconnect_schedule::delay(unsigned number, ended last,
                                                  net::random_stream& random) {
  assert(number >= 1 && (number == 1) == (last != ended::refused));
  if (auto* ours = std::get_if<client_backoff>(&how_)) return wait(*ours, last, random);
  if (const auto* listed = std::get_if<listed_delays>(&how_)) return wait(*listed, number, random);
  if (const auto* drawn = std::get_if<symmetric_backoff>(&how_)) {
    return wait(*drawn, number, random);
  }
  if (const auto* full = std::get_if<floored_full_jitter>(&how_)) {
    return wait(*full, number, random);
  }
  return wait(std::get<failure_memory>(how_), number, random);
}

}  // namespace hassle::harness::bench
