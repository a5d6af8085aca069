#pragma once

#include <hassle/client/command.hpp>
#include <hassle/client/config.hpp>
#include <hassle/client/observer.hpp>
#include <hassle/client/status.hpp>
#include <hassle/client/subscription.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hassle::client {

class state_mirror;

/// A Home Assistant WebSocket client made of layers, for programs that are coroutines in a
/// `net::world` (the harness is one). `ha_client` is the same for everybody else.
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

  // Style `best` only; with `lee` these are assertion failures.

  /// Wants a subscription until `unsubscribe`: it is made again after every loss. Empty where there
  /// are mirror_config::subscriptions_max already. `hears` is kept until it is unsubscribed.
  [[nodiscard]] std::optional<subscription_handle> subscribe(
      subscription_request what, std::shared_ptr<subscription_listener> hears);
  /// Takes effect at once: `hears` is not called any more. No effect if it is unknown.
  void unsubscribe(subscription_handle which);

  /// The mirrored states; null without the layer `mirror`. Lives as long as the client.
  [[nodiscard]] const state_mirror* mirror() const noexcept;
  /// One listener; null = none. It outlives the client or is taken away before.
  void on_mirror(mirror_listener* hears) noexcept;

  [[nodiscard]] client_status status() const;
  /// Called (posted, never from inside a call) after the status changed; several changes may be
  /// told as one. Empty = nobody.
  void on_status(std::function<void(const client_status&)> hears);

  /// Somebody knows that it is worth a try now: the network is back, the user came. Ends a wait for
  /// the next attempt and the phase `refused`; a non-empty token replaces the access token.
  void retry(std::string new_access_token = {});

  /// The process is known to have been frozen or the machine asleep (a signal of the platform):
  /// connections are tested before they are used.
  void on_thaw();

  /// Drops all connections, cancels background work and joins it. Commands that are still waiting
  /// end as `connection`; they must have ended before the client is destroyed.
  [[nodiscard]] asio::awaitable<void> stop();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
