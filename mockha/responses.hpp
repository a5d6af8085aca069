#pragma once

#include "mockha/services.hpp"

namespace hassle::mockha::responses {

// What services say when they are asked to. `data` has passed the service's schema; the entity is
// present. Equal at equal times.
using result = std::expected<json::value, failure>;

result calendar_events(const entity* e, const json::object& data, wall_time now);
result conversation(const entity* none, const json::object& data, wall_time now);
result weather_forecasts(const entity* e, const json::object& data, wall_time now);

}  // namespace hassle::mockha::responses
