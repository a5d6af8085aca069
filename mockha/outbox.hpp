#pragma once

#include "mockha/action.hpp"
#include "mockha/surroundings.hpp"

#include <hassle/net/time.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace hassle::mockha {

/// What waits to go out on one connection, and when there is too much of it.
///
/// In front of it is what the socket holds. Home Assistant lets about 1 MiB gather there before its
/// own queue grows; when that is too long, or long for too long, the client cannot keep up and is
/// thrown out. Does no I/O and reads no clock. Thread-safety: single-threaded.
class outbox {
 public:
  explicit outbox(const outbox_limits& limits) : limits_(limits) {}

  /// Nothing waits, and the socket takes more.
  [[nodiscard]] bool is_open() const noexcept { return waiting_.empty() && has_room(); }
  [[nodiscard]] bool has_room() const noexcept {
    return front_bytes_ < limits_.front_bytes_max && front_messages_ < limits_.front_messages_max;
  }
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

  /// False if this was one too many: the connection is to be ended.
  [[nodiscard]] bool push(send_text message, net::time_point now);

  /// A frame has been handed to the socket, for instance past this queue.
  void on_handed(std::size_t bytes) noexcept {
    front_bytes_ += bytes;
    ++front_messages_;
  }
  /// The socket has written all that it had.
  void on_drained() noexcept { front_bytes_ = front_messages_ = 0; }

  /// What is to be handed over next: the first message, or all at once where `joined`.
  [[nodiscard]] std::vector<send_text> take(bool joined);
  [[nodiscard]] std::vector<send_text> take_all() { return take(true); }

  /// When `overdue` is to be asked; `never` if at no time.
  [[nodiscard]] net::time_point deadline() const noexcept { return peak_until_; }
  /// True if the queue stayed too long: the connection is to be ended.
  [[nodiscard]] bool overdue(net::time_point now) noexcept;
  /// The server stood still for so long.
  void on_stalled(net::duration length) noexcept {
    if (peak_until_ != net::never) peak_until_ += length;
  }

 private:
  const outbox_limits limits_;
  std::deque<send_text> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t front_bytes_ = 0;  // Handed over since the socket had written everything.
  std::size_t front_messages_ = 0;
  net::time_point peak_until_ = net::never;
};

/// The frame of these messages (at least one): the message itself, or an array of them.
[[nodiscard]] std::string joined_text(std::vector<send_text>& messages);

}  // namespace hassle::mockha
