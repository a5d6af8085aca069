#include "harness/client_settings.hpp"

#include "scenarios/duration.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace hassle::harness {

namespace {

using client::config;
using scenario::input_error;
using scenario::setting;

/// Stores a setting's value in a configuration whose layer is on. False: not of the right type, or
/// out of range.
using store = std::function<bool(config&, const setting&)>;

struct known_setting {
  std::string_view layer;
  std::string_view key;
  std::string_view takes;  ///< For the error message.
  store put;
};

template <class Layer>
store positive_duration(std::optional<Layer> config::* layer, client::duration Layer::* field) {
  return [layer, field](config& into, const setting& given) {
    const auto* text = std::get_if<std::string>(&given.value);
    if (text == nullptr) return false;
    const auto parsed = scenario::parse_duration(*text);
    if (!parsed || *parsed <= client::duration::zero()) return false;
    *(into.*layer).*field = *parsed;
    return true;
  };
}

template <class Layer, class Number>
store positive_number(std::optional<Layer> config::* layer, Number Layer::* field) {
  return [layer, field](config& into, const setting& given) {
    const auto* number = std::get_if<std::int64_t>(&given.value);
    constexpr std::int64_t most = 1'000'000;
    if (number == nullptr || *number < 1 || *number > most) return false;
    *(into.*layer).*field = static_cast<Number>(*number);
    return true;
  };
}

const std::vector<known_setting>& known_settings() {
  using namespace client;
  constexpr std::string_view a_duration = "a duration above zero, such as \"30s\"";
  constexpr std::string_view a_number = "a whole number from 1 to 1000000";
  static const std::vector<known_setting> all = {
      {"reconnect", "connect_limit", a_duration,
       positive_duration(&config::reconnect, &reconnect_config::connect_limit)},
      {"reconnect", "backoff_base", a_duration,
       positive_duration(&config::reconnect, &reconnect_config::backoff_base)},
      {"reconnect", "backoff_cap", a_duration,
       positive_duration(&config::reconnect, &reconnect_config::backoff_cap)},
      {"reconnect", "answer_limit", a_duration,
       positive_duration(&config::reconnect, &reconnect_config::answer_limit)},
      {"health", "interval", a_duration,
       positive_duration(&config::health, &health_config::interval)},
      {"health", "pong_limit", a_duration,
       positive_duration(&config::health, &health_config::pong_limit)},
      {"health", "unhealthy_after", a_duration,
       positive_duration(&config::health, &health_config::unhealthy_after)},
      {"breaker", "failures_to_open", a_number,
       positive_number(&config::breaker, &breaker_config::failures_to_open)},
      {"breaker", "open_for", a_duration,
       positive_duration(&config::breaker, &breaker_config::open_for)},
      {"degradation", "ttl", a_duration,
       positive_duration(&config::degradation, &degradation_config::ttl)},
      {"degradation", "entries_max", a_number,
       positive_number(&config::degradation, &degradation_config::entries_max)},
      {"pool", "size", a_number, positive_number(&config::pool, &pool_config::size)},
      {"correlation", "in_flight_max", a_number,
       positive_number(&config::correlation, &correlation_config::in_flight_max)},
      {"deadline", "margin", a_duration,
       positive_duration(&config::deadline, &deadline_config::margin)},
      {"deadline", "resolve_limit", a_duration,
       positive_duration(&config::deadline, &deadline_config::resolve_limit)},
      {"deadline", "tcp_limit", a_duration,
       positive_duration(&config::deadline, &deadline_config::tcp_limit)},
      {"deadline", "upgrade_limit", a_duration,
       positive_duration(&config::deadline, &deadline_config::upgrade_limit)},
      {"deadline", "auth_limit", a_duration,
       positive_duration(&config::deadline, &deadline_config::auth_limit)},
  };
  return all;
}

/// False for a layer that this version of the client does not have yet.
bool switch_on(config& into, std::string_view layer) {
  if (layer == "reconnect") return into.reconnect.emplace(), true;
  if (layer == "health") return into.health.emplace(), true;
  if (layer == "breaker") return into.breaker.emplace(), true;
  if (layer == "degradation") return into.degradation.emplace(), true;
  if (layer == "pool") return into.pool.emplace(), true;
  if (layer == "correlation") return into.correlation.emplace(), true;
  if (layer == "deadline") return into.deadline.emplace(), true;
  return false;
}

std::optional<input_error> apply(config& into, const setting& given,
                                 const scenario::client_profile& profile) {
  const auto problem = [&](std::string message, std::string hint) {
    return input_error{profile.name, given.where, std::move(message), std::move(hint)};
  };
  std::vector<std::string_view> keys;
  for (const known_setting& each : known_settings()) {
    if (each.layer != given.layer) continue;
    keys.push_back(each.key);
    if (each.key != given.key) continue;
    if (each.put(into, given)) return std::nullopt;
    return problem(fmt::format("'{}.{}' takes {}", given.layer, given.key, each.takes), "");
  }
  return problem(fmt::format("layer '{}' has no setting '{}'", given.layer, given.key),
                 scenario::nearest_hint(given.key, keys));
}

}  // namespace

std::expected<config, input_error> client_settings(const scenario::client_profile& profile) {
  config result;
  for (const std::string& layer : profile.layers) {
    if (!switch_on(result, layer)) {
      return std::unexpected(input_error{
          profile.name, {}, fmt::format("layer '{}' does not exist in this client", layer), ""});
    }
  }
  for (const setting& each : profile.settings) {
    if (std::ranges::find(profile.layers, each.layer) == profile.layers.end()) continue;
    if (auto wrong = apply(result, each, profile)) return std::unexpected(std::move(*wrong));
  }
  if (result.reconnect && result.reconnect->backoff_cap < result.reconnect->backoff_base) {
    return std::unexpected(input_error{
        profile.name, {}, "'reconnect.backoff_cap' is below 'reconnect.backoff_base'", ""});
  }
  return result;
}

}  // namespace hassle::harness
