#include "reports/gauges.hpp"

#include "reports/analysis.hpp"
#include "reports/event_ledger.hpp"
#include "reports/journal.hpp"
#include "reports/own_connections.hpp"
#include "reports/sliding_window.hpp"
#include "reports/staleness.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>

namespace hassle::reports {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::array<gauge_description, gauge_count> all_gauges = {{
    {"attempts_per_minute_max", "connection attempts in any 60 s"},
    {"handshakes_per_second_max", "connections that the server accepted in any second, of all"},
    {"pings_per_minute_max", "pings that the client sent in any 60 s"},
    {"wakeups_per_minute_max", "wake-ups of the client's host in a minute without any need"},
    {"reconnects", "connections that took the place of lost ones"},
    {"auth_failures", "times that the server refused the client's token"},
    {"repeated_effects", "executions beyond the first of commands whose effect adds up"},
    {"answer_discarded", "late, duplicate and unknown answers that the client threw away"},
    {"ping_failed", "pings without a pong in time"},
    {"probe_failed", "connections found dead before a command used them"},
    {"breaker_opened", "times that the breaker opened"},
    {"retries", "sends of a command beyond its first"},
    {"token_refreshes", "new access tokens"},
    {"endpoint_changes", "moves to another endpoint"},
    {"subscription_rejections", "subscriptions that the server refused"},
    {"events_heard", "events that reached the application"},
    {"gap_events", "gaps that the application was told of"},
    {"lost_events", "events that the application missed without being told of a gap"},
    {"duplicate_events", "events that the application heard too often"},
    {"reordered_events", "events that the application heard behind later ones"},
    {"late_events", "events that the application heard after it had unsubscribed"},
    {"mirror_differences", "differences between mirror and home at the end"},
    {"staleness_s", "seconds in which the mirror was not live"},
    {"stale_age_max_s", "age of the oldest answer from memory, in seconds"},
    {"calls_peak", "commands that the client held at once"},
    {"queue_peak", "commands that waited in the client for their turn"},
    {"connects_herd_peak_percent",
     "clients, of 100, that tried to connect in any second after the first fault began"},
    {"herd_ready_max_s", "seconds from the last fault's end until all of the herd were ready"},
}};

// How many clients of a herd try to connect within one second.
class herd_watch {
 public:
  void on_event(const event& e) {
    switch (e.kind) {
      case event_kind::fault_began:
        begun_ = true;
        return;
      case event_kind::fault_ended:
        healed_ = e.at;
        last_ready_.reset();
        return;
      case event_kind::attempt_began:
        tries(e.at, 1);
        return;
      case event_kind::herd_attempt:
        tries(e.at, e.value);
        return;
      case event_kind::herd_ready:
        if (healed_) last_ready_ = e.at;
        return;
      default:
        return;
    }
  }

  void read(gauge_values& into, double clients) const {
    if (clients > 1 && begun_) {
      into[static_cast<std::size_t>(gauge::connects_herd_peak_percent)] =
          100 * static_cast<double>(peak_) / clients;
    }
    if (last_ready_) {
      into[static_cast<std::size_t>(gauge::herd_ready_max_s)] =
          std::chrono::duration<double>(*last_ready_ - *healed_).count();
    }
  }

 private:
  void tries(nanoseconds at, std::int64_t client) {
    if (!begun_) return;
    while (!within_.empty() && at - within_.front().first >= 1s) {
      const auto leaving = clients_.find(within_.front().second);
      if (--leaving->second == 0) clients_.erase(leaving);
      within_.pop_front();
    }
    within_.emplace_back(at, client);
    ++clients_[client];
    peak_ = std::max(peak_, clients_.size());
  }

  bool begun_ = false;
  std::optional<nanoseconds> healed_, last_ready_;
  std::deque<std::pair<nanoseconds, std::int64_t>> within_;
  std::map<std::int64_t, std::size_t> clients_;
  std::size_t peak_ = 0;
};

class meter {
 public:
  explicit meter(const journal& j) : own_(j) {}

  void on_event(const event& e) {
    herd_.on_event(e);
    switch (e.kind) {
      using enum event_kind;
      case attempt_began:
        attempts_.add(e.at);
        return;
      case server_accepted:
        handshakes_.add(e.at);
        return;
      case ping_sent:
        pings_.add(e.at);
        return;
      case client_ready:
        if (lost_ > 0) {
          --lost_;
          count(gauge::reconnects);
        }
        ready_.insert(e.connection);
        return;
      case client_closed:
        lost_ += ready_.erase(e.connection);
        return;
      case process_started:
        lost_ = 0;
        ready_.clear();
        return;
      case command_issued:
        calls_.insert(e.command);
        calls_peak_ = std::max(calls_peak_, calls_.size());
        return;
      case call_queued:
        queue_.insert(e.command);
        queue_peak_ = std::max(queue_peak_, queue_.size());
        return;
      case command_sent:
        queue_.erase(e.command);
        return;
      case command_done:
        calls_.erase(e.command);
        queue_.erase(e.command);
        stale_age_ = std::max(stale_age_, e.value);
        return;
      case server_auth:
        if (is_refusal(e) && own_.contains(e.connection)) count(gauge::auth_failures);
        return;
      case breaker_changed:
        if (e.text == "open") count(gauge::breaker_opened);
        return;
      case mirror_compared:
        put(gauge::mirror_differences, static_cast<double>(e.value));
        return;
      case measured:
        measured_[e.text] = static_cast<double>(e.value);
        return;
      default:
        count_simple(e.kind);
        return;
    }
  }

  gauge_values values() {
    put(gauge::attempts_per_minute_max, attempts_.peak());
    put(gauge::handshakes_per_second_max, handshakes_.peak());
    put(gauge::pings_per_minute_max, pings_.peak());
    if (stale_age_ > 0) {
      put(gauge::stale_age_max_s, std::chrono::duration<double>(nanoseconds(stale_age_)).count());
    }
    for (const gauge g : counted) values_[index_of(g)] = counts_[index_of(g)];
    take_measured(gauge::wakeups_per_minute_max, measure::wakeups_per_minute_peak);
    put(gauge::calls_peak, calls_peak_);
    put(gauge::queue_peak, queue_peak_);
    const auto clients = measured_.find(measure::clients);
    herd_.read(values_, clients == measured_.end() ? 0 : clients->second);
    return values_;
  }

 private:
  static constexpr std::array counted = {
      gauge::reconnects,       gauge::auth_failures,
      gauge::answer_discarded, gauge::ping_failed,
      gauge::probe_failed,     gauge::breaker_opened,
      gauge::retries,          gauge::token_refreshes,
      gauge::endpoint_changes, gauge::subscription_rejections,
  };

  static constexpr std::size_t index_of(gauge g) { return static_cast<std::size_t>(g); }
  void count(gauge g) { ++counts_[index_of(g)]; }
  void put(gauge g, double value) { values_[index_of(g)] = value; }
  void put(gauge g, std::size_t value) { put(g, static_cast<double>(value)); }

  void count_simple(event_kind kind) {
    switch (kind) {
      case event_kind::answer_discarded:
        return count(gauge::answer_discarded);
      case event_kind::ping_failed:
        return count(gauge::ping_failed);
      case event_kind::probe_failed:
        return count(gauge::probe_failed);
      case event_kind::retry_began:
        return count(gauge::retries);
      case event_kind::token_refreshed:
        return count(gauge::token_refreshes);
      case event_kind::endpoint_changed:
        return count(gauge::endpoint_changes);
      case event_kind::subscription_rejected:
        return count(gauge::subscription_rejections);
      default:
        return;
    }
  }

  void take_measured(gauge g, std::string_view name) {
    if (const auto found = measured_.find(name); found != measured_.end()) put(g, found->second);
  }

  own_connections own_;
  herd_watch herd_;
  sliding_window attempts_{1min}, handshakes_{1s}, pings_{1min};
  std::set<std::uint32_t> ready_;
  std::size_t lost_ = 0;           // Connections that nothing has taken the place of.
  std::set<std::uint32_t> calls_;  // Under way, by command.
  std::set<std::uint32_t> queue_;
  std::size_t calls_peak_ = 0;
  std::size_t queue_peak_ = 0;
  std::int64_t stale_age_ = 0;
  std::map<std::string, double, std::less<>> measured_;
  std::array<double, gauge_count> counts_{};
  gauge_values values_{};
};

}  // namespace

std::span<const gauge_description> gauges() { return all_gauges; }

void take_larger(gauge_values& into, const gauge_values& other) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    if (other[i] && (!into[i] || *other[i] > *into[i])) into[i] = other[i];
  }
}

gauge_values read_gauges(const run_context& context, const journal& j,
                         const ledger_findings& ledger) {
  meter all(j);
  for (const event& e : j.events()) all.on_event(e);
  gauge_values values = all.values();
  const auto put = [&](gauge g, std::uint64_t value) {
    values[static_cast<std::size_t>(g)] = static_cast<double>(value);
  };
  if (ledger.wanted > 0) {
    put(gauge::events_heard, ledger.heard);
    put(gauge::gap_events, ledger.gaps);
    put(gauge::lost_events, ledger.lost.count);
    put(gauge::duplicate_events, ledger.duplicate.count);
    put(gauge::reordered_events, ledger.reordered.count);
    put(gauge::late_events, ledger.late.count);
  }
  if (const auto stale = staleness(context, j)) {
    values[static_cast<std::size_t>(gauge::staleness_s)] =
        std::chrono::duration<double>(*stale).count();
  }
  return values;
}

}  // namespace hassle::reports
