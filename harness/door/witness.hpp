#pragma once

#include "harness/door/protocol.hpp"
#include "reports/journal.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hassle::harness::door {

/// What a client from outside does is not told by itself, but seen: by the network that it dials
/// and the server that hears it. This tells the client's part of a journal from theirs: attempts,
/// logins, which message was sent for which command, whose answer was taken.
///
/// A message is taken as that of the oldest command in flight that says the same and was sent the
/// least, or of one whose user no longer waits. Pure. One a run; ids are those of a connection.
class witness {
 public:
  using events = std::vector<reports::event>;

  /// A new process of the client has begun.
  void on_process();
  /// What its program subscribes to: handles, in the order of which it sends them, and the types
  /// of their messages, such as "subscribe_events".
  void on_wanted(std::uint32_t handle, std::string type);
  /// `label` as journals call commands.
  void on_issued(std::uint32_t command, std::string label);
  /// Something that network or server saw. What the client did, by that.
  [[nodiscard]] events on_seen(const reports::event& seen);
  /// How the client says that a command ended: before that is recorded. What it took as the
  /// answer: where the server never gave the answer that it claims, message 0.
  [[nodiscard]] events on_outcome(const outcome_said& outcome);
  /// It ended without the client: its user has given up, or the process has ended.
  void on_given_up(std::uint32_t command);

 private:
  struct message {
    std::uint32_t connection;
    std::int64_t id;
    auto operator<=>(const message&) const = default;
  };
  struct issued {
    std::string label;
    bool waits = true;
    std::vector<message> sent = {};
  };

  void see_attempt(std::uint32_t connection, events& into);
  void end_connection(const reports::event& seen, events& into);
  void see_message(const reports::event& seen, events& into);
  void see_answer(const reports::event& seen, events& into);
  [[nodiscard]] std::uint32_t command_of(const std::string& label);
  [[nodiscard]] message taken_by(const issued& command, const outcome_said& outcome) const;

  std::int64_t attempts_ = 0;
  struct attempt {
    std::int64_t number;
    bool ready = false;
    std::map<std::string, std::size_t> subscribed = {};  // How often, by type.
  };
  std::map<std::uint32_t, attempt> open_;
  std::map<std::uint32_t, issued> commands_;
  std::set<message> answered_;
  struct wanted {
    std::uint32_t handle;
    std::string type;
  };
  std::vector<wanted> wanted_;
  std::map<message, std::uint32_t> subscribing_;  // Not answered yet; whose handle.
};

/// Whether an answer can be one to this command: Home Assistant answers a list to get_states, an
/// object with a version to get_config, and an object with a context to a service call.
[[nodiscard]] bool fits(const std::string& label, const json::value& answer);

}  // namespace hassle::harness::door
