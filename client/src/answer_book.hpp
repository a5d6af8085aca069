#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace hassle::client {

/// How messages find the command that they answer.
enum class matching : std::uint8_t {
  next_message,  ///< The next message received is the answer, whatever it is (LEE's listings).
  by_id,         ///< The message with the command's id (layer `correlation`).
};

/// Who waits for an answer on one connection, and who gets the next message. Pure: decides, moves
/// nothing.
class answer_book {
 public:
  /// `waiting_max` bounds commands in flight, `inbox_max` messages kept for later. Both > 0.
  answer_book(matching how, std::size_t waiting_max, std::size_t inbox_max);

  /// A command was sent. False if too many are waiting: it must not be sent.
  [[nodiscard]] bool try_expect(std::int64_t id);

  /// Nobody waits for this command any more. No effect if it was answered.
  void forget(std::int64_t id);

  /// What to do with a message.
  struct verdict {
    enum class kind : std::uint8_t {
      answer,   ///< It answers command `id`.
      keep,     ///< Nobody waits: the next command to wait takes it. (next_message only)
      discard,  ///< Late, duplicate or unknown.
    } what;
    std::int64_t id = 0;
  };
  [[nodiscard]] verdict on_message(std::int64_t message_id);

  /// A kept message was handed to a command that began to wait.
  void on_kept_taken() noexcept { --kept_; }

  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

 private:
  matching how_;
  std::size_t waiting_max_;
  std::size_t inbox_max_;
  std::size_t kept_ = 0;
  std::deque<std::int64_t> waiting_;  ///< In the order of sending: ids increase.
};

}  // namespace hassle::client
