#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hassle::reports {

/// What one end of a connection does on the wire.
enum class wire_kind : std::uint8_t {
  syn,    ///< Dials, each time that it tries; of the server: it accepts.
  ack,    ///< `count` bytes have arrived (a FIN counts as one); none: the last step of connecting.
  data,   ///< `bytes` are handed to the network at once.
  again,  ///< What was sent and did not arrive is sent once more, as far as one segment goes.
  fin,    ///< Says goodbye; `count` bytes that were sent before it got lost for good.
  reset,
};
inline constexpr unsigned wire_kind_count = static_cast<unsigned>(wire_kind::reset) + 1;

struct wire_event {
  std::chrono::nanoseconds at{};  ///< Since the run began; never decreases along a capture.
  std::uint32_t connection = 0;   ///< As the journal numbers it.
  bool from_client = false;
  wire_kind kind = wire_kind::data;
  std::uint32_t count = 0;
  std::string bytes;

  bool operator==(const wire_event&) const = default;
};

/// Who dials whom. Addresses are numeric, IPv4 or IPv6, both of the same kind.
struct wire_connection {
  std::uint32_t number = 0;  ///< As the journal numbers it.
  std::string client;
  std::string server;
  std::uint16_t server_port = 0;

  bool operator==(const wire_connection&) const = default;
};

/// What went over the wires of a run, as its two ends saw it. Bounded: what came after the bound
/// was met is only counted.
struct wire_capture {
  std::vector<wire_connection> connections;  ///< By their numbers.
  std::vector<wire_event> events;            ///< Of those connections.
  std::uint64_t events_left_out = 0;

  bool operator==(const wire_capture&) const = default;
};

/// Of one run, with what it takes to keep them. Long days of many small messages fit; a looping
/// client does not fill the memory.
inline constexpr std::size_t wire_capture_bytes_max = std::size_t{64} << 20U;

}  // namespace hassle::reports
