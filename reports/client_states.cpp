#include "reports/client_states.hpp"

#include "reports/analysis.hpp"
#include "reports/connecting.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

// An attempt that is under way, since it reached its last stage.
struct open_attempt {
  nanoseconds since{};
  client_state next = client_state::resolving;  // What it is busy with, if nothing else is told.
};

struct open_connection {
  nanoseconds ready{};
  nanoseconds life{};               // Its last sign.
  std::optional<nanoseconds> dead;  // Something made it unusable, and no sign of life came since.
  bool doubted = false;             // A ping or probe failed since its last sign of life.
  bool synced = false;
  bool alone = false;               // No other one was there when it became ready.
  std::optional<nanoseconds> told;  // The first word of whether Home Assistant is RUNNING.
  std::optional<nanoseconds> starting;
  std::map<std::int64_t, nanoseconds> subscribing;  // By handle.
  std::vector<client_span> inner;
};

// What an attempt that reached a stage had been busy with, and what it turns to.
struct stage_step {
  std::string_view stage;
  client_state was;
  client_state next;
};
constexpr auto steps = std::to_array<stage_step>({
    {"resolved", client_state::resolving, client_state::connecting},
    {"tcp", client_state::connecting, client_state::upgrading},
    {"proxied", client_state::connecting, client_state::upgrading},
    {"tls", client_state::securing, client_state::upgrading},
    {"upgraded", client_state::upgrading, client_state::authenticating},
});

struct failing_stage {
  std::string_view stage;
  client_state was;
};
constexpr auto failing_stages = std::to_array<failing_stage>({
    {"resolve", client_state::resolving},
    {"tcp", client_state::connecting},
    {"proxy", client_state::connecting},
    {"tls", client_state::securing},
    {"upgrade", client_state::upgrading},
    {"token", client_state::authenticating},
    {"auth", client_state::authenticating},
});

class state_watch {
 public:
  explicit state_watch(const run_context& context) : context_(context) {}

  std::vector<client_span> watch(const journal& j) {
    if (j.events().empty()) return {};
    for (const event& e : j.events()) {
      now_ = e.at;
      on_event(e);
    }
    end_process();
    end(down_since_, client_state::down);
    end(frozen_since_, client_state::frozen);
    return flatten();
  }

 private:
  void on_event(const event& e) {
    switch (e.kind) {
      using enum event_kind;
      case host_frozen:
        begin(frozen_since_);
        return;
      case host_thawed:
        end(frozen_since_, client_state::frozen);
        return;
      case process_started:
      case process_stopped:
        end_process();
        begin(down_since_);
        return;
      case backoff_began:
        end_attempts();
        begin(waiting_since_);
        return;
      case attempt_began:
        end(down_since_, client_state::down);
        end(waiting_since_, client_state::backing_off);
        attempts_[e.value] = {.since = now_};
        return;
      case attempt_stage:
        on_stage(e);
        return;
      case attempt_failed:
        on_failed(e);
        return;
      case client_ready:
        on_ready(e);
        return;
      default:
        if (const auto c = connections_.find(e.connection); c != connections_.end()) {
          on_connection(e, c->second);
        }
        return;
    }
  }

  void on_connection(const event& e, open_connection& c) {
    switch (e.kind) {
      using enum event_kind;
      case client_closed:
        end_connection(e.connection);
        return;
      case answer_taken:
      case pong_received:
        c.life = now_;
        c.dead.reset();
        c.doubted = false;
        return;
      case ping_failed:
      case probe_failed:
        c.doubted = true;
        return;
      case connection_cut:
        begin(c.dead);
        return;
      case server_closed:
        if (e.text != "peer") begin(c.dead);
        return;
      case fault_hit:
        if (blocks_traffic(context_.kind_of(e.text))) begin(c.dead);
        return;
      default:
        on_upkeep(e, c);
        return;
    }
  }

  // The first word of it answers a question that was asked as soon as the connection was ready.
  // Where there was another connection nobody had to wait for that.
  void on_word_of_home(open_connection& c) const {
    if (c.told) return;
    if (c.alone && !c.synced) c.starting = c.ready;
    c.told = now_;
  }

  void on_upkeep(const event& e, open_connection& c) const {
    switch (e.kind) {
      using enum event_kind;
      case home_starting:
        on_word_of_home(c);
        begin(c.starting);
        return;
      case home_running:
        on_word_of_home(c);
        if (c.starting) c.inner.push_back({*c.starting, now_, client_state::starting});
        c.starting.reset();
        return;
      case subscription_sent:
        c.subscribing.try_emplace(e.value, now_);
        return;
      case subscription_live:
      case subscription_rejected:
        if (const auto s = c.subscribing.find(e.value); s != c.subscribing.end()) {
          c.inner.push_back({s->second, now_, client_state::resubscribing});
          c.subscribing.erase(s);
        }
        return;
      case mirror_replaced:
        if (!std::exchange(c.synced, true)) {
          c.inner.push_back({c.told.value_or(c.ready), now_, client_state::resyncing});
        }
        return;
      default:
        return;
    }
  }

  void on_stage(const event& e) {
    const auto attempt = attempts_.find(e.value);
    const auto* const step = std::ranges::find(steps, e.text, &stage_step::stage);
    if (attempt == attempts_.end() || step == steps.end()) return;
    add(attempt->second.since, now_, step->was);
    attempt->second = {.since = now_, .next = step->next};
  }

  void on_failed(const event& e) {
    const auto attempt = attempts_.find(e.value);
    if (attempt == attempts_.end()) return;
    const std::string_view text = e.text;
    const auto* const found =
        std::ranges::find(failing_stages, text.substr(0, text.find(':')), &failing_stage::stage);
    add(attempt->second.since, now_,
        found == failing_stages.end() ? attempt->second.next : found->was);
    attempts_.erase(attempt);
  }

  void on_ready(const event& e) {
    if (const auto attempt = attempts_.find(e.value); attempt != attempts_.end()) {
      add(attempt->second.since, now_, client_state::authenticating);
      attempts_.erase(attempt);
    }
    end(down_since_, client_state::down);
    end(waiting_since_, client_state::backing_off);
    end_connection(e.connection);
    connections_.try_emplace(e.connection, open_connection{.ready = now_,
                                                           .life = now_,
                                                           .dead = {},
                                                           .alone = connections_.empty(),
                                                           .told = {},
                                                           .starting = {},
                                                           .subscribing = {},
                                                           .inner = {}});
  }

  void end_connection(std::uint32_t number) {
    const auto found = connections_.find(number);
    if (found == connections_.end()) return;
    open_connection& c = found->second;
    if (c.starting) c.inner.push_back({*c.starting, now_, client_state::starting});
    for (const auto& [handle, since] : c.subscribing) {
      c.inner.push_back({since, now_, client_state::resubscribing});
    }
    const nanoseconds dead = c.dead ? *c.dead : c.doubted ? c.life : now_;
    add(c.ready, dead, client_state::ready);
    add(dead, now_, client_state::detecting);
    for (const client_span& each : c.inner) add(each.from, std::min(each.to, dead), each.state);
    connections_.erase(found);
  }

  void end_attempts() {
    for (const auto& [number, attempt] : attempts_) add(attempt.since, now_, attempt.next);
    attempts_.clear();
  }

  void end_process() {
    while (!connections_.empty()) end_connection(connections_.begin()->first);
    end_attempts();
    end(waiting_since_, client_state::backing_off);
    end(down_since_, client_state::down);
  }

  void begin(std::optional<nanoseconds>& since) const {
    if (!since) since = now_;
  }
  void end(std::optional<nanoseconds>& since, client_state state) {
    if (since) add(*since, now_, state);
    since.reset();
  }

  void add(nanoseconds from, nanoseconds to, client_state state) {
    if (from >= to) return;
    borders_.push_back({from, state, 1});
    borders_.push_back({to, state, -1});
  }

  // At each instant the first state of those that overlap there.
  std::vector<client_span> flatten() {
    add(nanoseconds{}, now_, client_state::idle);
    std::ranges::sort(borders_, {}, &border::at);
    std::array<int, client_state_count> active{};
    std::vector<client_span> spans;
    for (std::size_t i = 0; i < borders_.size();) {
      const nanoseconds at = borders_[i].at;
      for (; i < borders_.size() && borders_[i].at == at; ++i) {
        active[static_cast<std::size_t>(borders_[i].state)] += borders_[i].change;
      }
      const auto* const first = std::ranges::find_if(active, [](int n) { return n > 0; });
      if (!spans.empty()) spans.back().to = at;
      if (first == active.end()) break;
      const auto state = static_cast<client_state>(first - active.begin());
      if (spans.empty() || spans.back().state != state) spans.push_back({at, at, state});
    }
    return spans;
  }

  struct border {
    nanoseconds at{};
    client_state state{};
    int change = 0;
  };

  const run_context& context_;
  nanoseconds now_{};
  std::optional<nanoseconds> frozen_since_;
  std::optional<nanoseconds> down_since_;
  std::optional<nanoseconds> waiting_since_;  // Backing off.
  std::map<std::int64_t, open_attempt> attempts_;
  std::map<std::uint32_t, open_connection> connections_;
  std::vector<border> borders_;
};

}  // namespace

std::vector<client_span> client_states(const run_context& context, const journal& j) {
  return state_watch(context).watch(j);
}

}  // namespace hassle::reports
