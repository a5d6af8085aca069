#pragma once

#include "mockha/entity.hpp"
#include "mockha/services.hpp"

#include <string>
#include <string_view>

namespace hassle::mockha {

/// Something that happened on Home Assistant's event bus, serialised once for all subscribers.
struct bus_event {
  std::string type;
  std::string json;       ///< The envelope: `{"event_type":…,"data":…,…}`. Empty: not wanted.
  std::string diff_json;  ///< Of state_changed, for subscribe_entities. Empty: not wanted.
  std::string entity_id;  ///< Of state_changed.
  /// Nothing of the bus: a word among the server's own subscriptions, the rest is empty.
  std::string signal;
};

/// Any event; `data` is a JSON object.
[[nodiscard]] bus_event make_event(std::string_view type, std::string_view data,
                                   const context& cause, wall_time at);

/// state_changed, with what was collected about the change.
[[nodiscard]] bus_event state_changed_event(const entity_change& change);

/// call_service, as it is fired before the service runs.
[[nodiscard]] bus_event call_service_event(const service_call& call, const context& cause,
                                           wall_time at);

}  // namespace hassle::mockha
