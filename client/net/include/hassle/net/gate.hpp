#pragma once

#include <hassle/net/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <list>

namespace hassle::net {

enum class wait_end : std::uint8_t { opened, timed_out, cancelled };

/// Coroutines wait at it until it is opened, once and for all.
///
/// Must outlive its waiters. Thread-safety: single-threaded.
class gate {
 public:
  gate() = default;
  gate(const gate&) = delete;
  gate& operator=(const gate&) = delete;
  ~gate();

  /// Lets everybody through, now and later. The waiters resume from the executor, in their order.
  void open();

  [[nodiscard]] bool is_open() const noexcept { return open_; }

  /// Waits until the gate is open, `until` has come, or the caller is cancelled.
  [[nodiscard]] asio::awaitable<wait_end> wait(time_source& time, time_point until = never);

 private:
  struct waiter {
    explicit waiter(time_source& time) : limit(time) {}
    std::move_only_function<void(wait_end)> resume;
    timer limit;
  };
  void finish(std::list<waiter>::iterator which, wait_end how);

  std::list<waiter> waiters_;
  bool open_ = false;
};

}  // namespace hassle::net
