#pragma once

#include "mockha/action.hpp"
#include "mockha/schema.hpp"
#include "mockha/subscription.hpp"
#include "mockha/surroundings.hpp"
#include "mockha/user.hpp"
#include "mockha/wording.hpp"

#include <hassle/net/time.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hassle::mockha {

/// One command being worked off: what it sees, and what it can do about it.
///
/// Whatever it says goes out in the order in which it says it. Views live until the command
/// returns.
class command_turn {
 public:
  struct facts {
    std::uint64_t id = 0;
    const json::object& command;  ///< Its form was found good: see `command_entry::fields`.
    surroundings& around;
    const user& caller;
    std::string_view refresh_token_id;  ///< Of the caller's login.
    net::time_point now{};
    wall_time wall{};
    wording how = wording::classic;  ///< Of the version that is played.
  };
  explicit command_turn(const facts& f) : facts_(f) {}
  virtual ~command_turn() = default;

  [[nodiscard]] const facts& operator*() const noexcept { return facts_; }
  [[nodiscard]] const facts* operator->() const noexcept { return &facts_; }

  /// A successful result; `result` is JSON.
  virtual void succeed(std::string_view result = "null") = 0;
  virtual void fail(const failure& why) = 0;
  /// `{"id":n,"type":"event","event":…}`
  virtual void event(std::string_view event) = 0;
  /// Keeps it under this command's id and answers with null; refuses it where there are too many.
  /// False if it was refused.
  virtual bool subscribe(std::unique_ptr<subscription> what) = 0;
  /// Keeps it as `subscribe` does, but does not answer: that is up to it. Refuses it likewise, with
  /// an answer.
  virtual bool wait(std::unique_ptr<subscription> what) = 0;
  /// False if there is no such subscription.
  virtual bool unsubscribe(std::uint64_t id) = 0;
  /// Answers with a pong, which is no result.
  virtual void pong() = 0;
  /// Messages may be joined into arrays from now on.
  virtual void coalesce() = 0;
  /// What is not said by the above: services, events of the bus, the end of the session.
  virtual void perform(action what) = 0;

 private:
  const facts facts_;
};

/// A command that the mock knows.
struct command_entry {
  std::string_view type;
  void (*run)(command_turn&);
  std::span<const command_field> fields;
  bool admin_only = false;
  /// The integration that brings the command: before it is loaded (core state NOT_RUNNING) the type
  /// is unknown. Empty: built in.
  std::string_view integration = {};
};

// The tables, each in a file of its own and sorted by type.
[[nodiscard]] std::span<const command_entry> core_commands();         ///< commands_core.cpp
[[nodiscard]] std::span<const command_entry> auth_commands();         ///< commands_auth.cpp
[[nodiscard]] std::span<const command_entry> frontend_commands();     ///< commands_frontend.cpp
[[nodiscard]] std::span<const command_entry> integration_commands();  ///< commands_integration.cpp
[[nodiscard]] std::span<const command_entry> registry_commands();     ///< commands_registry.cpp
[[nodiscard]] std::span<const command_entry> automation_commands();   ///< commands_automation.cpp

/// The command of this type, or null.
[[nodiscard]] const command_entry* find_command(std::string_view type);

/// What journals and faults call a command: "ping", "light.turn_on light.kitchen". What a client
/// sent is cut.
[[nodiscard]] std::string describe_command(std::string_view type, const json::object& command);

/// A failure without translation fields.
[[nodiscard]] failure plain_failure(std::string code, std::string message);

}  // namespace hassle::mockha
