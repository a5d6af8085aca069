#pragma once

#include "harness/simulation/active_faults.hpp"
#include "scenarios/network_faults.hpp"

#include <hassle/net/time.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

namespace hassle::harness {

namespace json = boost::json;

// The kinds of Toxiproxy 2.5, and one for messages. Numbers are those of its attributes.

struct latency_toxic {
  std::int64_t latency = 0;  ///< ms
  std::int64_t jitter = 0;   ///< ms, either way.
};
struct bandwidth_toxic {
  std::int64_t rate = 0;  ///< KB (1000 bytes) a second; 0: nothing passes.
};
struct slow_close_toxic {
  std::int64_t delay = 0;  ///< ms
};
struct timeout_toxic {
  std::int64_t timeout = 0;  ///< ms until the connection is closed; 0: never. Nothing passes.
};
struct reset_peer_toxic {
  std::int64_t timeout = 0;  ///< ms from the first byte to the RST. Nothing passes.
};
struct slicer_toxic {
  std::int64_t average_size = 1;    ///< Bytes. > 0
  std::int64_t size_variation = 0;  ///< Bytes, either way. < average_size
  std::int64_t delay = 0;           ///< µs between slices.
};
struct limit_data_toxic {
  std::int64_t bytes = 0;  ///< Then the connection is closed.
};
/// Messages of a WebSocket that are called so; see `frame_scanner` for what they are called.
struct ha_frames_toxic {
  enum class action : std::uint8_t { delay, lose, cut };

  std::string match = "message";  ///< As it was asked for.
  action what = action::delay;
  std::int64_t after = 0;  ///< So many pass first. For `cut`: it comes behind that one; then >= 1.
  std::int64_t times = 0;  ///< So many are delayed or lost at most; 0: all.
  std::int64_t delay = 1000;                                   ///< ms
  scenario::expiry_style how = scenario::expiry_style::reset;  ///< Of a cut.

  /// Whether it means a message with this word.
  [[nodiscard]] bool means(std::string_view word) const noexcept;
};

using toxic_parameters =
    std::variant<latency_toxic, bandwidth_toxic, slow_close_toxic, timeout_toxic, reset_peer_toxic,
                 slicer_toxic, limit_data_toxic, ha_frames_toxic>;

struct toxic {
  std::uint32_t number = 0;  ///< Unique in the program.
  std::string name;          ///< Unique in its proxy.
  direction stream = direction::to_client;
  double toxicity = 1;  ///< Chance of a connection to be under it. In [0, 1].
  toxic_parameters what;
};

/// What is wrong with a toxic, in Toxiproxy's words where it has some.
struct toxic_refusal {
  std::string why;
  unsigned status = 400;
};

inline constexpr std::size_t toxic_name_max = 256;

/// A toxic as POST /proxies/{name}/toxics takes it. What is missing has Toxiproxy's defaults.
[[nodiscard]] std::expected<toxic, toxic_refusal> parse_toxic(const json::object& body);
/// With what PATCH says of toxicity and attributes; the rest stays.
[[nodiscard]] std::expected<toxic, toxic_refusal> patched(const toxic& of,
                                                          const json::object& body);
[[nodiscard]] json::object toxic_json(const toxic& of);
[[nodiscard]] std::string_view type_of(const toxic& of) noexcept;

}  // namespace hassle::harness
