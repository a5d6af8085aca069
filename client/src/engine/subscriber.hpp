#pragma once

#include "context.hpp"
#include "session_channel.hpp"

#include <hassle/client/subscription.hpp>

#include <memory>
#include <optional>

namespace hassle::client {

/// Wanted subscriptions, kept alive over connections as `subscription_book` decides. It uses one
/// ready session at a time, the first there is, and moves on to another when that one is lost.
class subscriber final : public session_user {
 public:
  explicit subscriber(engine_context& shared);
  subscriber(const subscriber&) = delete;
  subscriber& operator=(const subscriber&) = delete;
  ~subscriber();

  [[nodiscard]] std::optional<subscription_handle> add(
      subscription_request what, std::shared_ptr<subscription_listener> hears);
  void remove(subscription_handle which);

  void on_session_ready(const std::shared_ptr<session_channel>& which, bool running) override;
  void on_session_running(const std::shared_ptr<session_channel>& which) override;
  void on_session_lost(const std::shared_ptr<session_channel>& which) override;

  /// No timer is armed and nothing is sent after it.
  void stop() noexcept;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
