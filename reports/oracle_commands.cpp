// The oracles about commands: what the user got.
#include "reports/oracle.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

// Adds up what `violations_of` finds wrong with each command.
violation_count over_commands(const testimony& t, std::string_view what,
                              std::invocable<const command_story&> auto violations_of) {
  violation_count found;
  for (const command_story& story : t.stories) {
    const std::uint64_t times = violations_of(story);
    if (times == 0) continue;
    const std::size_t at = story.outcomes > 0 ? story.done : story.issued;
    found.add(t.at(at).at, fmt::format("command {} {}", story.number, what), story.number, times);
  }
  return found;
}

// The instants from which on Home Assistant's word kept the client from trying.
class refusal_watch {
 public:
  void on_event(const event& e) {
    switch (e.kind) {
      case event_kind::auth_refused:
        refused_ = true;
        return;
      case event_kind::client_ready:
      case event_kind::process_started:
      case event_kind::attempt_began:
        refused_ = false;
        return;
      default:
        return;
    }
  }
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  bool refused_ = false;
};

// Whether the client itself is to blame: Home Assistant's own errors are answers, too.
bool is_own_failure(const command_story& story) {
  static constexpr std::array<std::string_view, 7> own = {
      "not_connected", "starting",           "breaker_open",   "queue_full",
      "bad_json",      "too_many_in_flight", "send_queue_full"};
  switch (story.what) {
    case outcome::fresh:
      return false;
    case outcome::other:
      return std::ranges::find(own, story.detail) != own.end();
    default:
      return true;
  }
}

// Since when nothing has been wrong, event by event.
class quiet_watch {
 public:
  explicit quiet_watch(const run_context& context) : context_(context) {}

  void on_event(const event& e) {
    switch (e.kind) {
      using enum event_kind;
      case fault_began:
        active_.insert({e.text, e.value});
        since_.reset();
        return;
      case fault_ended:
        active_.erase({e.text, e.value});
        if (turns_away(context_.kind_of(e.text))) unwelcome_until_ = e.at + unwelcome_takes;
        break;
      case phase_changed:
        restarting_ = e.text != "running";
        break;
      case fault_hit:
      case connection_cut:
      case process_started:
      case host_thawed:
        break;
      case server_closed:
        if (e.text == "peer") return;
        break;
      default:
        return;
    }
    since_ = active_.empty() && !restarting_ ? std::optional(e.at) : std::nullopt;
  }

  /// How long everything has been well; negative while it is not.
  [[nodiscard]] nanoseconds quiet_for(nanoseconds now) const {
    if (!since_ || now < unwelcome_until_) return nanoseconds(-1);
    return now - *since_;
  }

 private:
  // Kinds after which a client waits longer, as it should.
  static bool turns_away(std::string_view kind) {
    static constexpr std::array<std::string_view, 9> kinds = {
        "http_error", "ban",   "reject_auth", "revoke_token", "expire_tokens",
        "tls",        "crowd", "hang_up",     "bad_upgrade"};
    return std::ranges::find(kinds, kind) != kinds.end();
  }

  const run_context& context_;
  std::set<std::pair<std::string, std::int64_t>> active_;
  bool restarting_ = false;
  std::optional<nanoseconds> since_ = nanoseconds::zero();
  nanoseconds unwelcome_until_{};
};

}  // namespace

violation_count wrong_answers_taken(const testimony& t) {
  return over_commands(t, "took the answer to another one",
                       [](const command_story& story) { return story.wrong_answers; });
}

violation_count executed_too_often(const testimony& t) {
  return over_commands(t, "was executed more than once", [&](const command_story& story) {
    return repeated_effects(t.events, story);
  });
}

// A host that stood still when the limit came could not keep it.
violation_count past_their_limit(const testimony& t) {
  std::vector<std::pair<nanoseconds, nanoseconds>> still;
  for (const event& e : t.events.events()) {
    if (e.kind == event_kind::host_frozen) still.emplace_back(e.at, nanoseconds::max());
    if (e.kind == event_kind::host_thawed && !still.empty()) still.back().second = e.at;
  }
  return over_commands(t, "had no outcome when its limit came", [&](const command_story& story) {
    if (!story.past_limit) return 0U;
    const nanoseconds issued = t.at(story.issued).at;
    const nanoseconds done = t.at(story.done).at;
    const bool excused = std::ranges::any_of(
        still, [&](const auto& span) { return span.first <= done && span.second > issued; });
    return excused ? 0U : 1U;
  });
}

// Connections rarely outlive a long sleep: until there are new ones, answers from memory are what
// was promised.
violation_count not_recovered(const testimony& t) {
  const nanoseconds calm = t.calm();
  const nanoseconds waking = t.context.recovery_bound.value_or(std::chrono::minutes(1));
  refusal_watch watch;
  std::optional<nanoseconds> thawed;
  std::size_t next = 0;
  return over_commands(t, "got no fresh answer though everything had long been healed",
                       [&](const command_story& story) {
                         for (; next < story.issued; ++next) {
                           watch.on_event(t.at(next));
                           if (t.at(next).kind == event_kind::host_thawed) thawed = t.at(next).at;
                         }
                         const nanoseconds issued = t.at(story.issued).at;
                         if (issued < calm || watch.refused()) return 0U;
                         const bool awake = !thawed || issued - *thawed >= waking;
                         if (story.what == outcome::stale && !awake) return 0U;
                         return story.what != outcome::fresh ? 1U : 0U;
                       });
}

violation_count other_than_one_outcome(const testimony& t) {
  violation_count found;
  std::vector<std::uint32_t> issued;
  for (const command_story& story : t.stories) {
    issued.push_back(story.number);
    if (story.outcomes == 1) continue;
    found.add(t.at(story.issued).at,
              fmt::format("command {} has {}", story.number, counted(story.outcomes, "outcome")),
              story.number);
  }
  std::ranges::sort(issued);
  for (const event& e : t.events.events()) {
    if (e.kind != event_kind::command_done || std::ranges::binary_search(issued, e.command)) {
      continue;
    }
    found.add(e.at, fmt::format("command {} has an outcome and was never issued", e.command),
              e.command);
  }
  return found;
}

// A command counts if everything had been well for the bound when it was issued, and was well until
// it ended.
violation_count past_recovery_bound(const testimony& t) {
  if (!t.context.recovery_bound) return {};
  const nanoseconds bound = *t.context.recovery_bound;
  violation_count found;
  quiet_watch quiet(t.context);
  refusal_watch refusal;
  std::size_t next = 0;
  for (const command_story& story : t.stories) {
    while (next < story.issued) {
      refusal.on_event(t.at(next));
      quiet.on_event(t.at(next++));
    }
    if (story.outcomes == 0 || !is_own_failure(story) || refusal.refused()) continue;
    const nanoseconds issued = t.at(story.issued).at;
    const nanoseconds quiet_before = quiet.quiet_for(issued);
    if (quiet_before < bound) continue;
    quiet_watch until_done = quiet;
    for (std::size_t i = next; i < story.done; ++i) until_done.on_event(t.at(i));
    const nanoseconds ended = t.at(story.done).at;
    if (until_done.quiet_for(ended) < ended - issued + quiet_before) continue;
    found.add(ended,
              fmt::format("command {} got no fresh answer {} after the last misfortune",
                          story.number, human_duration(quiet_before)),
              story.number);
  }
  return found;
}

}  // namespace hassle::reports
