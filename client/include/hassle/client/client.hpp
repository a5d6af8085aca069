#pragma once

#include <hassle/client/command.hpp>
#include <hassle/client/config.hpp>
#include <hassle/client/observer.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace hassle::client {

/// A Home Assistant WebSocket client made of layers.
///
/// All operations complete on the world's executor; per-operation terminal cancellation is
/// supported. `stop` must have completed before the client is destroyed.
/// Thread-safety: single-threaded. Lifetimes: world and observer outlive the client.
class resilient_client {
 public:
  /// `telemetry` may be null.
  resilient_client(net::world& world, config settings, observer* telemetry);
  resilient_client(const resilient_client&) = delete;
  resilient_client& operator=(const resilient_client&) = delete;
  ~resilient_client();

  /// Does what the settings do at cold start: `naive` connects, the others wait for a command.
  [[nodiscard]] asio::awaitable<void> start();

  /// Sends a command and waits for its outcome, however long the layers take. `limit` is when the
  /// caller loses interest; only the `deadline` layer heeds it.
  [[nodiscard]] asio::awaitable<outcome> send(command what, net::time_point limit = net::never);

  /// Drops all connections, cancels background work and joins it. Commands that are still waiting
  /// end as `connection`; they must have ended before the client is destroyed.
  [[nodiscard]] asio::awaitable<void> stop();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
