// Layer 1: automatic reconnection, as the report lists it (LEE §1), flaws included: connecting
// happens inside the command without a bound, every command connects for itself, the delay has no
// jitter, and a command that got no answer is sent again whatever it does.
#include "../backoff.hpp"
#include "layer.hpp"

#include <algorithm>
#include <utility>

namespace hassle::client {

namespace {

class reconnect final : public channel {
 public:
  explicit reconnect(context& shared)
      : shared_(shared),
        settings_(*shared.settings.reconnect),
        backoff_(settings_.backoff_base, settings_.backoff_cap) {}

  /// Connects before sending, not at cold start.
  asio::awaitable<void> start() override { co_return; }

  asio::awaitable<std::optional<outcome>> connect(net::time_point deadline) override {
    net::time_source& time = shared_.world.time();
    for (;;) {
      const auto fresh = std::make_shared<connection>(shared_);
      auto opened = co_await fresh->open(limits(deadline));
      if (opened) {
        backoff_.reset();
        current_ = std::make_shared<connection_user>(fresh);
        co_return std::nullopt;
      }
      if (shared_.stopping) co_return std::move(opened.error());
      const duration delay = backoff_.next();
      shared_.tell({.kind = client_event_kind::backoff_began, .value = delay.count()});
      // Waiting for an attempt that nobody will live to see helps nobody.
      if (deadline != net::never && time.now() + delay >= deadline) {
        co_return std::move(opened.error());
      }
      const net::error_code cut_short = co_await net::sleep_until(time, time.now() + delay);
      if (cut_short) co_return std::move(opened.error());
    }
  }

  asio::awaitable<outcome> send(const request& wanted) override {
    outcome first = co_await send_once(wanted);
    if (!is_failure(first)) co_return first;
    current_.reset();
    if (wanted.deadline <= shared_.world.time().now()) co_return first;
    co_return co_await send_once(wanted);
  }

  [[nodiscard]] bool is_healthy() const noexcept override {
    return current_ && (*current_)->is_healthy();
  }

 private:
  asio::awaitable<outcome> send_once(const request& wanted) {
    if (!current_ || !(*current_)->is_open()) {
      auto failure = co_await connect(wanted.deadline);
      if (failure) co_return std::move(*failure);
    }
    const connection_ref used = current_;
    // Another command may have given the connection up since; in the listing that is an exception.
    if (!used) co_return outcome{.kind = outcome_kind::connection, .detail = "not connected"};
    const net::time_point limit = shared_.world.time().now() + settings_.answer_limit;
    co_return co_await (*used)->call(wanted.what, std::min(limit, wanted.deadline));
  }

  [[nodiscard]] attempt_limits limits(net::time_point deadline) const {
    // The listing limits connecting, but not the authentication that follows.
    return {.dial = shared_.world.time().now() + settings_.connect_limit, .all = deadline};
  }

  context& shared_;
  reconnect_config settings_;
  backoff backoff_;
  connection_ref current_;
};

}  // namespace

std::unique_ptr<channel> make_reconnect(context& shared) {
  return std::make_unique<reconnect>(shared);
}

}  // namespace hassle::client
