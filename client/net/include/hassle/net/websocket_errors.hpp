#pragma once

#include <hassle/net/byte_stream.hpp>

namespace hassle::net {

// What the error of a `websocket_end` means, without Beast's headers.

/// A message was larger than `websocket_limits::message_bytes_max`; the peer was told 1009.
[[nodiscard]] bool is_message_too_big(const error_code& ec) noexcept;

/// What came was no WebSocket, or could not be inflated (RFC 6455 §10.7, RFC 7692); the peer was
/// told 1002 or 1007.
[[nodiscard]] bool is_not_understood(const error_code& ec) noexcept;

}  // namespace hassle::net
