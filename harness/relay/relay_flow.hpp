#pragma once

#include "harness/relay/flow_shape.hpp"
#include "harness/relay/relay_line.hpp"
#include "harness/simulation/retransmission.hpp"

#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hassle::harness {

/// The bounds of one direction of a relayed connection.
struct relay_settings {
  std::size_t buffer = 256U << 10U;  ///< Bytes taken and not yet delivered. > 0.
  std::size_t read = 64U << 10U;     ///< Bytes of one read, at most. > 0.
  std::size_t segments = 4096;       ///< Reads taken and not yet delivered. > 0.
  std::size_t connections = 4096;    ///< Of one relay at once; more are reset. > 0.
  bool resolve = false;              ///< The upstream may be a name.
};

/// What is to be done for one direction next.
struct relay_step {
  enum class kind : std::uint8_t {
    idle,     ///< Nothing, until something is taken or the faults change.
    wait,     ///< Ask again at `until`.
    deliver,  ///< Write `bytes` to the receiver, and say `delivered`.
    finish,   ///< FIN to the receiver. Asked for once.
    reset,    ///< RST to the receiver.
    give_up,  ///< RST to the sender: TCP would have stopped trying.
    refuse,   ///< RST to the sender, who goes on after a middlebox has said FIN.
  } what = kind::idle;
  net::time_point until{};
  std::span<const char> bytes{};  ///< Stay where they are until `delivered`.
};

/// One direction of a relayed connection: decides what of the bytes that were taken is delivered
/// when, and in which shape.
///
/// Each read is a segment that travels along the path: it arrives later by the path's latency and
/// what the faults add, in the order of sending. Real TCP runs on both sides and loses nothing;
/// what a fault swallows therefore stays here, and is tried again as a sender's TCP would. Without
/// faults every byte comes out once, in order. Pure: knows neither sockets nor a clock.
class relay_flow {
 public:
  /// `jitter` seeds this direction's own jitter. The line must outlive it.
  relay_flow(relay_line& line, direction way, std::uint64_t jitter,
             const relay_settings& settings = {}, const tcp_settings& tcp = {});

  /// From now on it decides about the bytes, beside the faults. Before the first read.
  void shape(std::unique_ptr<flow_shape> by, net::time_point now);
  /// A connection is complete where it was dialled: the last segment of its handshake goes the same
  /// way as what is taken behind it. Before the first read.
  void open(net::time_point now) { add(cargo::opening, 0, now); }
  /// The rules of the shape have changed: what it had planned is planned anew.
  void reshape(net::time_point now);

  /// Where the next read goes; empty while there is no room, which is what holds the sender back.
  /// Valid until `took`.
  [[nodiscard]] std::span<char> space() noexcept;
  /// So many bytes (> 0) were read into the beginning of `space`.
  void took(std::size_t bytes, net::time_point now);
  /// The sender has sent FIN. Nothing is taken behind it.
  void finish(net::time_point now);
  /// The sender has sent RST, or its connection has failed. Nothing is taken behind it.
  void broke(net::time_point now);

  [[nodiscard]] relay_step step(net::time_point now);
  /// So many of the bytes of a step were written.
  void delivered(std::size_t bytes) noexcept;

  /// The path has become faster: what waits for the wire leaves earlier.
  void hasten(net::time_point now);

  /// Machines that stood still go on: what they did not take is sent again at once, rather than
  /// up to two minutes later.
  void thaw(net::time_point now) noexcept;

  [[nodiscard]] std::size_t held() const noexcept {
    return static_cast<std::size_t>(taken_ - delivered_);
  }

 private:
  enum class cargo : std::uint8_t { data, opening, fin, reset, lost, cut };
  struct segment {
    std::size_t bytes;  // Contiguous: a read never wraps around the end of the buffer.
    net::time_point departs;
    net::time_point arrives;
    cargo what;
    std::size_t slice;  // At most so many bytes at once. 0: all.
    net::duration gap;
    net::duration added{};  // By the shape.
    bool boundary = true;
    scenario::expiry_style how{};  // Of a cut.
    std::uint32_t by = 0;
  };

  void add_portions(net::time_point now);
  void add_portion(const flow_portion& next, net::time_point now);
  void keep_for_later(std::size_t bytes, net::duration delay, net::time_point now);
  [[nodiscard]] bool late_is_due(net::time_point now) const noexcept;
  void skip_first();
  void cut_here(const segment& at);
  [[nodiscard]] relay_step wait_until(net::time_point at) const noexcept;
  [[nodiscard]] link::sender sender() const noexcept;
  segment& add(cargo what, std::size_t bytes, net::time_point now, net::duration added = {});
  void note_delays(const active_faults& active, std::size_t bytes);
  [[nodiscard]] relay_step step_after_end() noexcept;
  void pass_due(net::time_point now);
  [[nodiscard]] bool pass_arrived(net::time_point now, bool again);
  [[nodiscard]] bool arrives_again(net::time_point now);
  void begin_retry(net::time_point sent);
  [[nodiscard]] bool swallowed(std::size_t bytes);
  [[nodiscard]] bool acknowledged();
  [[nodiscard]] bool pass_first();
  [[nodiscard]] static std::size_t piece(const segment& s) noexcept;
  [[nodiscard]] std::span<char> stored(std::uint64_t from, std::size_t bytes) noexcept;

  relay_line* line_;
  direction way_;
  relay_settings settings_;
  tcp_settings tcp_;
  jitter_random random_;
  std::unique_ptr<char[]> buffer_;  // NOLINT(*-avoid-c-arrays): not to be filled with zeros.
  // Positions in the stream; in the buffer modulo its size.
  std::uint64_t delivered_ = 0;
  std::uint64_t passed_ = 0;
  std::uint64_t taken_ = 0;
  std::deque<segment> segments_;  // What has not passed.
  std::uint64_t decided_ = 0;     // What lies between this and taken_ is with the shape.
  net::time_point last_arrival_{};
  std::unique_ptr<flow_shape> shape_;
  std::vector<flow_portion> portions_;  // Empty between calls.
  std::multimap<net::time_point, std::string> late_;
  std::string speaking_;  // A late message that is being delivered.
  std::size_t spoken_ = 0;
  bool at_boundary_ = true;              // Behind what has passed.
  std::optional<retransmission> retry_;  // Of the first segment, or of what nobody acknowledged.
  net::time_point again_ = net::never;   // When what is sent again arrives.
  bool slept_ = false;                   // Its receiver, when it was sent last.
  bool unacknowledged_ = false;          // What has arrived last, as far as the sender knows.
  bool fin_told_ = false;
  bool refused_ = false;
};

}  // namespace hassle::harness
