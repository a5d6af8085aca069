#include "reports/explain_events.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <cassert>
#include <chrono>

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
