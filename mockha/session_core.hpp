#pragma once

#include "mockha/bus_event.hpp"
#include "mockha/home.hpp"
#include "mockha/message_reader.hpp"

#include "reports/journal.hpp"

#include <hassle/net/time.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hassle::mockha {

/// Home Assistant's limits of one connection.
struct session_limits {
  net::duration authentication = std::chrono::seconds(10);  ///< From auth_required to `auth`. > 0.
  std::size_t answers_per_frame_max = 4096;  ///< More (from an array) end the connection. > 0.
  std::size_t subscriptions_max = 10'000;    ///< More are refused. > 0.
};

/// What all connections of a server have in common.
struct session_settings {
  std::string access_token;  ///< Secret: never in a journal.
  std::string version = "2026.6.0";
  std::string user_id = "5f0b7a5c1f6e4b8e9d3a2c4b6d8e0f12";
  std::optional<net::duration> heartbeat = std::chrono::seconds(55);
  std::optional<net::duration> idle_close;
  session_limits limits;
  bool trace = true;  ///< Make `note` actions.
};

/// Home Assistant's CoreState, as far as a connected client can see it.
enum class core_state : std::uint8_t { not_running, starting, running };
[[nodiscard]] std::string_view name_of(core_state state) noexcept;

/// What happens to answers at present: a fault's rule.
enum class answer_rule : std::uint8_t {
  pass,
  lose_before,  ///< Commands are swallowed: not executed, not answered.
  lose_after,   ///< Commands are executed, their answers lost.
};

/// What a session sees of the server around it. Owned by the server, outlives all sessions.
struct surroundings {
  surroundings(const session_settings& s, home& h) : settings(s), house(h) {}

  const session_settings& settings;
  home& house;
  message_reader reader;
  core_state state = core_state::running;
  answer_rule answers = answer_rule::pass;
};

/// What the server has to do for a session.
struct send_text {
  std::string text;
  std::uint64_t answers = 0;  ///< Id of the command that this answers; 0: it is an event or auth.
  std::string code;           ///< "ok" or the error code, of an answer.
};
struct run_service {
  std::uint64_t id = 0;
  const service* called = nullptr;
  service_call call;
};
struct lose_answer {
  std::uint64_t id = 0;
};
struct send_ping {};
struct end_session {
  bool with_close = true;  ///< Close 1000; false: cut without a word.
  std::string why;
};
struct note {  ///< For the journal; only where `trace` is set.
  reports::event_kind kind{};
  std::uint64_t id = 0;
  std::string text;
};
using action = std::variant<send_text, run_service, lose_answer, send_ping, end_session, note>;
using actions = std::vector<action>;

/// The rules of one client's connection, from the upgrade on: authentication, commands,
/// subscriptions, heartbeat. Does no I/O and reads no clock.
///
/// Each input returns what is to be done, in order. After `end_session`, and after `on_end`, every
/// input returns nothing. Thread-safety: single-threaded.
class session_core {
 public:
  enum class phase : std::uint8_t { fresh, authentication, command, ended };

  explicit session_core(surroundings& around) : around_(around) {}

  actions on_open(net::time_point now);
  actions on_text(std::string_view text, net::time_point now);
  /// Anything was received.
  void on_bytes(net::time_point now) noexcept;
  /// To be called at `deadline()` or later.
  actions on_timer(net::time_point now);
  actions on_event(const bus_event& event);
  /// The service that was asked for has ended. What this returns is the answer, for
  /// `on_answer_due`.
  [[nodiscard]] send_text service_answer(std::uint64_t id, const home::outcome& done) const;
  /// The time to answer a service call has come.
  actions on_answer_due(send_text answer);
  /// The server stood still for so long: its own limits did not run.
  void on_stalled(net::duration length) noexcept;
  void on_end() noexcept { become(phase::ended); }

  /// When `on_timer` is due: never before this, possibly later. `never` if at no time.
  [[nodiscard]] net::time_point deadline() const noexcept;
  [[nodiscard]] phase where() const noexcept { return phase_; }
  /// What must be collected about changes for this session's subscriptions.
  [[nodiscard]] watch wanted() const noexcept;

 private:
  struct subscription {
    std::string event_type;           ///< "*" for all; unused where `entities` is meant.
    bool compressed = false;          ///< subscribe_entities.
    std::vector<std::string> filter;  ///< Of subscribe_entities: sorted ids.
    bool filtered = false;
  };
  struct turn {  // One frame being worked off.
    net::time_point now;
    actions done;
    std::size_t answered = 0;
  };

  void become(phase next) noexcept;
  void on_auth(const json::value* message, turn& t);
  void on_message(const json::value& message, turn& t);
  void on_command(std::uint64_t id, std::string_view type, const json::object& command, turn& t);
  void end(turn& t, bool with_close, std::string why);
  void answer(turn& t, std::uint64_t id, std::string text, std::string code);
  void fail(turn& t, std::uint64_t id, const failure& why);

  // One function per command.
  void do_ping(std::uint64_t id, const json::object& command, turn& t);
  void do_supported_features(std::uint64_t id, const json::object& command, turn& t);
  void do_get_states(std::uint64_t id, const json::object& command, turn& t);
  void do_get_config(std::uint64_t id, const json::object& command, turn& t);
  void do_get_services(std::uint64_t id, const json::object& command, turn& t);
  void do_subscribe_events(std::uint64_t id, const json::object& command, turn& t);
  void do_unsubscribe_events(std::uint64_t id, const json::object& command, turn& t);
  void do_subscribe_entities(std::uint64_t id, const json::object& command, turn& t);
  void do_call_service(std::uint64_t id, const json::object& command, turn& t);
  void subscribe(std::uint64_t id, subscription what, turn& t);

  struct command_entry;
  static const command_entry* find_command(std::string_view type);

  surroundings& around_;
  phase phase_ = phase::fresh;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, subscription> subscriptions_;
  std::size_t event_subscriptions_ = 0;  // Of which so many want whole events, …
  std::size_t diff_subscriptions_ = 0;   // … and so many differences.
  net::time_point opened_{};
  net::time_point last_bytes_{};
  net::time_point last_command_{};
  net::time_point pinged_ = net::never;  // When the heartbeat's Ping went out, if it is unanswered.
};

}  // namespace hassle::mockha
