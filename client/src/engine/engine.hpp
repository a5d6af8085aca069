#pragma once

#include "caller.hpp"
#include "context.hpp"
#include "dialler.hpp"
#include "links.hpp"
#include "mirror.hpp"
#include "subscriber.hpp"
#include "tokens.hpp"
#include "waiting_room.hpp"

#include "../cores/liveness.hpp"

#include <hassle/client/command.hpp>
#include <hassle/client/status.hpp>
#include <hassle/client/subscription.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hassle::client {

/// The production engine: its parts, put together. What they do is in `resilient_client`'s words.
class engine final : private session_user {
 public:
  engine(net::world& world, const config& settings, observer* telemetry);
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;
  ~engine();

  [[nodiscard]] asio::awaitable<void> start();
  [[nodiscard]] asio::awaitable<outcome> send(command what, net::time_point limit);

  [[nodiscard]] std::optional<subscription_handle> subscribe(
      subscription_request what, std::shared_ptr<subscription_listener> hears);
  void unsubscribe(subscription_handle which) { subscriptions_.remove(which); }

  [[nodiscard]] const state_mirror* states() const noexcept;
  void on_mirror(mirror_listener* hears) noexcept;

  [[nodiscard]] const client_status& status() const noexcept { return links_.status(); }
  void on_status(std::function<void(const client_status&)> hears) {
    links_.on_status(std::move(hears));
  }

  void retry(std::string new_access_token);
  void on_thaw();
  [[nodiscard]] asio::awaitable<void> stop();

 private:
  void on_session_ready(const std::shared_ptr<session_channel>& which, bool running) override;
  void on_session_running(const std::shared_ptr<session_channel>& which) override;
  void on_session_lost(const std::shared_ptr<session_channel>& which) override;

  void look_for_thaw();
  void watch();

  engine_context shared_;
  waiting_room room_;
  dialler ways_;
  tokens tokens_;
  subscriber subscriptions_;
  std::optional<mirror> mirror_;
  links links_;
  caller caller_;

  std::optional<suspend_watch> suspend_;
  net::timer watching_;
  net::time_point look_at_ = net::never;  ///< When the timer should come.
};

}  // namespace hassle::client
