#pragma once

#include "reports/wire_capture.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hassle::reports::tests {

inline constexpr std::string_view upgrade_request =
    "GET /api/websocket HTTP/1.1\r\nHost: homeassistant.local:8123\r\nUpgrade: websocket\r\n\r\n";
inline constexpr std::string_view upgrade_answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
inline constexpr std::string_view deflate_answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";

struct frame_shape {
  bool masked = false;
  unsigned opcode = 1;
  bool last = true;
  bool compressed = false;
  std::string_view key = "\x9f\x03\xc2\x71";  ///< Of the mask.
};

/// A frame as RFC 6455 has it, with a payload of less than 64 KiB.
inline std::string frame_of(std::string_view payload, frame_shape shape = {}) {
  const auto byte = [](unsigned value) { return static_cast<char>(value & 0xffU); };
  std::string out;
  out += byte((shape.last ? 0x80U : 0U) | (shape.compressed ? 0x40U : 0U) | shape.opcode);
  const unsigned mask_bit = shape.masked ? 0x80U : 0U;
  const auto size = static_cast<unsigned>(payload.size());
  out += byte(mask_bit | (size < 126 ? size : 126U));
  if (size >= 126) {
    out += byte(size >> 8U);
    out += byte(size);
  }
  const std::string_view key = shape.masked ? shape.key : std::string_view("\0\0\0\0", 4);
  if (shape.masked) out += key;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += byte(static_cast<unsigned char>(payload[i]) ^ static_cast<unsigned char>(key[i % 4]));
  }
  return out;
}

/// A connection whose client and server say this, in pieces of so many bytes at most.
inline wire_capture capture_of(std::string_view client, std::string_view server,
                               std::size_t piece_max) {
  wire_capture made{
      .connections = {
          {.number = 1, .client = "10.0.0.2", .server = "10.0.0.1", .server_port = 8123}}};
  for (const bool from_client : {true, false}) {
    for (std::string_view left = from_client ? client : server; !left.empty();) {
      const std::string_view some = left.substr(0, piece_max);
      left.remove_prefix(some.size());
      made.events.push_back(
          {.connection = 1, .from_client = from_client, .bytes = std::string(some)});
    }
  }
  return made;
}

/// All that one side of connection 1 sent.
inline std::string stream_of(const wire_capture& capture, bool from_client) {
  std::string all;
  for (const wire_event& each : capture.events) {
    if (each.from_client == from_client) all += each.bytes;
  }
  return all;
}

}  // namespace hassle::reports::tests
