#pragma once

#include <hassle/net/gate.hpp>
#include <hassle/net/time.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>

#include <cassert>
#include <optional>
#include <vector>

namespace hassle::client {

namespace asio = boost::asio;

/// Where the coroutines of one engine wait: for an answer, a connection, their turn, a delay. All
/// of them share one timer, which is armed for the earliest limit and left alone when the wait ends
/// before it, so that a wait costs no timer and no allocation.
///
/// Outlives its waiters. Thread-safety: single-threaded.
class waiting_room {
 public:
  explicit waiting_room(net::time_source& time) noexcept : time_(time), timer_(time) {}
  waiting_room(const waiting_room&) = delete;
  waiting_room& operator=(const waiting_room&) = delete;
  ~waiting_room() { assert(waiting_.empty() && "a waiting room outlives its waiters"); }

  /// One who waits, in the frame of its coroutine. May be woken before it waits: then the wait is
  /// over at once. Must not wait when destroyed.
  class waiter : public boost::intrusive::list_base_hook<> {
   public:
    waiter() = default;
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    ~waiter() { assert(!handler_ && "somebody still waits"); }

    /// Ends the wait, or the next one. Resumes from the executor, never from inside.
    void wake();

   private:
    friend waiting_room;
    using handler = asio::async_result<asio::use_awaitable_t<>, void(net::wait_end)>::handler_type;

    waiting_room* room_ = nullptr;  ///< While it waits.
    net::time_point until_ = net::never;
    bool woken_ = false;
    std::optional<handler> handler_;
  };

  /// Waits until `mine` is woken (`opened`), `until` has come, or the caller is cancelled.
  [[nodiscard]] asio::awaitable<net::wait_end> wait(waiter& mine, net::time_point until);

  /// Disarms the timer. Nobody may wait with a limit from here on.
  void stop() noexcept { timer_.cancel(); }

 private:
  void begin(waiter& mine, net::time_point until, waiter::handler handler);
  void finish(waiter& which, net::wait_end how);
  void arm(net::time_point at);
  void on_timer();

  net::time_source& time_;
  net::timer timer_;
  net::time_point armed_at_ = net::never;
  boost::intrusive::list<waiter, boost::intrusive::constant_time_size<false>> waiting_;
};

using waiter = waiting_room::waiter;

/// Names a waiter in a list of those to be woken, for as long as it lives.
class listed {
 public:
  listed(std::vector<waiter*>& list, waiter& which) : list_(list), which_(which) {
    list_.push_back(&which_);
  }
  listed(const listed&) = delete;
  listed& operator=(const listed&) = delete;
  ~listed() { std::erase(list_, &which_); }

 private:
  std::vector<waiter*>& list_;
  waiter& which_;
};

}  // namespace hassle::client
