#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::protocol {

/// A message from Home Assistant, as far as every client cares about it.
struct server_message {
  enum class kind : std::uint8_t {
    auth_required,
    auth_ok,
    auth_invalid,
    result,
    pong,
    event,
    unknown,  ///< A type from the future: to be ignored.
  } what = kind::unknown;
  std::int64_t id = 0;        ///< 0 where there is none, or none that is an integer.
  bool success = false;       ///< Of a result.
  std::string error_code;     ///< Of a failed result: "not_found", "unknown_command"…
  std::string error_message;  ///< Also the text of auth_invalid.
  std::string ha_version;     ///< Of auth_required and auth_ok.
  /// `result` or `event`, null where there is none. Shared, because it may be large and kept:
  /// moving a JSON value into other memory would copy it.
  std::shared_ptr<const boost::json::value> payload;
};

/// Why a text from the server could not be understood.
enum class parse_failure : std::uint8_t { not_json, not_a_message };

/// Parses one text frame: an object, or an array of them (coalesced messages). Unknown keys and
/// types are accepted; nesting deeper than `depth_max` is `not_json`.
[[nodiscard]] std::expected<std::vector<server_message>, parse_failure> parse_server_frame(
    std::string_view text);

inline constexpr std::size_t depth_max = 32;

/// `{"type":"auth","access_token":…}`. The result is a secret: it must not be logged.
[[nodiscard]] std::string auth_message(std::string_view access_token);

/// The text of a command: `body` (an object without "id") with its id in front.
[[nodiscard]] std::string command_message(std::int64_t id, const boost::json::object& body);

/// `{"type":"call_service",…}` for one entity, without an id.
[[nodiscard]] boost::json::object call_service_body(std::string_view domain,
                                                    std::string_view service,
                                                    std::string_view entity_id);

}  // namespace hassle::protocol
