#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

/// What a message of Home Assistant's WebSocket API says of itself.
struct message_head {
  std::string type;  ///< "call_service", "result", "event", "auth"; empty: none was seen.
  std::optional<std::uint64_t> id;

  bool operator==(const message_head&) const = default;
};

inline constexpr std::size_t heads_max = 256;      ///< Of one text.
inline constexpr std::size_t head_word_max = 128;  ///< Longer types are none.

/// The heads of a text: of one object, or of each of an array of them. It may be cut off, or be no
/// JSON: then they are what was seen until there. Looks only at the keys `id` and `type` of the
/// objects themselves, wherever they stand in them.
[[nodiscard]] std::vector<message_head> message_heads(std::string_view text);

}  // namespace hassle::harness
