#pragma once

#include "mockha/services.hpp"

namespace hassle::mockha::effects {

// What a service does to one entity that is present. `data` has passed the service's schema.
// An error is what the integration would raise: nothing was done then.
using result = std::expected<state_update, failure>;

result light_on(const entity& e, const json::object& data);
result light_off(const entity& e, const json::object& data);
result light_toggle(const entity& e, const json::object& data);

result switch_on(const entity& e, const json::object& data);
result switch_off(const entity& e, const json::object& data);
result switch_toggle(const entity& e, const json::object& data);

result climate_on(const entity& e, const json::object& data);
result climate_off(const entity& e, const json::object& data);
result climate_toggle(const entity& e, const json::object& data);
result climate_mode(const entity& e, const json::object& data);
result climate_temperature(const entity& e, const json::object& data);

result climate_preset(const entity& e, const json::object& data);

result fan_on(const entity& e, const json::object& data);
result fan_off(const entity& e, const json::object& data);
result fan_toggle(const entity& e, const json::object& data);
result fan_percentage(const entity& e, const json::object& data);

/// number, input_number: between its `min` and `max`, in its `step`.
result number_set(const entity& e, const json::object& data);
result number_up(const entity& e, const json::object& data);
result number_down(const entity& e, const json::object& data);
/// select, input_select: one of its `options`.
result option_set(const entity& e, const json::object& data);
result text_set(const entity& e, const json::object& data);

result vacuum_start(const entity& e, const json::object& data);
result vacuum_stop(const entity& e, const json::object& data);
result vacuum_dock(const entity& e, const json::object& data);

result lock(const entity& e, const json::object& data);
result unlock(const entity& e, const json::object& data);

result cover_open(const entity& e, const json::object& data);
result cover_close(const entity& e, const json::object& data);
result cover_stop(const entity& e, const json::object& data);
result cover_toggle(const entity& e, const json::object& data);
result cover_position(const entity& e, const json::object& data);

result media_on(const entity& e, const json::object& data);
result media_off(const entity& e, const json::object& data);
result media_toggle(const entity& e, const json::object& data);
result media_play(const entity& e, const json::object& data);
result media_pause(const entity& e, const json::object& data);
result media_play_pause(const entity& e, const json::object& data);
result media_stop(const entity& e, const json::object& data);
result media_volume(const entity& e, const json::object& data);
result media_source(const entity& e, const json::object& data);
result media_mute(const entity& e, const json::object& data);

}  // namespace hassle::mockha::effects
