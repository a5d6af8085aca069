#pragma once

#include <hassle/client/command.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Anybody's client: the language that the harness and an adapter speak, a JSON object a line.
/// harness/README.md describes it for those who write adapters.
namespace hassle::harness::door {

namespace json = boost::json;

inline constexpr std::int64_t protocol_version = 1;
/// Of one line, in either direction.
inline constexpr std::size_t line_bytes_max = std::size_t{4} << 20U;
/// Of a name, a detail or another short text; what is longer is cut.
inline constexpr std::size_t text_bytes_max = 200;

/// What an adapter can do about the time in which its client lives.
enum class time_sense : std::uint8_t {
  wall,      ///< Nothing: only a run at time scale 1.
  scaled,    ///< Its client's timers run `time_scale` times as fast.
  skipping,  ///< And it can be asked when the next is due, and be taken there at once.
};
[[nodiscard]] std::string_view name_of(time_sense sense) noexcept;

// ---- What an adapter says ---------------------------------------------------------------------

/// The first line.
struct hello_said {
  std::int64_t protocol = 0;
  std::string name;     ///< Of the client, as reports call it.
  std::string version;  ///< May be empty.
  time_sense time = time_sense::wall;
  bool subscribes = false;  ///< `start.subscribe` is carried out, and told in `event`.
  bool mirrors = false;     ///< Answers `mirror`.

  /// "home-assistant-js-websocket 9.7.0"
  [[nodiscard]] std::string full_name() const;
};
/// The client has been started: commands are carried out from now on.
struct up_said {};
struct outcome_said {
  std::uint32_t id = 0;
  client::outcome_kind outcome = client::outcome_kind::other;
  std::string detail;
  double age_ms = 0;                       ///< Of a stale answer. >= 0
  std::optional<std::int64_t> message_id;  ///< Of the message that was taken as the answer.
  json::value answer;                      ///< What the client handed over. Null = nothing told.
};
/// A subscription's handler was called.
struct event_said {
  std::uint32_t handle = 0;
  json::value event;
};
struct quiet_said {
  bool quiet = false;             ///< Nothing but timers and the network can wake the client.
  std::optional<double> next_ms;  ///< Until its next timer, of the run's time. >= 0
};
struct mirror_said {
  std::optional<json::object> entities;  ///< By id; nothing: there is no live mirror.
};
/// For people.
struct state_said {
  std::string text;
};
/// The last line.
struct bye_said {};
using said = std::variant<hello_said, up_said, outcome_said, event_said, quiet_said, mirror_said,
                          state_said, bye_said>;

/// Takes a line apart; what is wrong with it otherwise. Members that are not known are ignored.
[[nodiscard]] std::expected<said, std::string> parse_said(std::string_view line);

// ---- What it is told, without the end of the line -----------------------------------------------

struct wanted_subscription {
  std::uint32_t handle = 0;  ///< From 1.
  json::object body;         ///< Of the message, without its id.
};
struct start_order {
  std::string url;    ///< "ws://127.0.0.1:8123/api/websocket"
  std::string token;  ///< Secret. An access token.
  double time_scale = 1;
  std::string ca;  ///< Whom to trust, as PEM; empty: no TLS.
  std::vector<wanted_subscription> subscribe;
  bool mirror = false;  ///< It will be asked for its mirror.
};
[[nodiscard]] std::string start_line(const start_order& order);
[[nodiscard]] std::string command_line(std::uint32_t id, const json::object& body,
                                       double deadline_ms);
[[nodiscard]] std::string ask_line();
[[nodiscard]] std::string jump_line(double by_ms);
[[nodiscard]] std::string mirror_line();
[[nodiscard]] std::string stop_line();

}  // namespace hassle::harness::door
