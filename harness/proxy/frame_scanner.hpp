#pragma once

#include "harness/proxy/message_heads.hpp"
#include "harness/simulation/active_faults.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

/// What the two directions of a connection know together. One for each connection.
struct conversation {
  static constexpr std::size_t asked_max = 4096;  ///< Older commands are forgotten. > 0

  bool upgrade_asked = false;    ///< The client's request has ended, and asked for a WebSocket.
  bool refused = false;          ///< The server has answered otherwise.
  bool compressed = false;       ///< permessage-deflate: only control frames can be read.
  bool hide_extensions = false;  ///< Spoil the client's offer of extensions.
  std::map<std::uint64_t, std::string> asked;  ///< Type of each command, by its id.
};

/// A piece of a stream: the HTTP before the WebSocket, a control frame, a message, or a part of a
/// message that is too large to be looked at as a whole.
struct scanned_unit {
  enum class kind : std::uint8_t { opaque, ping, pong, close, message };
  kind what = kind::opaque;
  std::size_t bytes = 0;           ///< > 0. On the wire, headers included.
  bool begins = true;              ///< Its first part. `words` are there then, and only then.
  bool ends = true;                ///< Its last part: behind it is a boundary.
  std::vector<std::string> words;  ///< What it can be called, without doubles.

  bool operator==(const scanned_unit&) const = default;
};

/// Reads one direction of a connection that becomes a WebSocket (RFC 6455), beside it: changes
/// nothing, but for the offer of extensions. What is no WebSocket is opaque. How the stream is
/// split into reads makes no difference to the units of `held` scanning.
///
/// A message's words: its types ("type:result", "type:event"; each one of an array), "text" or
/// "binary"; and for answers with the id of a command that was seen "result_of:call_service",
/// "event_of:subscribe_events". Frames in the midst of a fragmented message are part of it.
class frame_scanner {
 public:
  static constexpr std::size_t http_head_max = 16U << 10U;  ///< Longer: opaque.
  static constexpr std::size_t look_max = 64U << 10U;   ///< Bytes of a message that are looked at.
  static constexpr std::size_t hold_max = 128U << 10U;  ///< Larger messages come in parts.

  /// The conversation outlives it.
  frame_scanner(conversation& shared, direction way) : shared_(&shared), way_(way) {}

  /// The units that end with these bytes, appended; the sum of their bytes is what was scanned so
  /// far but for `pending`. With `hold`, a message comes when it is whole (or too large); without,
  /// all bytes come out at once, in parts.
  void scan(std::span<char> bytes, bool hold, std::vector<scanned_unit>& out);
  /// What was held back comes as it is.
  void flush(std::vector<scanned_unit>& out);
  [[nodiscard]] std::size_t pending() const noexcept { return pending_; }
  /// It is not a WebSocket, or none that can be followed.
  [[nodiscard]] bool lost_track() const noexcept { return state_ == state::opaque; }

 private:
  enum class state : std::uint8_t { http, header, payload, opaque };

  std::size_t in_http(std::span<char> bytes, std::vector<scanned_unit>& out);
  void http_line();
  void end_of_head();
  void header_byte(unsigned char byte);
  void begin_payload();
  std::size_t in_payload(std::span<const char> bytes);
  void end_of_frame(std::vector<scanned_unit>& out);
  void emit(bool ends, std::vector<scanned_unit>& out);
  [[nodiscard]] std::vector<std::string> words();

  conversation* shared_;
  direction way_;
  state state_ = state::http;
  std::size_t pending_ = 0;  // Scanned, and not in a unit yet.

  // The head of HTTP.
  std::size_t head_bytes_ = 0;
  std::string line_;
  bool first_line_ = true;
  bool websocket_ = false;

  // The frame.
  std::array<unsigned char, 14> header_{};
  std::size_t header_have_ = 0;
  std::size_t header_want_ = 2;
  std::uint64_t left_ = 0;
  std::size_t mask_at_ = 0;

  // The message, or the control frame by itself.
  bool in_message_ = false;
  bool begun_ = false;  // A part of it was given out.
  unsigned opcode_ = 0;
  bool readable_ = false;
  std::string text_;
};

}  // namespace hassle::harness
