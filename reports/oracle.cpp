#include "reports/oracle.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

constexpr std::array<oracle_description, 6> all_oracles = {{
    {"answer-integrity", "correlation", "no command gets the answer to another one"},
    {"at-most-once", "idempotency", "no command whose effect adds up runs twice"},
    {"within-limit", "deadline", "every command ends before its invocation does"},
    {"recovers", "reconnect", "once everything is healed, commands get fresh answers again"},
    {"bounded-attempts", "jitter", "at most 60 connection attempts in any minute"},
    {"one-outcome", "", "every command that was issued ends exactly once"},
}};

// Adds up what `violations_of` finds wrong with each command.
oracle_result over_commands(std::string_view name, std::span<const command_story> stories,
                            std::invocable<const command_story&> auto violations_of) {
  oracle_result result{.name = name};
  for (const command_story& story : stories) {
    const std::uint64_t found = violations_of(story);
    if (found > 0 && result.violations == 0) result.first_command = story.number;
    result.violations += found;
  }
  return result;
}

// Minutes that do not overlap, each with more attempts than allowed.
std::uint64_t busy_minutes(const journal& j) {
  std::vector<nanoseconds> attempts;
  std::uint64_t minutes = 0;
  std::size_t begin = 0;
  for (const event& e : j.events()) {
    if (e.kind != event_kind::attempt_began) continue;
    attempts.push_back(e.at);
    while (e.at - attempts[begin] >= std::chrono::minutes(1)) ++begin;
    if (attempts.size() - begin <= attempts_per_minute_max) continue;
    ++minutes;
    attempts.clear();
    begin = 0;
  }
  return minutes;
}

oracle_result one_outcome(const journal& j, std::span<const command_story> stories) {
  oracle_result result = over_commands("one-outcome", stories, [](const command_story& story) {
    return story.outcomes == 1 ? 0U : 1U;
  });
  std::vector<std::uint32_t> issued;
  for (const command_story& story : stories) issued.push_back(story.number);
  std::ranges::sort(issued);
  for (const event& e : j.events()) {
    if (e.kind != event_kind::command_done || std::ranges::binary_search(issued, e.command)) {
      continue;
    }
    if (result.violations++ == 0) result.first_command = e.command;
  }
  return result;
}

}  // namespace

std::span<const oracle_description> oracles() { return all_oracles; }

std::vector<oracle_result> ask_oracles(const run_context& context, const journal& j,
                                       std::span<const command_story> stories) {
  const auto& events = j.events();
  const nanoseconds calm = context.healed + (context.simulated - context.healed) / 2;
  return {
      over_commands("answer-integrity", stories,
                    [](const command_story& story) { return story.wrong_answers; }),
      over_commands("at-most-once", stories,
                    [&](const command_story& story) {
                      const bool counts = !is_idempotent(events[story.issued].text);
                      return counts && story.executions > 1 ? story.executions - 1 : 0U;
                    }),
      over_commands("within-limit", stories,
                    [](const command_story& story) { return story.past_limit ? 1U : 0U; }),
      over_commands("recovers", stories,
                    [&](const command_story& story) {
                      const bool late = events[story.issued].at >= calm;
                      return late && story.what != outcome::fresh ? 1U : 0U;
                    }),
      {.name = "bounded-attempts", .violations = busy_minutes(j)},
      one_outcome(j, stories),
  };
}

}  // namespace hassle::reports
