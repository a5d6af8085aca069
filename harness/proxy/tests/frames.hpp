#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hassle::harness {

// Frames of RFC 6455 as they go over the wire.

struct frame_form {
  unsigned opcode = 1;
  bool masked = false;
  bool last = true;
  bool compressed = false;
};

inline std::string frame(std::string_view payload, frame_form form = {}) {
  std::string made;
  made +=
      static_cast<char>((form.last ? 0x80U : 0U) | (form.compressed ? 0x40U : 0U) | form.opcode);
  const unsigned mask = form.masked ? 0x80U : 0U;
  const std::size_t size = payload.size();
  if (size < 126) {
    made += static_cast<char>(mask | size);
  } else {
    const bool huge = size > 65535;
    made += static_cast<char>(mask | (huge ? 127U : 126U));
    for (int shift = huge ? 56 : 8; shift >= 0; shift -= 8) {
      made += static_cast<char>(size >> static_cast<unsigned>(shift) & 255U);
    }
  }
  if (!form.masked) return made.append(payload);
  constexpr std::string_view key = "k\x7f\x01z";
  made += key;
  for (std::size_t i = 0; i < size; ++i) made += static_cast<char>(payload[i] ^ key[i % 4]);
  return made;
}

inline std::string from_client(std::string_view payload) {
  return frame(payload, {.masked = true});
}
inline std::string ping(std::string_view payload = "p") { return frame(payload, {.opcode = 9}); }

inline constexpr std::string_view upgrade_request =
    "GET /api/websocket HTTP/1.1\r\nHost: home\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: x\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
inline constexpr std::string_view upgrade_answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

}  // namespace hassle::harness
