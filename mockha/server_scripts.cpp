// Scripts that pause and go on; services that are over at once are in server.cpp.
#include "mockha/server.hpp"

#include <chrono>
#include <utility>

namespace hassle::mockha {

bool server::hold_scripts(home::outcome& done, std::uint64_t key, const run_service& wanted) {
  if (done.later.empty()) return false;
  bool held = false;
  for (std::size_t n = 0; n < done.later.size(); ++n) {
    const bool waits = done.waits && n == 0;
    if (paused_.size() >= config_.limits.scripts_max) {
      if (waits)
        done.failed = failure{.code = "home_assistant_error",
                              .message = "Too many scripts are running.",
                              .translation_key = {},
                              .translation_domain = {},
                              .translation_placeholders = {}};
      break;
    }
    paused_script one{.rest = std::move(done.later[n].rest)};
    if (waits && key != 0) {
      one.key = key;
      one.wanted = wanted;
      held = true;
    }
    paused_.emplace(time_.now() + done.later[n].after, std::move(one));
  }
  arm_scripts();
  return held;
}

void server::arm_scripts() {
  if (paused_.empty() || stalled()) {
    script_timer_.cancel();
  } else {
    script_timer_.call_at(paused_.begin()->first, [this] { run_scripts(); });
  }
}

void server::run_scripts() {
  while (!stalled() && !paused_.empty() && paused_.begin()->first <= time_.now()) {
    paused_script one = std::move(paused_.extract(paused_.begin()).mapped());
    executed e;
    e.done = house_.resume(std::move(one.rest), wall_now(), watch_);
    publish(e.done);
    const bool goes_on = hold_scripts(e.done, one.key, one.wanted);
    const auto waiter = connections_.find(one.key);
    if (one.key == 0 || goes_on || waiter == connections_.end()) continue;
    e.takes = config_.service_time.draw(service_random_);
    answer_service(*waiter->second, one.wanted, e);
  }
  arm_scripts();
}

// The process ends, and with it whatever runs in it: the home forgets its scripts by itself.
void server::lose_scripts(std::string_view why) {
  for (const auto& [at, one] : std::exchange(paused_, {})) {
    if (one.key == 0) continue;
    const auto waiter = connections_.find(one.key);
    if (waiter == connections_.end()) continue;
    record(reports::event_kind::answer_lost, waiter->second->id(),
           static_cast<std::int64_t>(one.wanted.id), std::string(why));
  }
  script_timer_.cancel();
}

void server::publish(const home::outcome& done) {
  if (done.events.empty()) {
    publish(done.changes);
    return;
  }
  for (const auto& change : done.changes) record_change(change);
  if (watch_ == watch{}) return;
  for (const auto& event : done.to_publish()) publish(event);
}

}  // namespace hassle::mockha
