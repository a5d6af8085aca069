#include "harness/door/adapter.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <csignal>
#include <system_error>
#include <utility>
#include <variant>

namespace hassle::harness::door {

namespace {

constexpr std::size_t chunk_bytes = 65536;
/// Kept of its standard error.
constexpr std::size_t errors_bytes_max = 8192;
/// After its output has ended: an exit status says more than that.
constexpr net::duration exit_grace = std::chrono::seconds(1);

double seconds_of(net::duration time) { return std::chrono::duration<double>(time).count(); }

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

adapter::adapter(asio::any_io_executor executor, net::time_source& wall, adapter_limits limits)
    : executor_(std::move(executor)),
      wall_(wall),
      limits_(limits),
      tasks_(executor_),
      hello_limit_(wall),
      up_limit_(wall),
      answer_limit_(wall) {}

void adapter::launch(const std::string& command) {
  try {
    child_ = std::make_unique<child_process>(executor_, command);
  } catch (const std::system_error& error) {
    fail(fmt::format("cannot be started: {}", error.what()));
    return;
  }
  tasks_.spawn(read_lines());
  tasks_.spawn(read_errors());
  tasks_.spawn(wait_for_end());
  expect_within(hello_limit_, limits_.hello, "hello");
}

asio::awaitable<void> adapter::ready() { static_cast<void>(co_await ready_.wait(wall_)); }

void adapter::expect_within(net::timer& limit, net::duration at_most, const char* what) {
  limit.call_at(wall_.now() + at_most, [this, at_most, what] {
    fail(fmt::format("has not said {} within {} s", what, seconds_of(at_most)));
  });
}

// ---- What it is told ----------------------------------------------------------------------------

void adapter::start(const start_order& order) {
  session_.on_start(order.subscribe.size());
  put(start_line(order));
  if (!fault_) expect_within(up_limit_, limits_.up, "up");
}

void adapter::command(std::uint32_t id, const json::object& body, double deadline_ms) {
  session_.on_command(id);
  put(command_line(id, body, deadline_ms));
}

void adapter::ask() {
  session_.on_ask();
  ++answers_due_;
  put(ask_line());
  if (!fault_ && !frozen_) expect_within(answer_limit_, limits_.answer, "how quiet it is");
}

void adapter::mirror() {
  session_.on_mirror();
  ++answers_due_;
  put(mirror_line());
  if (!fault_ && !frozen_) expect_within(answer_limit_, limits_.answer, "its mirror");
}

void adapter::jump(double by_ms) {
  session_.on_jump();
  put(jump_line(by_ms));
}

void adapter::freeze() {
  if (std::exchange(frozen_, true) || !child_) return;
  answer_limit_.cancel();  // It cannot.
  child_->signal(SIGSTOP);
}

void adapter::thaw() {
  if (!std::exchange(frozen_, false) || !child_) return;
  child_->signal(SIGCONT);
  if (answers_due_ > 0) expect_within(answer_limit_, limits_.answer, "what it was asked");
}

void adapter::put(std::string line) {
  if (fault_ || ending_ || !child_) return;
  line += '\n';
  unwritten_bytes_ += line.size();
  unwritten_.push_back(std::move(line));
  if (unwritten_bytes_ > unread_bytes_max && !frozen_) {
    fail("does not read its standard input");
    return;
  }
  if (!std::exchange(writing_, true)) tasks_.spawn(write_lines());
}

asio::awaitable<void> adapter::write_lines() {
  while (!unwritten_.empty()) {
    const std::string line = std::move(unwritten_.front());
    unwritten_.pop_front();
    boost::system::error_code failed;
    co_await asio::async_write(child_->input(), asio::buffer(line),
                               asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return;  // It has ended: its output says so.
    unwritten_bytes_ -= line.size();
  }
  writing_ = false;
}

// ---- What it says -------------------------------------------------------------------------------

asio::awaitable<void> adapter::read_lines() {
  std::string buffer;
  std::array<char, chunk_bytes> chunk;
  for (;;) {
    boost::system::error_code failed;
    const std::size_t size = co_await child_->output().async_read_some(
        asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, failed));
    if (failed || fault_) break;
    buffer.append(chunk.data(), size);
    if (!take_lines(buffer)) break;
    // Others on this executor have their turn, however much it says.
    co_await asio::post(executor_, asio::use_awaitable);
  }
  if (ending_ || fault_) co_return;
  co_await await_exit(exit_grace);
  if (ending_ || fault_) co_return;
  how_it_ended_ = child_->reap();
  if (session_.ended()) co_return;
  fail(fmt::format("{} {}", how_it_ended_,
                   session_.ready() ? "in the middle" : "without having said hello"));
}

/// Takes the whole lines out of the buffer. False after a fault.
bool adapter::take_lines(std::string& buffer) {
  std::size_t begin = 0;
  for (std::size_t end = buffer.find('\n'); end != std::string::npos;
       end = buffer.find('\n', begin)) {
    const std::string_view line(buffer.data() + begin, end - begin);
    begin = end + 1;
    if (!line.empty()) take(line);
    if (fault_) return false;
  }
  buffer.erase(0, begin);
  if (buffer.size() <= line_bytes_max) return true;
  fail({.what = fmt::format("(line {}) says a line longer than {} bytes", session_.lines() + 1,
                            line_bytes_max),
        .line = buffer.substr(0, shown_bytes_max) + "…",
        .errors = {}});
  return false;
}

void adapter::take(std::string_view line) {
  std::expected<said, adapter_fault> heard = session_.on_line(line);
  if (!heard) {
    fail(std::move(heard.error()));
    return;
  }
  if (auto* greeting = std::get_if<hello_said>(&*heard)) {
    hello_ = std::move(*greeting);
    hello_limit_.cancel();
    ready_.open();
    return;
  }
  if (std::holds_alternative<up_said>(*heard)) up_limit_.cancel();
  if (std::holds_alternative<quiet_said>(*heard) || std::holds_alternative<mirror_said>(*heard)) {
    if (--answers_due_ == 0) answer_limit_.cancel();
  }
  if (on_said && !ending_) on_said(*heard);
}

asio::awaitable<void> adapter::read_errors() {
  std::array<char, chunk_bytes> chunk;
  for (;;) {
    boost::system::error_code failed;
    const std::size_t size = co_await child_->errors().async_read_some(
        asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return;
    errors_.append(chunk.data(), size);
    if (errors_.size() > errors_bytes_max) errors_.erase(0, errors_.size() - errors_bytes_max);
  }
}

asio::awaitable<void> adapter::wait_for_end() {
  boost::system::error_code failed;
  co_await child_->end().async_wait(asio::posix::stream_descriptor::wait_read,
                                    asio::redirect_error(asio::use_awaitable, failed));
  if (!failed) exited_.open();
}

asio::awaitable<void> adapter::await_exit(net::duration at_most) {
  static_cast<void>(co_await exited_.wait(wall_, wall_.now() + at_most));
}

void adapter::fail(adapter_fault what) {
  if (fault_) return;
  what.errors = trimmed(last_of(errors_, shown_bytes_max));
  fault_ = std::move(what);
  hello_limit_.cancel();
  up_limit_.cancel();
  answer_limit_.cancel();
  ready_.open();
  if (on_fault && !ending_) {
    tasks_.spawn([](adapter* self) -> asio::awaitable<void> {
      co_await asio::post(self->executor_, asio::use_awaitable);
      if (!self->ending_) self->on_fault(*self->fault_);
    }(this));
  }
}

// ---- The end ------------------------------------------------------------------------------------

asio::awaitable<void> adapter::end(manner how) {
  if (child_ && how == manner::stop && !fault_ && !frozen_) {
    session_.on_stop();
    put(stop_line());
    ending_ = true;
    co_await await_exit(limits_.stop);
    if (!exited_.is_open()) {
      fail(fmt::format("has not exited within {} s of stop", seconds_of(limits_.stop)));
    }
  }
  ending_ = true;
  hello_limit_.cancel();
  up_limit_.cancel();
  answer_limit_.cancel();
  if (child_) {
    how_it_ended_ = child_->reap();
    tasks_.stop();
  }
  ready_.open();
  co_await tasks_.join();
}

}  // namespace hassle::harness::door
