#include "reports/explain_events.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <cassert>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <system_error>

namespace hassle::reports {
namespace {

std::string name_command(std::uint32_t command, std::uint32_t subject) {
  if (command == 0) return "no command";
  return command == subject ? "it" : fmt::format("command {}", command);
}

// " (command 17)", or nothing for messages that were not sent for a command.
std::string of_command(std::uint32_t command, std::uint32_t subject) {
  if (command == 0) return {};
  return fmt::format(" ({})", name_command(command, subject));
}

// ": text", or nothing.
std::string because(const std::string& text) {
  return text.empty() ? std::string() : ": " + printable(text);
}

told_event tell_host(const event& e) {
  switch (e.kind) {
    case event_kind::process_started:
      return {"host", fmt::format("the client's process starts (number {})", e.value)};
    case event_kind::process_stopped:
      return {"host", "the client's process is stopped" + because(e.text)};
    case event_kind::host_frozen:
      return {"host", "the host freezes the process"};
    case event_kind::host_thawed:
      return {"host", "the host thaws the process"};
    default:
      assert(false);
      return {};
  }
}

told_event tell_client(const event& e, const std::string& whose, const std::string& of) {
  switch (e.kind) {
    using enum event_kind;
    case attempt_began:
      return {"client", fmt::format("begins connection attempt {}", e.value)};
    case attempt_stage:
      return {"client", fmt::format("attempt {} reaches '{}'", e.value, printable(e.text))};
    case attempt_failed:
      return {"client", fmt::format("attempt {} fails: {}", e.value, printable(e.text))};
    case client_ready:
      return {"client", fmt::format("connection {} is ready", e.connection)};
    case client_closed:
      return {"client", fmt::format("gives up connection {}{}", e.connection, because(e.text))};
    case command_sent:
      return {"client",
              fmt::format("sends {} on connection {} as message {}", whose, e.connection, e.value)};
    case answer_taken:
      return {"client", fmt::format("takes message {} from connection {} as the answer to {}{}",
                                    e.value, e.connection, whose, because(e.text))};
    case answer_discarded:
      return {"client",
              fmt::format("discards message {} from connection {}{}", e.value, e.connection, of)};
    case backoff_began:
      return {"client", "waits " + human_duration(std::chrono::nanoseconds(e.value)) +
                            " before the next attempt"};
    case ping_sent:
      return {"client", fmt::format("pings on connection {}", e.connection)};
    case pong_received:
      return {"client", fmt::format("gets a pong on connection {}", e.connection)};
    case ping_failed:
      return {"client", fmt::format("gets no pong on connection {}", e.connection)};
    case breaker_changed:
      return {"client", "breaker: " + printable(e.text)};
    case cache_used:
      return {"client", fmt::format("answers {} from its cache, {} old", whose,
                                    human_duration(std::chrono::nanoseconds(e.value)))};
    default:
      assert(false);
      return {};
  }
}

told_event tell_application(const event& e) {
  const std::string text = printable(e.text);
  switch (e.kind) {
    using enum event_kind;
    case home_changed:
      return {"home", "changes: " + text};
    case subscription_wanted:
      return {"app", fmt::format("wants subscription {}{}", e.value, because(e.text))};
    case subscription_dropped:
      return {"app", fmt::format("wants subscription {} no more", e.value)};
    case event_heard:
      return {"app", fmt::format("hears of {} through subscription {}", text, e.value)};
    case gap_heard:
      return {"app", fmt::format("hears that subscription {} has a gap", e.value)};
    case herd_attempt:
      return {"herd", fmt::format("client {} begins a connection attempt", e.value)};
    case herd_ready:
      return {"herd", fmt::format("client {} is ready on connection {}", e.value, e.connection)};
    case mirror_compared:
      return {"harness", e.value == 0
                             ? std::string("finds the mirror true to the home")
                             : fmt::format("finds the mirror wrong in {}{}",
                                           counted(static_cast<std::uint64_t>(e.value), "state"),
                                           because(e.text))};
    case measured:
      return {"harness", fmt::format("measures {}: {}", text, e.value)};
    default:
      assert(false);
      return {};
  }
}

std::string age_of(const event& e) { return human_duration(std::chrono::nanoseconds(e.value)); }

// What became of a command, as the production engine tells it.
told_event tell_decision(const event& e, const std::string& whose) {
  const std::string text = printable(e.text);
  switch (e.kind) {
    using enum event_kind;
    case probe_failed:
      return {"client", fmt::format("finds connection {} dead before using it", e.connection)};
    case retry_began:
      return {"client", fmt::format("tries {} again, for the {}. time{}", whose, e.value - 1,
                                    because(e.text))};
    case retry_refused:
      return {"client", fmt::format("does not send {} again: {}", whose, text)};
    case effect_looked_up:
      return {"client",
              fmt::format("looks in the states whether {} was carried out: {}", whose, text)};
    case call_queued:
      return {"client", fmt::format("lets {} wait: {}", whose, text)};
    case call_refused:
      return {"client", fmt::format("turns {} away: {}", whose, text)};
    case hedge_sent:
      return {"client", fmt::format("asks {} on connection {} too, as message {}", whose,
                                    e.connection, e.value)};
    case mirror_used:
      return {"client", fmt::format("answers {} from its mirror, {} old", whose, age_of(e))};
    default:
      assert(false);
      return {};
  }
}

std::string gap_length(const std::string& nanoseconds) {
  std::int64_t length = 0;
  const char* const end = nanoseconds.data() + nanoseconds.size();
  const auto [at, wrong] = std::from_chars(nanoseconds.data(), end, length);
  if (wrong != std::errc() || at != end) return printable(nanoseconds);
  return human_duration(std::chrono::nanoseconds(length));
}

// What the production engine does on its own account.
told_event tell_upkeep(const event& e) {
  const std::string text = printable(e.text);
  switch (e.kind) {
    using enum event_kind;
    case home_starting:
      return {"client",
              fmt::format("connection {} waits: Home Assistant is not running yet", e.connection)};
    case home_running:
      return {"client",
              fmt::format("hears on connection {} that Home Assistant is running", e.connection)};
    case client_thawed:
      return {"client", "notices that it was frozen"};
    case mirror_replaced:
      return {"client",
              fmt::format("has all {} again, from connection {}",
                          counted(static_cast<std::uint64_t>(e.value), "state"), e.connection)};
    case token_refreshed:
      return {"client", fmt::format("has a new access token (number {})", e.value)};
    case token_refresh_failed:
      return {"client", "gets no new access token" + because(e.text)};
    case auth_refused:
      return {"client", "is refused for good and stops trying" + because(e.text)};
    case endpoint_changed:
      return {"client", fmt::format("moves to endpoint {} ({})", e.value, text)};
    case subscription_sent:
      return {"client", fmt::format("subscribes {} on connection {}", e.value, e.connection)};
    case subscription_live:
      return {"client",
              fmt::format("subscription {} lives on connection {}", e.value, e.connection)};
    case subscription_rejected:
      return {"client", fmt::format("subscription {} is rejected on connection {}{}", e.value,
                                    e.connection, because(e.text))};
    case client_trouble:
      return {"client", e.text == "none" ? "says that the trouble is over"
                                         : "says what is wrong" + because(e.text)};
    case subscription_gap:
      return {"client", fmt::format("subscription {} may have missed {} of events", e.value,
                                    gap_length(e.text))};
    default:
      assert(false);
      return {};
  }
}

told_event tell_server(const event& e, const std::string& of) {
  switch (e.kind) {
    using enum event_kind;
    case server_accepted:
      return {"server", fmt::format("accepts connection {}", e.connection)};
    case server_auth:
      return {"server",
              fmt::format("authentication on connection {}{}", e.connection, because(e.text))};
    case server_received:
      return {"server", fmt::format("receives message {} on connection {}{}{}", e.value,
                                    e.connection, of, because(e.text))};
    case server_executed:
      return {"server", fmt::format("executes message {} of connection {}{}{}", e.value,
                                    e.connection, of, because(e.text))};
    case server_answered:
      return {"server", fmt::format("answers message {} on connection {}{}{}", e.value,
                                    e.connection, of, because(e.text))};
    case answer_lost:
      return {"server", fmt::format("the answer to message {} on connection {}{} is lost{}",
                                    e.value, e.connection, of, because(e.text))};
    case server_closed:
      return {"server",
              fmt::format("connection {} ends at the server{}", e.connection, because(e.text))};
    case phase_changed:
      return {"server", fmt::format("enters phase '{}'", printable(e.text))};
    default:
      assert(false);
      return {};
  }
}

told_event tell_network(const event& e) {
  switch (e.kind) {
    using enum event_kind;
    case dialed:
      return {"network", fmt::format("connection {} is dialed{}", e.connection, because(e.text))};
    case connected:
      return {"network", fmt::format("connection {} is open", e.connection)};
    case dial_failed:
      return {"network",
              fmt::format("connection {} cannot be opened{}", e.connection, because(e.text))};
    case connection_cut:
      return {"network",
              fmt::format("connection {} becomes unusable{}", e.connection, because(e.text))};
    default:
      assert(false);
      return {};
  }
}

told_event tell_fault(const event& e, std::uint32_t subject) {
  const std::string name = printable(e.text);
  switch (e.kind) {
    using enum event_kind;
    case fault_began:
      return {"fault", name + " begins"};
    case fault_ended:
      return {"fault", name + " ends"};
    case fault_hit: {
      std::string target;
      if (e.connection != 0) target = fmt::format(" connection {}", e.connection);
      if (e.command != 0) {
        target += (target.empty() ? " " : " and ") + name_command(e.command, subject);
      }
      return {"fault", name + " hits" + target};
    }
    default:
      assert(false);
      return {};
  }
}

}  // namespace

told_event tell(const event& e, std::uint32_t owner, std::uint32_t subject) {
  const std::uint32_t command = e.command != 0 ? e.command : owner;
  const std::string whose = name_command(command, subject);
  const std::string of = of_command(command, subject);
  switch (e.kind) {
    using enum event_kind;
    case command_issued:
      return {"user", fmt::format("asks: {} (limit {})", printable(e.text),
                                  human_duration(std::chrono::nanoseconds(e.value)))};
    case command_done:
      return {"user", "gets: " + printable(e.text)};
    case process_started:
    case process_stopped:
    case host_frozen:
    case host_thawed:
      return tell_host(e);
    case attempt_began:
    case attempt_stage:
    case attempt_failed:
    case client_ready:
    case client_closed:
    case command_sent:
    case answer_taken:
    case answer_discarded:
    case backoff_began:
    case ping_sent:
    case pong_received:
    case ping_failed:
    case breaker_changed:
    case cache_used:
      return tell_client(e, whose, of);
    case probe_failed:
    case retry_began:
    case retry_refused:
    case effect_looked_up:
    case call_queued:
    case call_refused:
    case hedge_sent:
    case mirror_used:
      return tell_decision(e, whose);
    case home_starting:
    case home_running:
    case client_thawed:
    case mirror_replaced:
    case token_refreshed:
    case token_refresh_failed:
    case auth_refused:
    case endpoint_changed:
    case subscription_sent:
    case subscription_live:
    case subscription_rejected:
    case subscription_gap:
    case client_trouble:
      return tell_upkeep(e);
    case home_changed:
    case subscription_wanted:
    case subscription_dropped:
    case event_heard:
    case gap_heard:
    case herd_attempt:
    case herd_ready:
    case mirror_compared:
    case measured:
      return tell_application(e);
    case server_accepted:
    case server_auth:
    case server_received:
    case server_executed:
    case server_answered:
    case answer_lost:
    case server_closed:
    case phase_changed:
      return tell_server(e, of);
    case dialed:
    case connected:
    case dial_failed:
    case connection_cut:
      return tell_network(e);
    case fault_began:
    case fault_hit:
    case fault_ended:
      return tell_fault(e, subject);
  }
  assert(false);
  return {};
}

}  // namespace hassle::reports
