#pragma once

#include "mockha/action.hpp"
#include "mockha/bus_event.hpp"
#include "mockha/command.hpp"
#include "mockha/home.hpp"
#include "mockha/subscription.hpp"
#include "mockha/surroundings.hpp"
#include "mockha/tokens.hpp"

#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hassle::mockha {

/// The rules of one client's connection, from the upgrade on: authentication, commands,
/// subscriptions, heartbeat. Does no I/O and reads no clock.
///
/// Each input returns what is to be done, in order. After `end_session`, and after `on_end`, every
/// input returns nothing. Thread-safety: single-threaded.
class session_core {
 public:
  enum class phase : std::uint8_t { fresh, authentication, command, ended };

  /// `connection` is the journal's number, `peer` the client's address; empty if it is not known.
  explicit session_core(surroundings& around, std::uint32_t connection = 0, std::string peer = {})
      : around_(around), connection_(connection), peer_(std::move(peer)) {}

  actions on_open(net::time_point now);
  actions on_text(std::string_view text, net::time_point now, wall_time wall);
  actions on_binary(std::string_view message);
  /// Anything was received.
  void on_bytes(net::time_point now) noexcept;
  /// To be called at `deadline()` or later.
  actions on_timer(net::time_point now);
  actions on_event(const bus_event& event);
  /// The service that was asked for has ended. What this returns is the answer, to be sent in due
  /// time if the session still is where commands are.
  [[nodiscard]] send_text service_answer(const run_service& asked, const home::outcome& done) const;
  /// The server stood still for so long: its own limits did not run.
  void on_stalled(net::duration length) noexcept;
  void on_end() { become(phase::ended); }

  /// When `on_timer` is due: never before this, possibly later. `never` if at no time.
  [[nodiscard]] net::time_point deadline() const noexcept;
  [[nodiscard]] phase where() const noexcept { return phase_; }
  /// What must be collected about changes for this session's subscriptions.
  [[nodiscard]] watch wanted() const noexcept;
  /// There is anything that `on_event` could be of interest to.
  [[nodiscard]] bool listens() const noexcept { return !subscriptions_.empty(); }

  [[nodiscard]] const token_store::caller& caller() const noexcept { return caller_; }
  [[nodiscard]] std::uint64_t last_id() const noexcept { return last_id_; }
  [[nodiscard]] std::size_t subscriptions() const noexcept { return subscriptions_.size(); }
  [[nodiscard]] bool subscribed(std::uint64_t id) const { return subscriptions_.contains(id); }
  /// Messages that are ready together may be sent as one array.
  [[nodiscard]] bool coalescing() const noexcept { return coalescing_; }

 private:
  struct turn {  // One frame being worked off.
    net::time_point now{};
    wall_time wall{};
    actions done;
    std::size_t answered = 0;
  };
  class running_command;
  class voice;

  void become(phase next);
  void on_auth(const json::value* message, turn& t);
  void refuse(turn& t, std::string_view noted, std::string_view message, std::string why);
  void on_message(const json::value& message, turn& t);
  void on_command(std::uint64_t id, std::string_view type, const json::object& command, turn& t);
  void run(const command_entry& entry, std::uint64_t id, const json::object& command,
           std::string what, turn& t);
  [[nodiscard]] bool knows(const command_entry& entry) const noexcept;
  void end(turn& t, bool with_close, std::string why);
  void answer(turn& t, send_text with);
  void fail(turn& t, std::uint64_t id, const failure& why, std::string what);
  void forget(const subscription& one) noexcept;
  void run_timers(turn& t);
  bool keep(std::uint64_t id, std::unique_ptr<subscription> what, bool waiting);
  void drop_done();

  surroundings& around_;
  const std::uint32_t connection_;
  const std::string peer_;
  phase phase_ = phase::fresh;
  token_store::caller caller_;
  bool coalescing_ = false;
  bool revoked_ = false;                    // By a command of its own: no further one is run.
  net::time_point revoke_at_ = net::never;  // The login, by a command of its own.
  std::uint64_t last_id_ = 0;
  struct kept {
    std::unique_ptr<subscription> what;
    bool waiting = false;  // For its answer: not a subscription that a client could end.
  };
  std::map<std::uint64_t, kept> subscriptions_;
  std::size_t event_subscriptions_ = 0;             // Of which so many want whole events, …
  std::size_t diff_subscriptions_ = 0;              // … and so many differences.
  net::time_point subscriptions_due_ = net::never;  // The first deadline of them, or before it.
  net::time_point opened_{};
  net::time_point last_bytes_{};
  net::time_point last_command_{};
  net::time_point pinged_ = net::never;  // When the heartbeat's Ping went out, if it is unanswered.
};

}  // namespace hassle::mockha
