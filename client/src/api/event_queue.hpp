#pragma once

#include "pending.hpp"

#include <hassle/client/event_stream.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace hassle::client {

/// What is behind an event_stream: a bounded queue with one reader. Used on the client's executor.
struct event_stream::queue : std::enable_shared_from_this<event_stream::queue> {
  queue(asio::any_io_executor where, std::size_t events_max);

  /// Closed queues take nothing.
  void push(stream_event event);
  /// The last event: what is waiting is still read.
  void close();
  /// For any thread: the reader's handler with its cancellation, and its number.
  [[nodiscard]] std::pair<pending<stream_event>, std::size_t> make_reader(
      asio::any_completion_handler<void(stream_event)> handler);
  void next(pending<stream_event> reader, std::size_t number);
  void hear(std::function<void(stream_event)> with);
  /// The reader is gone.
  void abandon();

  [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
  /// Called once, when nobody reads any more.
  void on_abandoned(std::function<void()> action) { abandoned_ = std::move(action); }

 private:
  [[nodiscard]] std::optional<stream_event> take();
  void cancel_next(std::size_t number);
  void deliver();

  asio::any_io_executor executor_;
  std::size_t events_max_;
  std::deque<stream_event> events_;
  std::size_t dropped_ = 0;  ///< Before the first of them.
  std::optional<pending<stream_event>> reader_;
  std::size_t reader_number_ = 0;
  std::atomic<std::size_t> readers_ = 0;  ///< Numbers of reads given out.
  std::function<void(stream_event)> hears_;
  std::function<void()> abandoned_;
  bool closed_ = false;
  bool gone_ = false;
};

}  // namespace hassle::client
