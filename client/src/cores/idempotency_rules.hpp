#pragma once

#include <hassle/client/config.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::client {

/// What it does to a home to run a command once more.
enum class command_effect : std::uint8_t {
  read,        ///< Nothing, ever: get_states, ping, render_template…
  idempotent,  ///< Nothing more than the first time: light.turn_on, climate.set_temperature…
  once,        ///< Something again: toggle, scripts, notifications, and whatever is not known.
};

/// How a state of one entity looks to these rules.
struct seen_state {
  std::string_view state;
  const boost::json::object* attributes = nullptr;  ///< May be null: none known.
  std::string_view context_id;
  std::string_view user_id;  ///< Of the context; empty = none.
};

/// What a command should bring about in one entity, so that its state can tell whether it did.
struct expected_effect {
  std::string entity_id;
  /// One of these; empty = the state does not tell (see `changes`).
  std::vector<std::string> states;
  /// And these attributes, numbers with a tolerance of one step, in which devices round them.
  std::vector<std::pair<std::string, boost::json::value>> attributes;
  /// The state that it had is the one that it leaves (toggle): only a change tells.
  bool changes = false;

  /// Whether a state is what the command should have led to. Never for `changes`.
  [[nodiscard]] bool holds(const seen_state& now) const;
};

/// What a look at the states says about a command whose outcome is unknown.
enum class effect_verdict : std::uint8_t {
  happened,     ///< The effect is there.
  no_trace,     ///< Nothing has changed since before. The command may still come to run.
  cannot_tell,  ///< No expectation, state unknown or unavailable, or changed by somebody else.
};

/// Which commands may be sent twice, and what they should lead to (design §4, layer 10; reference
/// §4.1, §4.3).
///
/// The built-in table: commands that only read or subscribe are `read`. `call_service` is judged by
/// its service: turn_on, turn_off, open…, close…, stop…, lock, unlock, set_…, select_option,
/// reload… are `idempotent`, except in domains where they start something (script, automation), and
/// except where their data is relative (brightness_step). toggle, press, increment, notify,
/// play_media and everything unknown is `once`. The user's rows win: one for "domain.service" over
/// one for "domain.*". Pure; nothing changes after construction.
class idempotency_rules {
 public:
  explicit idempotency_rules(const idempotency_config& settings);

  /// Of a command as it is sent, without id. Reads texts and may allocate: to be asked when the
  /// outcome is unknown, not on the way of every call.
  [[nodiscard]] command_effect effect_of(const boost::json::object& body) const;

  /// What a call_service that names entities should bring about; one per entity. Empty: areas,
  /// devices or labels are meant, or nothing is known about the service.
  [[nodiscard]] std::vector<expected_effect> expected(const boost::json::object& body) const;

 private:
  std::map<std::string, bool, std::less<>> rules_;  ///< By "domain.service" or "domain.*".
};

/// Compares one entity before the command was sent and now. `before` may be empty (no mirror): then
/// only an absolute effect can be confirmed. `user_id`: ours (auth/current_user); empty = not
/// known. `happened`: the expected effect holds; or a change is expected, and the state did change,
/// under another context than before, which is our user's. `no_trace`: the context is the one from
/// before. Home Assistant works on after a connection is lost (reference §4.3), so that this means
/// "not yet", not "never". Pure.
[[nodiscard]] effect_verdict judge(const expected_effect& expectation,
                                   const std::optional<seen_state>& before,
                                   const std::optional<seen_state>& now, std::string_view user_id);

/// Several entities together: all happened -> happened; all without trace -> no_trace; else
/// cannot_tell.
[[nodiscard]] effect_verdict judge_all(const std::vector<effect_verdict>& each) noexcept;

/// The command that does absolutely what this toggle of one entity would do to it in this state
/// (light.toggle of a light that is on -> light.turn_off): that one may be sent twice. Empty if it
/// is no toggle, names not exactly one entity, or the state is neither on nor off (open/closed for
/// covers).
[[nodiscard]] std::optional<boost::json::object> absolute_form(const boost::json::object& toggle,
                                                               std::string_view state_before);

}  // namespace hassle::client
