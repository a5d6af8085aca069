#pragma once

#include "context.hpp"
#include "subscriber.hpp"

#include <hassle/client/command.hpp>
#include <hassle/client/subscription.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace hassle::client {

class state_mirror;

/// The layer `mirror`: one subscribe_entities, applied to a `state_mirror`; reads that fail are
/// answered from it.
class mirror {
 public:
  /// Begins to want its subscription at once.
  mirror(engine_context& shared, subscriber& subscriptions);
  mirror(const mirror&) = delete;
  mirror& operator=(const mirror&) = delete;
  ~mirror();

  void hear(mirror_listener* hears) noexcept;
  void on_running(bool running);

  [[nodiscard]] const state_mirror& states() const noexcept;

  /// The answer to a read from the states, with their age; empty if this command is no read that
  /// the states can answer (get_states; subscribe-free reads of entities), or they are not known.
  [[nodiscard]] std::optional<outcome> answer(const command& read, net::time_point now) const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
