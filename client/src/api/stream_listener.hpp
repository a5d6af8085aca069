#pragma once

#include "event_queue.hpp"

#include <hassle/client/config.hpp>
#include <hassle/client/subscription.hpp>

#include <memory>

namespace hassle::client {

/// Writes what a subscription hears into a queue.
[[nodiscard]] std::shared_ptr<subscription_listener> make_events_listener(
    std::shared_ptr<event_stream::queue> into);

/// The same for subscribe_entities, whose events it applies to states of its own: so that changes
/// are known across reconnects. `user_events_only` as in stream_options.
[[nodiscard]] std::shared_ptr<subscription_listener> make_entities_listener(
    std::shared_ptr<event_stream::queue> into, const mirror_config& settings,
    bool user_events_only);

}  // namespace hassle::client
