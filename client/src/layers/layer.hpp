#pragma once

#include "../connection.hpp"

#include <hassle/client/command.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>

namespace hassle::client {

/// "Send a command, get an outcome, by a deadline." Layers decorate each other; `pipeline.cpp` is
/// the one place that puts them together.
class layer {
 public:
  virtual ~layer() = default;

  /// What is to be done at cold start, before the first command.
  [[nodiscard]] virtual asio::awaitable<void> start() = 0;

  /// The request outlives the call.
  [[nodiscard]] virtual asio::awaitable<outcome> send(const request& wanted) = 0;
};

/// The innermost layer: commands to one connection at a time.
class channel : public layer {
 public:
  /// Connects, as hard as the channel tries; empty on success.
  [[nodiscard]] virtual asio::awaitable<std::optional<outcome>> connect(
      net::time_point deadline) = 0;

  /// May the pool use it?
  [[nodiscard]] virtual bool is_healthy() const noexcept = 0;
};

using channel_factory = std::function<std::unique_ptr<channel>()>;

[[nodiscard]] std::unique_ptr<channel> make_naive(context& shared);
[[nodiscard]] std::unique_ptr<channel> make_reconnect(context& shared);
[[nodiscard]] std::unique_ptr<layer> make_pool(context& shared, channel_factory factory);
[[nodiscard]] std::unique_ptr<layer> make_breaker(context& shared, std::unique_ptr<layer> inner);
[[nodiscard]] std::unique_ptr<layer> make_degradation(context& shared,
                                                      std::unique_ptr<layer> inner);
[[nodiscard]] std::unique_ptr<layer> make_deadline(context& shared, std::unique_ptr<layer> inner);

/// Failures that say something about the connection, as exceptions do in the report's listings; an
/// error that Home Assistant answered is not one of them.
[[nodiscard]] inline bool is_failure(const outcome& o) noexcept {
  return o.kind == outcome_kind::connection || o.kind == outcome_kind::timeout;
}

}  // namespace hassle::client
