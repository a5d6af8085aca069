#pragma once

#include "harness/simulation/simulated_world.hpp"
#include "reports/wire_capture.hpp"

#include <hassle/net/byte_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hassle::harness {

/// Writes down what goes over the wires of one network, up to `reports::wire_capture_bytes_max`.
/// Changes nothing about it. The world and the capture outlive it.
/// Thread-safety: single-threaded.
class wire_tap {
 public:
  wire_tap(const simulated_world& clock, reports::wire_capture& into,
           std::size_t bytes_max = reports::wire_capture_bytes_max)
      : clock_(clock), into_(into), room_(bytes_max) {}

  /// Before anything else of the connection; numbers count up.
  void add_connection(std::uint32_t number, std::string_view client, std::string_view server,
                      std::uint16_t server_port);
  void add(std::uint32_t connection, bool from_client, reports::wire_kind kind,
           std::size_t count = 0);
  /// The first `size` bytes of these buffers.
  void add_data(std::uint32_t connection, bool from_client,
                std::span<const net::asio::const_buffer> from, std::size_t size);

 private:
  bool takes(std::size_t bytes) noexcept;
  reports::wire_event& push(std::uint32_t connection, bool from_client, reports::wire_kind kind);

  const simulated_world& clock_;
  reports::wire_capture& into_;
  std::size_t room_;
};

}  // namespace hassle::harness
