#include <hassle/client/telemetry.hpp>

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <cstddef>
#include <iterator>

namespace hassle::client {

namespace {

constexpr auto last_kind = client_event_kind::trouble;

using level = event_level;

// In the order of the enumeration.
constexpr std::array<event_description, static_cast<std::size_t>(last_kind) + 1> descriptions = {{
    {"attempt_began", level::debug, "attempt", false, ""},
    {"attempt_stage", level::trace, "attempt", false, "stage"},
    {"attempt_failed", level::warning, "attempt", false, "error"},
    {"ready", level::info, "attempt", false, ""},
    {"closed", level::info, "", false, "why"},
    {"command_sent", level::debug, "id", false, ""},
    {"answer_taken", level::debug, "id", false, "result"},
    {"answer_discarded", level::debug, "id", false, ""},
    {"backoff_began", level::debug, "delay", true, ""},
    {"ping_sent", level::trace, "", false, ""},
    {"pong_received", level::trace, "", false, ""},
    {"ping_failed", level::warning, "", false, ""},
    {"breaker_changed", level::warning, "", false, "state"},
    {"cache_used", level::info, "age", true, ""},
    {"home_starting", level::info, "", false, ""},
    {"home_running", level::info, "", false, ""},
    {"thawed", level::info, "", false, ""},
    {"probe_failed", level::info, "", false, ""},
    {"retry_began", level::info, "send", false, "why"},
    {"retry_refused", level::warning, "", false, "why"},
    {"effect_looked_up", level::info, "", false, "result"},
    {"call_queued", level::debug, "", false, "where"},
    {"call_refused", level::warning, "", false, "why"},
    {"hedge_sent", level::debug, "id", false, ""},
    {"mirror_used", level::info, "age", true, ""},
    {"mirror_replaced", level::info, "entities", false, ""},
    {"token_refreshed", level::info, "token", false, ""},
    {"token_refresh_failed", level::warning, "", false, "why"},
    {"auth_refused", level::error, "", false, "why"},
    {"endpoint_changed", level::info, "endpoint", false, "name"},
    {"subscription_sent", level::debug, "subscription", false, ""},
    {"subscription_live", level::debug, "subscription", false, ""},
    {"subscription_rejected", level::warning, "subscription", false, "error"},
    {"subscription_gap", level::warning, "subscription", false, "length_ns"},
    {"trouble", level::warning, "", false, "what"},
}};
static_assert(!descriptions.back().name.empty());

/// Of what came from elsewhere.
constexpr std::size_t text_max = 200;

void append_quoted(std::string& into, std::string_view text) {
  into += '"';
  for (const char c : text.substr(0, text_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      into += '\\';
      into += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(into), "\\x{:02x}", byte);
    } else {
      into += c;
    }
  }
  into += text.size() > text_max ? "...\"" : "\"";
}

}  // namespace

const event_description& describe(client_event_kind kind) noexcept {
  const auto number = static_cast<std::size_t>(kind);
  assert(number < descriptions.size());
  return descriptions[number];
}

std::string to_line(const client_event& event) {
  const event_description& what = describe(event.kind);
  std::string line(what.name);
  const auto out = std::back_inserter(line);
  if (event.connection != 0) fmt::format_to(out, " connection={}", event.connection);
  if (event.tag != 0) fmt::format_to(out, " command={}", event.tag);
  if (what.is_duration) {
    fmt::format_to(out, " {}={:.3f}s", what.value, static_cast<double>(event.value) / 1e9);
  } else if (!what.value.empty()) {
    fmt::format_to(out, " {}={}", what.value, event.value);
  }
  if (!what.text.empty() && !event.text.empty()) {
    fmt::format_to(out, " {}=", what.text);
    append_quoted(line, event.text);
  }
  return line;
}

}  // namespace hassle::client
