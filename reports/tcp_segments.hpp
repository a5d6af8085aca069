#pragma once

#include "reports/wire_capture.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace hassle::reports {

/// A TCP segment as its sender sends it.
struct tcp_segment {
  std::chrono::nanoseconds at{};  ///< Since the run began.
  const wire_connection* of = nullptr;
  std::uint16_t client_port = 0;
  bool from_client = false;
  bool syn = false, ack = false, push = false, fin = false, reset = false;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;  ///< 0 without `ack`.
  std::string_view payload;        ///< Views the capture.
};

/// Of each; what fits into an Ethernet's packet.
inline constexpr std::size_t segment_payload_max_v4 = 1460;
inline constexpr std::size_t segment_payload_max_v6 = 1440;

/// The capture as TCP sends it: what was handed over at once is cut into segments, numbers count as
/// they should, what has arrived is acknowledged at that instant. Client ports count up from
/// `first_port` in the order of connections, and begin again where there are no more. A connection
/// of which the capture does not know who it is between is left out.
/// Returns the next port. Pure but for calling `send`, in the order of time.
std::uint16_t send_segments(const wire_capture& capture, std::uint16_t first_port,
                            const std::function<void(const tcp_segment&)>& send);

/// The first of those that nobody is registered for (RFC 6335).
inline constexpr std::uint16_t client_port_min = 49152;

}  // namespace hassle::reports
