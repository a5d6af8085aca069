#include <hassle/net/task_group.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cassert>
#include <exception>
#include <utility>

namespace hassle::net {

namespace {

bool is_cancellation(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace

task_group::task_group(asio::any_io_executor executor) : executor_(std::move(executor)) {}

task_group::~task_group() { assert(tasks_.empty() && "join() the group before it dies"); }

void task_group::spawn(asio::awaitable<void> task_body) {
  const auto which = tasks_.emplace(tasks_.end());
  asio::co_spawn(executor_, std::move(task_body),
                 asio::bind_cancellation_slot(
                     which->cancel.slot(),
                     [this, which](const std::exception_ptr& error) { ended(which, error); }));
  // The slot is connected by now: a task of a stopped group sees its cancellation at its first
  // wait.
  if (stopping_) which->cancel.emit(asio::cancellation_type::terminal);
}

void task_group::stop() noexcept {
  stopping_ = true;
  // A cancellation may complete nothing inline (completions are posted), so the list holds still.
  for (task& each : tasks_) each.cancel.emit(asio::cancellation_type::terminal);
}

void task_group::ended(std::list<task>::iterator which, const std::exception_ptr& error) {
  tasks_.erase(which);
  if (tasks_.empty() && idle_) asio::post(executor_, std::exchange(idle_, nullptr));
  if (error && !is_cancellation(error)) std::rethrow_exception(error);
}

void task_group::when_idle(std::move_only_function<void()> action) {
  assert(!idle_ && "one waiter at a time");
  if (tasks_.empty()) {
    asio::post(executor_, std::move(action));
  } else {
    idle_ = std::move(action);
  }
}

asio::awaitable<void> task_group::join() {
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this](auto handler) {
        when_idle([handler = std::move(handler)]() mutable { std::move(handler)(); });
      },
      asio::use_awaitable);
}

}  // namespace hassle::net
