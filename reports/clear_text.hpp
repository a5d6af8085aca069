#pragma once

#include "reports/secret_places.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// What one direction of a connection says over HTTP and then WebSocket: heads, bodies, and the
/// payloads of frames, unmasked, those of fragments as the message that they are. Knows of each
/// character which byte of the stream it is.
struct clear_text {
  struct run {
    std::size_t begin = 0;  ///< In the text; it goes to the beginning of the next one.
    std::size_t byte = 0;   ///< Of the stream, where the run begins there; `nowhere`: a separator.
  };
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  std::string text;
  std::vector<run> runs;  ///< In the order of the text.
  /// Of the text: compressed messages, and what a client sends that is no frame. Nobody can tell
  /// what it says.
  std::vector<text_range> opaque;
  bool deflate = false;           ///< The server has agreed to permessage-deflate.
  std::vector<text_range> masks;  ///< Of the stream: the bytes of masking keys.

  /// Where a run ends in the text.
  [[nodiscard]] std::size_t end_of(const run& which) const;
  /// The stream as it would be if `text` had been said, without a mask. REQUIRES: it was made of
  /// this stream, and the text is as long as it was.
  void write_to(std::string& stream) const;
};

/// Of the bytes of a connection in the order in which they were sent, which may end anywhere.
/// `deflate`: what was found in the server's direction. Of TLS nothing is clear. Pure.
[[nodiscard]] clear_text clear_text_of(std::string_view stream, bool from_client, bool deflate);

}  // namespace hassle::reports
