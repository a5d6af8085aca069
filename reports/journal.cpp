#include "reports/journal.hpp"

#include <array>
#include <cassert>
#include <utility>

namespace hassle::reports {
namespace {

// One step of the rolling hash. For a given word it maps different states to different states, and
// the other way round, so that a single changed field always changes the digest.
constexpr std::uint64_t mix(std::uint64_t state, std::uint64_t word) noexcept {
  state = (state ^ word) * 0x9E3779B97F4A7C15ULL;
  return state ^ (state >> 29U);
}

// Eight characters as one word, the first one lowest: the same on every byte order.
constexpr std::uint64_t word_of(std::string_view chars) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < chars.size(); ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(chars[i])) << (8U * i);
  }
  return word;
}

std::uint64_t mix_text(std::uint64_t state, std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t taken = text.size() < 8 ? text.size() : 8;
    state = mix(state, word_of(text.substr(0, taken)));
    text.remove_prefix(taken);
  }
  return state;
}

struct named_kind {
  event_kind kind;
  std::string_view name;
};

// In the order of the enumeration, which is checked below.
constexpr auto kind_names = [] {
  using enum event_kind;
  return std::to_array<named_kind>({
      {process_started, "process_started"},
      {process_stopped, "process_stopped"},
      {host_frozen, "host_frozen"},
      {host_thawed, "host_thawed"},
      {command_issued, "command_issued"},
      {command_done, "command_done"},
      {attempt_began, "attempt_began"},
      {attempt_stage, "attempt_stage"},
      {attempt_failed, "attempt_failed"},
      {client_ready, "client_ready"},
      {client_closed, "client_closed"},
      {command_sent, "command_sent"},
      {answer_taken, "answer_taken"},
      {answer_discarded, "answer_discarded"},
      {backoff_began, "backoff_began"},
      {ping_sent, "ping_sent"},
      {pong_received, "pong_received"},
      {ping_failed, "ping_failed"},
      {breaker_changed, "breaker_changed"},
      {cache_used, "cache_used"},
      {server_accepted, "server_accepted"},
      {server_auth, "server_auth"},
      {server_received, "server_received"},
      {server_executed, "server_executed"},
      {server_answered, "server_answered"},
      {answer_lost, "answer_lost"},
      {server_closed, "server_closed"},
      {phase_changed, "phase_changed"},
      {dialed, "dialed"},
      {connected, "connected"},
      {dial_failed, "dial_failed"},
      {connection_cut, "connection_cut"},
      {fault_began, "fault_began"},
      {fault_hit, "fault_hit"},
      {fault_ended, "fault_ended"},
      {home_starting, "home_starting"},
      {home_running, "home_running"},
      {client_thawed, "client_thawed"},
      {probe_failed, "probe_failed"},
      {retry_began, "retry_began"},
      {retry_refused, "retry_refused"},
      {effect_looked_up, "effect_looked_up"},
      {call_queued, "call_queued"},
      {call_refused, "call_refused"},
      {hedge_sent, "hedge_sent"},
      {mirror_used, "mirror_used"},
      {mirror_replaced, "mirror_replaced"},
      {token_refreshed, "token_refreshed"},
      {token_refresh_failed, "token_refresh_failed"},
      {auth_refused, "auth_refused"},
      {endpoint_changed, "endpoint_changed"},
      {subscription_sent, "subscription_sent"},
      {subscription_live, "subscription_live"},
      {subscription_rejected, "subscription_rejected"},
      {subscription_gap, "subscription_gap"},
      {home_changed, "home_changed"},
      {subscription_wanted, "subscription_wanted"},
      {subscription_dropped, "subscription_dropped"},
      {event_heard, "event_heard"},
      {gap_heard, "gap_heard"},
      {herd_attempt, "herd_attempt"},
      {herd_ready, "herd_ready"},
      {mirror_compared, "mirror_compared"},
      {measured, "measured"},
      {client_trouble, "client_trouble"},
  });
}();

constexpr bool all_kinds_in_order() noexcept {
  for (std::size_t i = 0; i < kind_names.size(); ++i) {
    if (static_cast<std::size_t>(kind_names[i].kind) != i) return false;
  }
  return kind_names.size() == event_kind_count;
}
static_assert(all_kinds_in_order());

}  // namespace

std::uint64_t next_digest(std::uint64_t before, const event& e) noexcept {
  std::uint64_t state = mix(before, static_cast<std::uint64_t>(e.at.count()));
  state = mix(state, static_cast<std::uint64_t>(e.kind) | std::uint64_t{e.connection} << 8U);
  state = mix(state, std::uint64_t{e.command} | static_cast<std::uint64_t>(e.text.size()) << 32U);
  state = mix(state, static_cast<std::uint64_t>(e.value));
  return mix_text(state, e.text);
}

void journal::add(event e) {
  assert(e.at.count() >= 0);
  assert(events_.empty() || e.at >= events_.back().at);
  digest_ = next_digest(digest_, e);
  events_.push_back(std::move(e));
}

std::string_view name_of(event_kind kind) noexcept {
  const auto number = static_cast<std::size_t>(kind);
  assert(number < kind_names.size());
  return kind_names[number].name;
}

std::optional<event_kind> parse_event_kind(std::string_view name) noexcept {
  for (const named_kind& each : kind_names) {
    if (each.name == name) return each.kind;
  }
  return std::nullopt;
}

std::string_view name_of(outcome o) noexcept {
  switch (o) {
    using enum outcome;
    case fresh:
      return "fresh";
    case stale:
      return "stale";
    case connection:
      return "connection";
    case timeout:
      return "timeout";
    case other:
      return "other";
  }
  assert(false);
  return "";
}

std::string outcome_text(outcome o, std::string_view detail) {
  std::string text(name_of(o));
  if (!detail.empty()) text.append(": ").append(detail);
  return text;
}

parsed_outcome parse_outcome(std::string_view text) {
  constexpr std::array all = {outcome::fresh, outcome::stale, outcome::connection, outcome::timeout,
                              outcome::other};
  for (const outcome o : all) {
    const std::string_view name = name_of(o);
    if (text == name) return {o, {}};
    if (text.starts_with(name) && text.substr(name.size()).starts_with(": ")) {
      return {o, text.substr(name.size() + 2)};
    }
  }
  return {outcome::other, text};
}

}  // namespace hassle::reports
