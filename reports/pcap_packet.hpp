#pragma once

#include "reports/tcp_segments.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hassle::reports {

/// The ones' complement sum of RFC 1071 over 16-bit words, most significant byte first; an odd
/// byte at the end has a zero behind it. `before`: of what stands before it, of even size.
[[nodiscard]] std::uint16_t internet_checksum(std::string_view bytes, std::uint32_t before = 0);

/// The segment in an IPv4 or IPv6 packet, as it is on the wire behind a link's own header.
/// Addresses that are none are 0.0.0.0. REQUIRES: the payload fits, see `segment_payload_max_v4`.
/// Pure.
[[nodiscard]] std::string ip_packet(const tcp_segment& segment);

/// More than any packet has.
inline constexpr std::size_t ip_packet_size_max = 1500;

}  // namespace hassle::reports
