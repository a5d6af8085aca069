#pragma once

#include "harness/relay/relay_flow.hpp"

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/gate.hpp>
#include <hassle/net/time.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace hassle::harness {

namespace asio = boost::asio;
using boost::system::error_code;

/// The two sockets of a relayed connection, and what goes from one to the other.
///
/// Must not be destroyed before `run` has returned. Thread-safety: single-threaded.
class relayed_connection {
 public:
  relayed_connection(net::time_source& time, relay_line& line, std::uint64_t jitter,
                     const relay_settings& settings, std::unique_ptr<net::byte_stream> client,
                     std::unique_ptr<net::byte_stream> server);

  /// Relays until both sides are done with it or the caller is cancelled; closes both then.
  [[nodiscard]] asio::awaitable<void> run();

  /// The connection was dialled over the path: see `relay_flow::open`. Before `run`.
  void open() { pump_of(direction::to_server).flow.open(time_->now()); }
  /// Before `run`.
  void shape(connection_shape by);
  /// The rules of the shape have changed.
  void reshape();

  /// The faults have changed.
  void advance();
  /// What waits for the wire may leave earlier.
  void hasten();
  /// Machines that stood still go on.
  void thaw();
  /// The server's socket is reset, and the client is not told.
  void forget_server();

  [[nodiscard]] relay_line& line() noexcept { return *line_; }
  /// When something was let through last; the epoch if nothing was.
  [[nodiscard]] net::time_point last_traffic() const noexcept {
    return std::max(pumps_[0].last_traffic, pumps_[1].last_traffic);
  }
  [[nodiscard]] std::uint64_t relayed(direction way) const noexcept { return pump_of(way).written; }

 private:
  struct pump {
    pump(net::time_source& time, relay_line& line, direction d, std::uint64_t jitter,
         const relay_settings& settings)
        : way(d), flow(line, d, jitter, settings), wake(time) {}
    direction way;
    relay_flow flow;
    net::timer wake;
    std::uint64_t written = 0;
    net::time_point last_traffic{};
    bool reading = false;
    bool writing = false;
    bool source_ended = false;     // Nothing more can be read.
    bool receiver_failed = false;  // A write has failed.
    bool finished = false;         // FIN was passed on.
  };
  struct end {
    std::unique_ptr<net::byte_stream> stream;
    bool gone = false;
  };

  [[nodiscard]] pump& pump_of(direction d) noexcept { return pumps_[static_cast<std::size_t>(d)]; }
  [[nodiscard]] const pump& pump_of(direction d) const noexcept {
    return pumps_[static_cast<std::size_t>(d)];
  }
  [[nodiscard]] end& source(direction d) noexcept { return ends_[static_cast<std::size_t>(d)]; }
  [[nodiscard]] end& receiver(direction d) noexcept { return source(opposite(d)); }
  void drive(pump& p);
  bool perform(pump& p, const relay_step& next);
  void read(pump& p);
  void write(pump& p, std::span<const char> bytes);
  void on_read(pump& p, const error_code& ec, std::size_t bytes);
  void on_written(pump& p, const error_code& ec, std::size_t bytes);
  void reset(end& which) noexcept;
  void settle();

  net::time_source* time_;
  relay_line* line_;
  std::array<pump, 2> pumps_;
  std::array<end, 2> ends_;  // The client, the server.
  net::gate over_;
  net::gate quiet_;  // No operation is outstanding, and none will be.
};

}  // namespace hassle::harness
