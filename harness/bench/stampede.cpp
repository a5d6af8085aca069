#include "harness/bench/stampede.hpp"

#include "harness/bench/recovery_lag.hpp"
#include "reports/statistics.hpp"

#include <boost/random/uniform_int_distribution.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <vector>

namespace hassle::harness::bench {

namespace {

using net::duration;

/// An attempt that starts. Equal times go by the client's number, so that runs repeat.
struct attempt {
  duration at;
  std::uint32_t client;

  auto operator<=>(const attempt&) const = default;
};

/// The earliest first: a binary heap, of which the next attempt of who failed replaces the top.
class attempt_heap {
 public:
  explicit attempt_heap(std::size_t capacity) { heap_.reserve(capacity); }

  [[nodiscard]] bool empty() const { return heap_.empty(); }
  void push(attempt what) {
    heap_.push_back(what);
    std::ranges::push_heap(heap_, std::greater{});
  }
  attempt pop() {
    std::ranges::pop_heap(heap_, std::greater{});
    const attempt first = heap_.back();
    heap_.pop_back();
    return first;
  }

 private:
  std::vector<attempt> heap_;
};

/// Most attempts in any second, to a tenth of it.
class peak_meter {
 public:
  void count(duration at) {
    const auto slot = static_cast<std::size_t>(at / slot_length);
    if (slot >= slots_.size()) slots_.resize(slot + 1);
    ++slots_[slot];
  }
  [[nodiscard]] std::uint64_t peak() const {
    std::uint64_t within = 0;
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      within += slots_[i];
      if (i >= slots_in_second) within -= slots_[i - slots_in_second];
      most = std::max(most, within);
    }
    return most;
  }

 private:
  static constexpr std::size_t slots_in_second = 10;
  static constexpr duration slot_length = std::chrono::milliseconds(100);
  std::vector<std::uint32_t> slots_;
};

/// A queue whose handshakes take equally long needs no entries: when it will be through says how
/// long it is.
class door {
 public:
  explicit door(const stampede_server& what)
      : each_(std::max<duration::rep>(1, std::llround(1e9 / what.capacity))),
        backlog_(what.backlog),
        through_at_(what.away) {}

  /// When the handshake of whoever comes now ends; nothing if the backlog is full.
  std::optional<duration> enter(duration now) {
    const duration ahead = std::max(duration::zero(), through_at_ - now);
    // Rounded up: the one whose handshake is being made stands at the door, too.
    if ((ahead + each_ - duration(1)) / each_ >= backlog_) return std::nullopt;
    through_at_ = now + ahead + each_;
    return through_at_;
  }

 private:
  duration each_;
  std::int64_t backlog_;
  duration through_at_;
};

class simulation {
 public:
  simulation(const reconnect_schedule& policy, const stampede_options& how)
      : how_(how),
        random_(how.seed),
        door_(how.server),
        clients_(how.clients, {.policy = policy}),
        due_(how.clients) {
    waits_.reserve(how.clients);
    const boost::random::uniform_int_distribution<duration::rep> notice(0,
                                                                        how.notice_spread.count());
    for (std::uint32_t i = 0; i < how.clients; ++i) {
      plan(i, duration(notice(random_)), ended::server_stopped);
    }
  }

  [[nodiscard]] std::optional<stampede_figures> run() {
    constexpr std::uint64_t between_looks = 4'096;
    while (!due_.empty()) {
      const attempt next = due_.pop();
      if (next.at > how_.server.away + how_.give_up) break;
      if (figures_.attempts % between_looks == 0 && how_.interrupted != nullptr &&
          how_.interrupted->load()) {
        return std::nullopt;
      }
      begin(next);
    }
    return finished();
  }

 private:
  struct client {
    reconnect_schedule policy;
    unsigned attempts = 0;
  };

  void plan(std::uint32_t who, duration now, ended last) {
    client& one = clients_[who];
    const auto wait = one.policy.delay(++one.attempts, last, random_);
    if (wait) due_.push({.at = now + *wait, .client = who});
  }

  void begin(attempt what) {
    ++figures_.attempts;
    meter_.count(what.at);
    if (what.at < how_.server.away) {
      ++figures_.refused;
      plan(what.client, what.at + refusal_takes, ended::refused);
      return;
    }
    const auto done = door_.enter(what.at);
    if (done && *done - what.at <= how_.attempt_limit) {
      waits_.push_back(*done - how_.server.away);
      return;
    }
    ++(done ? figures_.late : figures_.dropped);
    plan(what.client, what.at + how_.attempt_limit, ended::refused);
  }

  [[nodiscard]] stampede_figures finished() {
    std::ranges::sort(waits_);
    figures_.back = static_cast<std::uint32_t>(waits_.size());
    figures_.peak = meter_.peak();
    // The 99th of a hundred, whether the last one comes or not.
    const std::size_t needed = (std::size_t{how_.clients} * 99 + 99) / 100;
    if (waits_.size() >= needed) figures_.back_99 = waits_[needed - 1];
    if (waits_.empty()) return figures_;
    figures_.wait_p50 = reports::nearest_rank(waits_, 50);
    figures_.wait_p99 = reports::nearest_rank(waits_, 99);
    double sum = 0;
    double squares = 0;
    for (const duration each : waits_) {
      const double seconds = std::chrono::duration<double>(each).count();
      sum += seconds;
      squares += seconds * seconds;
    }
    figures_.jain = sum * sum / (static_cast<double>(waits_.size()) * squares);
    return figures_;
  }

  const stampede_options& how_;
  net::random_stream random_;
  door door_;
  std::vector<client> clients_;
  attempt_heap due_;
  peak_meter meter_;
  std::vector<duration> waits_;
  stampede_figures figures_;
};

}  // namespace

std::optional<stampede_figures> stampede(const reconnect_schedule& policy,
                                         const stampede_options& how) {
  assert(how.clients > 0 && how.server.capacity > 0 && how.server.backlog > 0);
  assert(how.attempt_limit > duration::zero() && how.give_up > duration::zero());
  return simulation(policy, how).run();
}

duration least_back_99(const stampede_options& how) {
  const double handshakes = std::ceil(how.clients * 0.99);
  return duration(std::llround(handshakes / how.server.capacity * 1e9));
}

}  // namespace hassle::harness::bench
