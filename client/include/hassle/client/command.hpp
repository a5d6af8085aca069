#pragma once

#include <hassle/net/time.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace hassle::client {

/// A command for Home Assistant.
struct command {
  boost::json::object body;  ///< The message without its "id".
  /// Under which a read's answer is cached (`degradation`); empty = the command is not a read.
  std::string cache_key;
  std::uint32_t tag = 0;  ///< The caller's number for it, passed on to the observer.
};

/// How a command ended.
enum class outcome_kind : std::uint8_t {
  fresh,       ///< Home Assistant answered, and did what was asked.
  stale,       ///< An older answer, from the cache.
  connection,  ///< No connection, or it broke.
  timeout,     ///< No answer in time. The command may have been executed.
  other,       ///< Answered with an error, or refused by a layer: see `detail`.
};

struct outcome {
  outcome_kind kind = outcome_kind::other;
  /// Why, for the last three kinds: Home Assistant's error code ("not_found"), "breaker_open",
  /// "bad_json", "answer limit", or what the network said ("Connection refused").
  std::string detail;
  /// Of fresh and stale: what Home Assistant answered. Shared, because a home's states are large
  /// and caches keep them; never null for these two, empty for the others.
  std::shared_ptr<const boost::json::value> result;
  net::duration age{0};  ///< Of stale.
};

/// A command on its way through the layers.
struct request {
  const command& what;
  net::time_point deadline = net::never;  ///< No layer outlives it. Set by the `deadline` layer.
};

}  // namespace hassle::client
