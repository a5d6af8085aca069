#include "reports/notes.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hassle::reports {
namespace {

std::uint64_t errors_like(const summary& s, std::string_view text) {
  std::uint64_t found = 0;
  for (const auto& [error, count] : s.errors) found += error == text ? count : 0;
  return found;
}

// "1 command was", "12 commands were"
std::string were(std::uint64_t number, std::string_view noun) {
  return counted(number, noun) + (number == 1 ? " was" : " were");
}

}  // namespace

std::vector<std::string> mechanism_notes(const summary& s) {
  std::vector<std::string> notes;
  const auto has = [&](std::string_view layer) {
    return std::ranges::find(s.layers, layer) != s.layers.end();
  };
  const auto unless_has = [&](std::string_view layer, std::string_view cure) {
    return has(layer) ? std::string() : fmt::format(" (layer {} {})", layer, cure);
  };
  const auto connection = s.outcomes[static_cast<std::size_t>(outcome::connection)];
  if (connection > 0 && !has("reconnect")) {
    notes.push_back(fmt::format(
        "{} had no connection to go out on: it is made once, at a cold start, and when it "
        "is gone every command fails until the next one (layer reconnect makes a new one)",
        counted(connection, "command")));
  }
  if (s.wrong_answers > 0) {
    notes.push_back(fmt::format(
        "{} went to the wrong command: answers are taken in the order of arrival, and a "
        "slow service call is overtaken by a later state read, or a late answer meets the "
        "next command{}",
        counted(s.wrong_answers, "answer"), unless_has("correlation", "matches by id")));
  }
  if (s.duplicates > 0) {
    notes.push_back(
        fmt::format("{} too many: after a timeout or a lost connection a command is "
                    "sent again without knowing whether it ran{}",
                    counted(s.duplicates, "execution"), unless_has("idempotency", "looks first")));
  }
  if (s.past_limit > 0) {
    notes.push_back(fmt::format(
        "{} still waiting when the invocation ended: waiting for an answer, "
        "connecting, backing off and sending again have no budget in common{}",
        were(s.past_limit, "command"), unless_has("deadline", "gives every command one")));
  }
  if (s.unknown > 0) {
    notes.push_back(
        fmt::format("{} failed for the user and yet took effect: the answer was lost, late "
                    "or given to another command after Home Assistant had done the work",
                    counted(s.unknown, "service call")));
  }
  if (const auto refused = errors_like(s, "other: breaker_open"); refused > 0) {
    notes.push_back(
        fmt::format("{} refused by the open breaker without trying: it stays open for its "
                    "full time even when Home Assistant is back sooner",
                    were(refused, "command")));
  }
  if (const auto missing = errors_like(s, "other: not_found"); missing > 0) {
    notes.push_back(
        fmt::format("{} answered not_found: Home Assistant accepts commands before its "
                    "services are loaded, or has no such service",
                    were(missing, "command")));
  }
  if (const auto stale = s.outcomes[static_cast<std::size_t>(outcome::stale)]; stale > 0) {
    notes.push_back(
        fmt::format("{} answered from memory, marked stale: not counted as errors, and not "
                    "known to be true",
                    were(stale, "command")));
  }
  return notes;
}

std::string same_runs_note(std::string_view other_client) {
  return fmt::format(
      "the runs are those of {}, to the byte: nothing in this scenario made the difference between "
      "the two act",
      other_client);
}

}  // namespace hassle::reports
