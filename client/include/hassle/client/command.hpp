#pragma once

#include <hassle/net/time.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hassle::client {

/// A command for Home Assistant.
struct command {
  boost::json::object body;  ///< The message without its "id".
  /// Under which a read's answer is cached (`degradation`); empty = the command is not a read.
  std::string cache_key;
  std::uint32_t tag = 0;  ///< The caller's number for it, passed on to the observer.
};

/// What `outcome::detail` says where it is our word and not Home Assistant's or the network's.
namespace detail_code {
inline constexpr std::string_view not_connected = "not_connected";  ///< None until the limit.
/// It was sent, and may have been carried out or not; it was not sent again (`idempotency`).
inline constexpr std::string_view unknown_outcome = "unknown_outcome";
inline constexpr std::string_view starting = "starting";  ///< Home Assistant is not RUNNING.
inline constexpr std::string_view breaker_open = "breaker_open";
inline constexpr std::string_view queue_full = "queue_full";  ///< `admission`: no room, or expired.
inline constexpr std::string_view too_many_in_flight = "too_many_in_flight";
inline constexpr std::string_view send_queue_full = "send_queue_full";
inline constexpr std::string_view auth = "auth";  ///< Refused for good: see client_status.
inline constexpr std::string_view stopped = "stopped";
inline constexpr std::string_view cancelled = "cancelled";
/// Too little of its time was left when it could have been sent: it was not.
inline constexpr std::string_view too_late = "too_late";
inline constexpr std::string_view answer_limit = "answer limit";
inline constexpr std::string_view bad_json = "bad_json";
}  // namespace detail_code

/// How a command ended.
enum class outcome_kind : std::uint8_t {
  fresh,       ///< Home Assistant answered, and did what was asked.
  stale,       ///< An older answer, from the cache.
  connection,  ///< No connection, or it broke.
  timeout,     ///< No answer in time. The command may have been executed.
  other,       ///< Answered with an error, or refused by a layer: see `detail`.
};

/// Where the result comes from.
enum class outcome_source : std::uint8_t {
  none,
  home_assistant,
  looked_up,  ///< The states showed that the command was carried out; there is no result (null).
  cache,      ///< `degradation`
  mirror,     ///< `mirror`
};

/// Where a command's time went; the rest is ours. Filled in by style `best` only.
struct call_stages {
  net::duration queued{0};      ///< For its turn, or for RUNNING.
  net::duration connecting{0};  ///< For a connection, all attempts together.
  net::duration probing{0};     ///< For a sign of life of the connection.
  net::duration answering{0};   ///< From sending to the answer, all attempts together.
  net::duration looking_up{0};  ///< For the states to show its effect.

  bool operator==(const call_stages&) const = default;
};

struct outcome {
  outcome_kind kind = outcome_kind::other;
  /// Why, for the last three kinds: Home Assistant's error code ("not_found"), "breaker_open",
  /// "bad_json", "answer limit", or what the network said ("Connection refused").
  std::string detail;
  /// Of fresh and stale: what Home Assistant answered. Shared, because a home's states are large
  /// and caches keep them; never null for these two, empty for the others.
  std::shared_ptr<const boost::json::value> result;
  net::duration age{0};                          ///< Of stale.
  outcome_source source = outcome_source::none;  ///< As far as style `best` answered it.
  unsigned attempts = 0;                         ///< Times that it was sent. Style `best`.
  std::string message;     ///< What Home Assistant said for people, where it answered an error.
  std::string context_id;  ///< Of the change that a call_service made; empty = not told.
  call_stages stages;
};

/// A command on its way through the layers.
struct request {
  const command& what;
  net::time_point deadline = net::never;  ///< No layer outlives it. Set by the `deadline` layer.
};

}  // namespace hassle::client
