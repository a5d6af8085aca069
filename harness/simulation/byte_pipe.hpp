#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hassle::harness {

/// What a segment carries.
enum class segment_kind : std::uint8_t {
  handshake,  ///< The last step of connecting: the listener gets the connection.
  data,
  fin,
};

/// Something that was sent and has not arrived.
struct segment {
  net::time_point departs;
  net::time_point arrives;  ///< If nothing is in its way.
  std::uint32_t bytes = 0;
  segment_kind kind = segment_kind::data;
};

/// One direction of a connection as a buffer: bytes that wait to be read, then bytes in flight.
///
/// Arriving moves the border between the two, so that a byte is copied in once and out once.
/// An empty pipe holds next to no memory. Pure: knows no clock and no network.
class byte_pipe {
 public:
  /// Copies up to `room` bytes in; they count as in flight once `add` names their segment.
  std::size_t write(std::span<const net::asio::const_buffer> from, std::size_t room);

  void add(segment s) { segments_.push_back(s); }

  [[nodiscard]] const segment* front() const noexcept {
    return first_ < segments_.size() ? &segments_[first_] : nullptr;
  }

  /// The first segment has arrived: its bytes may be read.
  segment arrive() noexcept;

  /// The first segment becomes two, of which the first has `bytes`: more than 0, less than it had.
  void split_front(std::size_t bytes);

  /// The bytes of the first segment.
  [[nodiscard]] std::span<char> front_bytes() noexcept;

  /// Calls `change(segment&)` for each segment in flight, in their order.
  template <class Change>
  void for_each_in_flight(Change&& change) {
    for (std::size_t i = first_; i < segments_.size(); ++i) change(segments_[i]);
  }

  /// The first segment has come to nobody: its bytes are gone.
  segment discard() noexcept;

  /// Forgets all that arrives at `from` or later (segments are in order of arrival).
  void discard_from(net::time_point from) noexcept;
  void discard_all() noexcept { discard_from(net::time_point::min()); }

  /// Takes bytes that have arrived.
  std::size_t read(net::asio::mutable_buffer into) noexcept;

  /// Forgets bytes that have arrived and were not read.
  void drop_unread() noexcept;

  [[nodiscard]] std::size_t readable() const noexcept { return readable_; }
  /// Unread and in flight: what counts against the send buffer.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - head_; }
  [[nodiscard]] bool idle() const noexcept { return front() == nullptr; }

 private:
  static constexpr std::size_t keep_max = 1024;  // Capacity that an empty pipe may hold on to.

  void drop_first() noexcept;
  void forget_if_idle() noexcept;
  void shrink() noexcept;

  std::vector<char> bytes_;  // [head_, head_ + readable_) unread, then in flight
  std::size_t head_ = 0;
  std::size_t readable_ = 0;
  std::vector<segment> segments_;  // from first_ on
  std::size_t first_ = 0;
};

}  // namespace hassle::harness
