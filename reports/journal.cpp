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
  switch (kind) {
    using enum event_kind;
    case process_started:
      return "process_started";
    case process_stopped:
      return "process_stopped";
    case host_frozen:
      return "host_frozen";
    case host_thawed:
      return "host_thawed";
    case command_issued:
      return "command_issued";
    case command_done:
      return "command_done";
    case attempt_began:
      return "attempt_began";
    case attempt_stage:
      return "attempt_stage";
    case attempt_failed:
      return "attempt_failed";
    case client_ready:
      return "client_ready";
    case client_closed:
      return "client_closed";
    case command_sent:
      return "command_sent";
    case answer_taken:
      return "answer_taken";
    case answer_discarded:
      return "answer_discarded";
    case backoff_began:
      return "backoff_began";
    case ping_sent:
      return "ping_sent";
    case pong_received:
      return "pong_received";
    case ping_failed:
      return "ping_failed";
    case breaker_changed:
      return "breaker_changed";
    case cache_used:
      return "cache_used";
    case server_accepted:
      return "server_accepted";
    case server_auth:
      return "server_auth";
    case server_received:
      return "server_received";
    case server_executed:
      return "server_executed";
    case server_answered:
      return "server_answered";
    case answer_lost:
      return "answer_lost";
    case server_closed:
      return "server_closed";
    case phase_changed:
      return "phase_changed";
    case dialed:
      return "dialed";
    case connected:
      return "connected";
    case dial_failed:
      return "dial_failed";
    case connection_cut:
      return "connection_cut";
    case fault_began:
      return "fault_began";
    case fault_hit:
      return "fault_hit";
    case fault_ended:
      return "fault_ended";
  }
  assert(false);
  return "";
}

std::optional<event_kind> parse_event_kind(std::string_view name) noexcept {
  for (std::size_t i = 0; i < event_kind_count; ++i) {
    const auto kind = static_cast<event_kind>(i);
    if (name_of(kind) == name) return kind;
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
