#pragma once

#include <hassle/net/world.hpp>

#include <boost/asio/io_context.hpp>

#include <map>
#include <utility>

namespace hassle::net {

/// A world for unit tests: the test moves the clock, nothing is ever dialled.
class manual_world final : public world, private time_source {
 public:
  asio::any_io_executor executor() override { return context_.get_executor(); }
  time_source& time() override { return *this; }

  asio::awaitable<result<std::vector<endpoint>>> resolve(endpoint) override {
    co_return std::unexpected(error_code(asio::error::host_not_found));
  }
  asio::awaitable<result<std::unique_ptr<byte_stream>>> connect(endpoint) override {
    co_return std::unexpected(error_code(asio::error::connection_refused));
  }
  result<std::unique_ptr<acceptor>> listen(endpoint) override {
    return std::unexpected(error_code(asio::error::access_denied));
  }
  random_stream random(std::string_view) override { return random_stream(1); }

  /// Runs what is ready.
  void settle() {
    context_.restart();
    context_.poll();
  }

  /// Moves the clock on, firing what becomes due on the way.
  void advance(duration by) {
    const time_point end = now_ + by;
    settle();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      auto next = timers_.extract(timers_.begin());
      now_ = std::max(now_, next.key().first);
      next.mapped()();
      settle();
    }
    now_ = end;
  }

  [[nodiscard]] std::size_t armed_timers() const { return timers_.size(); }

 private:
  [[nodiscard]] time_point now() const override { return now_; }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override { return {}; }
  timer_id call_at(time_point at, std::move_only_function<void()> action) override {
    timers_.emplace(std::pair(at, ++last_id_), std::move(action));
    return last_id_;
  }
  void cancel(timer_id timer) noexcept override {
    std::erase_if(timers_, [timer](const auto& each) { return each.first.second == timer; });
  }

  asio::io_context context_;
  time_point now_{};
  timer_id last_id_ = 0;
  std::map<std::pair<time_point, timer_id>, std::move_only_function<void()>> timers_;
};

}  // namespace hassle::net
