#include "reports/oracle.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hassle::reports {
namespace {

// Promises about events that a server can break by itself, without the client's being able to know.
violation_count lost_events(const testimony& t);
violation_count duplicate_events(const testimony& t);
violation_count reordered_events(const testimony& t);
violation_count late_events(const testimony& t);

struct oracle {
  oracle_description what;
  violation_count (*ask)(const testimony&);
};

constexpr auto all_oracles = std::to_array<oracle>({
    {{"answer-integrity", "correlation", "no command gets the answer to another one"},
     wrong_answers_taken},
    {{"at-most-once", "idempotency", "no command whose effect adds up runs twice"},
     executed_too_often},
    {{"within-limit", "deadline", "every command ends before its invocation does"},
     past_their_limit},
    {{"recovers", "reconnect", "once everything is healed, commands get fresh answers again"},
     not_recovered},
    {{"bounded-attempts", "jitter", "at most 60 connection attempts in any minute"}, busy_minutes},
    {{"one-outcome", "", "every command that was issued ends exactly once"},
     other_than_one_outcome},
    {{"recovery-bound", "deadline",
      "after a fault, commands get fresh answers within the time that the settings promise"},
     past_recovery_bound},
    {{"bounded-handshakes", "jitter", "at most 10 connections to a server in any second"},
     busy_seconds},
    {{"one-connect-at-a-time", "jitter", "no two dials to one endpoint at once"},
     connects_side_by_side},
    {{"bounded-refusals", "token", "no refused token is presented again within a minute"},
     refusals_close_together},
    {{"quiet-when-idle", "", "at most 300 wake-ups in a minute without any need"}, restless},
    {{"bounded-queues", "admission", "at most 512 commands wait in the client"}, queues_too_long},
    {{"no-lost-events", "mirror", "an application misses no event without being told of a gap"},
     lost_events},
    {{"no-duplicate-events", "mirror", "an application hears no event twice"}, duplicate_events},
    {{"in-order-events", "mirror", "an application hears events in their order"}, reordered_events},
    {{"no-late-events", "", "an application hears nothing after it has unsubscribed"}, late_events},
    {{"mirror-equals-home", "mirror", "once everything is healed, the mirror shows the home"},
     mirror_untrue},
    {{"mirror-lives", "mirror", "once everything is healed, the mirror is live again"},
     mirror_not_live},
    {{"nothing-left", "", "at the end no connection and no timer is left"}, left_behind},
});

constexpr auto all_descriptions = [] {
  std::array<oracle_description, all_oracles.size()> descriptions;
  for (std::size_t i = 0; i < all_oracles.size(); ++i) descriptions[i] = all_oracles[i].what;
  return descriptions;
}();

bool has_fault(const testimony& t, std::initializer_list<std::string_view> kinds) {
  return std::ranges::any_of(t.context.fault_kinds, [&](const auto& fault) {
    return std::ranges::find(kinds, fault.second) != kinds.end();
  });
}

violation_count of_ledger(const ledger_count& counted, std::string_view how) {
  violation_count found;
  if (counted.count > 0) {
    found.add(counted.first_at, counted.first + " " + std::string(how), 0, counted.count);
  }
  return found;
}

// An event with another's id, or one that is no JSON or was changed on its way, is lost to any
// client; and no client can miss what a server keeps to itself while it answers all pings.
violation_count lost_events(const testimony& t) {
  if (has_fault(t, {"wrong_id", "bad_json", "corrupt", "mute_events", "dead_subscription"}) ||
      !t.looks_after_connections())
    return {};
  return of_ledger(t.ledger.lost, "was never heard, and no gap announced");
}

violation_count duplicate_events(const testimony& t) {
  if (has_fault(t, {"wrong_id", "duplicate", "corrupt"})) return {};
  return of_ledger(t.ledger.duplicate, "was heard more often than it happened");
}

violation_count reordered_events(const testimony& t) {
  if (has_fault(t, {"wrong_id", "duplicate", "corrupt"})) return {};
  return of_ledger(t.ledger.reordered, "was heard behind a later one");
}

violation_count late_events(const testimony& t) {
  return of_ledger(t.ledger.late, "was heard after the application had unsubscribed");
}

}  // namespace

bool testimony::looks_after_connections() const {
  const auto has = [this](std::string_view layer) {
    return std::ranges::find(context.layers, layer) != context.layers.end();
  };
  return !has("mirror") || (has("reconnect") && has("health"));
}

void violation_count::add(std::chrono::nanoseconds at, std::string what, std::uint32_t command,
                          std::uint64_t times) {
  if (found_.violations == 0 || at < found_.first_at) {
    found_.first_at = at;
    found_.first = std::move(what);
    found_.first_command = command;
  }
  found_.violations += times;
}

oracle_result violation_count::result(std::string_view name) && {
  found_.name = name;
  return std::move(found_);
}

std::span<const oracle_description> oracles() { return all_descriptions; }

std::vector<oracle_result> ask_oracles(const testimony& t) {
  std::vector<oracle_result> results;
  results.reserve(all_oracles.size());
  for (const oracle& each : all_oracles) results.push_back(each.ask(t).result(each.what.name));
  return results;
}

}  // namespace hassle::reports
