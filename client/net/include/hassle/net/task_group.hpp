#pragma once

#include <hassle/net/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>

namespace hassle::net {

/// Owns coroutines: starts them, cancels them, waits for them. Nothing is ever detached.
///
/// A task that ends by an exception other than cancellation is a bug and is rethrown out of the
/// executor's run function. Destroying a group that still has tasks is an assertion failure:
/// `co_await join()` (or `when_idle`) first. Thread-safety: single-threaded.
class task_group {
 public:
  explicit task_group(asio::any_io_executor executor);
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;
  ~task_group();

  /// Starts a task. After `stop` it is cancelled from the beginning.
  void spawn(asio::awaitable<void> task);

  /// Cancels (terminal) every task, now and later. The tasks end when their operations do.
  void stop() noexcept;

  /// Waits until no task is left. Not cancellable: the tasks are.
  [[nodiscard]] asio::awaitable<void> join();

  /// Calls `action` (posted) once no task is left. One at a time.
  void when_idle(std::move_only_function<void()> action);

  [[nodiscard]] std::size_t size() const noexcept { return tasks_.size(); }
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }

 private:
  struct task {
    asio::cancellation_signal cancel;
  };

  void ended(std::list<task>::iterator which, const std::exception_ptr& error);

  asio::any_io_executor executor_;
  std::list<task> tasks_;
  std::move_only_function<void()> idle_;
  bool stopping_ = false;
};

}  // namespace hassle::net
