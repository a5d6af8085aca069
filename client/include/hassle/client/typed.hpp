#pragma once

#include <hassle/client/state_mirror.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Home Assistant's answers as structs, and its commands from arguments. Pure; what is read may be
// destroyed afterwards. Unknown keys are ignored, so that newer versions can be read, too.

namespace hassle::client {

/// By Home Assistant's wall clock, UTC.
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

/// "2026-06-25T21:20:05.162552+00:00", with or without a fraction, with any offset or "Z". Empty if
/// it is no such text.
[[nodiscard]] std::optional<wall_time> parse_time(std::string_view iso);
/// Of seconds since 1970 as events of subscribe_entities have them. 0 if there is no such time.
[[nodiscard]] wall_time time_of(double seconds) noexcept;

/// An answer that is not what it should be: not Home Assistant, or a version of the future.
struct read_error {
  std::string where;  ///< "[3].state"; empty = the answer as a whole.
  std::string what;   ///< "a text is missing".

  bool operator==(const read_error&) const = default;
  [[nodiscard]] std::string text() const;  ///< Both.
};
template <class T>
using read_result = std::expected<T, read_error>;

/// Who or what made something happen (reference §7.1).
struct ha_context {
  std::string id;
  std::string parent_id;  ///< Of the automation that did it; empty = none.
  std::string user_id;    ///< Empty = no user.

  bool operator==(const ha_context&) const = default;
};

/// One entity.
struct entity_state {
  std::string entity_id;
  std::string state;
  boost::json::object attributes;
  wall_time last_changed{};  ///< The state.
  wall_time last_updated{};  ///< The state or an attribute.
  ha_context context;

  [[nodiscard]] std::string_view domain() const noexcept;  ///< "light" of "light.desk".
  /// Neither "unavailable" (the device cannot be reached) nor "unknown".
  [[nodiscard]] bool has_value() const noexcept;

  bool operator==(const entity_state&) const = default;
};

/// One element of get_states, or new_state of a state_changed event.
[[nodiscard]] read_result<entity_state> read_state(const boost::json::value& from);
/// The answer to get_states, fresh or from the mirror. One that cannot be read fails the whole.
[[nodiscard]] read_result<std::vector<entity_state>> read_states(const boost::json::value& from);
/// Out of the mirror.
[[nodiscard]] entity_state entity_state_of(std::string_view entity_id, const mirrored_state& from);

/// How far Home Assistant's start or stop is.
enum class core_state : std::uint8_t {
  unknown,  ///< A word from the future.
  not_running,
  starting,
  running,
  stopping,
  final_write,
  stopped,
};

/// The answer to get_config, as far as clients care.
struct ha_config {
  std::string version;        ///< "2026.6.0"
  std::string location_name;  ///< "Home"
  std::string time_zone;      ///< "Europe/Berlin"
  core_state state = core_state::unknown;
  std::string language;        ///< "en"; empty = not told.
  std::size_t components = 0;  ///< Number of integrations and platforms.
  bool recovery_mode =
      false;  ///< The configuration could not be loaded: there are hardly entities.
  bool safe_mode = false;
  std::optional<double> latitude;   ///< Degrees.
  std::optional<double> longitude;  ///< Degrees.

  bool operator==(const ha_config&) const = default;
};
[[nodiscard]] read_result<ha_config> read_config(const boost::json::value& from);

/// The answer to call_service. An unknown outcome that was found by a look-up has no result (null):
/// everything is empty then.
struct service_response {
  ha_context context;           ///< That of the changes that the call made.
  boost::json::value response;  ///< Null where none was asked for.
};
[[nodiscard]] read_result<service_response> read_service_response(const boost::json::value& from);

/// An event of subscribe_events.
struct ha_event {
  std::string event_type;
  boost::json::object data;
  wall_time time_fired{};
  ha_context context;
  bool remote = false;  ///< From another Home Assistant.

  bool operator==(const ha_event&) const = default;
};
[[nodiscard]] read_result<ha_event> read_event(const boost::json::value& from);

/// An event of subscribe_trigger.
struct trigger_event {
  boost::json::object trigger;  ///< What fired: "platform", "entity_id"…
  ha_context context;

  bool operator==(const trigger_event&) const = default;
};
[[nodiscard]] read_result<trigger_event> read_trigger(const boost::json::value& from);

/// An event of render_template.
struct rendered_template {
  boost::json::value result;  ///< Null where there is an error.
  std::string error;          ///< Empty = none. Only with report_errors.
};
[[nodiscard]] read_result<rendered_template> read_rendered(const boost::json::value& from);

/// Whom a service call is for; all of them together. Empty = the service needs none.
struct service_target {
  std::vector<std::string> entity_ids;
  std::vector<std::string> device_ids;
  std::vector<std::string> area_ids;
  std::vector<std::string> floor_ids;
  std::vector<std::string> label_ids;

  [[nodiscard]] bool empty() const noexcept;
  bool operator==(const service_target&) const = default;
};

/// How a template is rendered.
struct template_options {
  boost::json::object variables;
  std::optional<std::chrono::seconds> timeout;  ///< Of rendering, at Home Assistant.
  bool strict = false;                          ///< Undefined variables are errors.
  bool report_errors = true;                    ///< As events (`rendered_template::error`).
};

/// Bodies of commands, without id, as `command::body` and `subscription_request::body` want them.
namespace bodies {

[[nodiscard]] boost::json::object ping();
[[nodiscard]] boost::json::object get_states();
[[nodiscard]] boost::json::object get_config();
[[nodiscard]] boost::json::object get_services();
/// `data`: the service's own arguments. `return_response`: only for services that have responses;
/// others refuse it.
[[nodiscard]] boost::json::object call_service(std::string_view domain, std::string_view service,
                                               const service_target& target = {},
                                               boost::json::object data = {},
                                               bool return_response = false);
/// `event_type` empty = all, which only admins may.
[[nodiscard]] boost::json::object subscribe_events(std::string_view event_type);
/// `trigger`: one or an array of them, as in an automation.
[[nodiscard]] boost::json::object subscribe_trigger(boost::json::value trigger,
                                                    boost::json::object variables = {});
/// `entity_ids` empty = all that the user may see.
[[nodiscard]] boost::json::object subscribe_entities(
    const std::vector<std::string>& entity_ids = {});
[[nodiscard]] boost::json::object render_template(std::string_view text,
                                                  const template_options& how = {});

}  // namespace bodies

}  // namespace hassle::client
