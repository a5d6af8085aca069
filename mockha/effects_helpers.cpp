// Effects of helpers (numbers, selections, texts), fans and the like; the others are in
// effects.cpp.
#include "mockha/effects.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <charconv>
#include <cmath>

namespace hassle::mockha::effects {

namespace {

double number_or(const json::object& data, std::string_view key, double otherwise) {
  const json::value* found = data.if_contains(key);
  return found && found->is_number() ? found->to_number<double>() : otherwise;
}

state_update becomes(std::string state) { return {.state = std::move(state), .attributes = {}}; }

double state_number(const entity& e) {
  double number = 0;
  const std::string& text = e.now().state;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// As Home Assistant's own helpers refuse: without translation.
failure invalid(std::string text) {
  return {.code = "service_validation_error",
          .message = "Validation error: " + std::move(text),
          .translation_key = {},
          .translation_domain = {},
          .translation_placeholders = {}};
}

result number_becomes(const entity& e, double wanted) {
  const double min = number_or(e.now().attributes, "min", 0);
  const double max = number_or(e.now().attributes, "max", 100);
  if (wanted < min || wanted > max) {
    return std::unexpected(invalid(fmt::format(
        "Invalid value for {}: {} (range {} - {})", e.id(), json_text(json::value(wanted)),
        json_text(json::value(min)), json_text(json::value(max)))));
  }
  return becomes(json_text(json::value(wanted)));
}

state_update fan_runs(std::int64_t percent) {
  return {.state = percent == 0 ? "off" : "on",
          .attributes = {{"percentage", json::value(percent)}}};
}

}  // namespace

result climate_preset(const entity& e, const json::object& data) {
  state_update update = becomes(e.now().state);
  update.attributes.push_back(
      {"preset_mode", json::value(data.at("preset_mode"), json::storage_ptr())});
  return update;
}

result fan_on(const entity&, const json::object& data) {
  return fan_runs(std::lround(number_or(data, "percentage", 100)));
}
result fan_off(const entity&, const json::object&) { return fan_runs(0); }
result fan_toggle(const entity& e, const json::object& data) {
  return e.now().state == "on" ? fan_off(e, data) : fan_on(e, data);
}
result fan_percentage(const entity& e, const json::object& data) { return fan_on(e, data); }

result number_set(const entity& e, const json::object& data) {
  return number_becomes(e, number_or(data, "value", 0));
}
result number_up(const entity& e, const json::object&) {
  const double max = number_or(e.now().attributes, "max", 100);
  return number_becomes(e,
                        std::min(max, state_number(e) + number_or(e.now().attributes, "step", 1)));
}
result number_down(const entity& e, const json::object&) {
  const double min = number_or(e.now().attributes, "min", 0);
  return number_becomes(e,
                        std::max(min, state_number(e) - number_or(e.now().attributes, "step", 1)));
}

result option_set(const entity& e, const json::object& data) {
  const json::value& wanted = data.at("option");
  const json::value* known = e.now().attributes.if_contains("options");
  std::string list;
  if (known && known->is_array()) {
    for (const auto& option : known->get_array()) {
      if (option == wanted) return becomes(std::string(std::string_view(wanted.get_string())));
      if (!option.is_string()) continue;
      list += list.empty() ? "" : ", ";
      list += std::string_view(option.get_string());
    }
  }
  return std::unexpected(failure{
      .code = "service_validation_error",
      .message = fmt::format("Validation error: Option {} is not valid for entity {}, valid "
                             "options are: {}",
                             std::string_view(wanted.get_string()), e.id(), list),
      .translation_key = "not_valid_option",
      .translation_domain = std::string(e.domain()),
      .translation_placeholders = {{"option", wanted}, {"entity_id", e.id()}, {"options", list}}});
}

result text_set(const entity&, const json::object& data) {
  return becomes(std::string(std::string_view(data.at("value").get_string())));
}

result vacuum_start(const entity&, const json::object&) { return becomes("cleaning"); }
result vacuum_stop(const entity&, const json::object&) { return becomes("idle"); }
result vacuum_dock(const entity&, const json::object&) { return becomes("docked"); }

result media_source(const entity& e, const json::object& data) {
  state_update update = becomes(e.now().state);
  update.attributes.push_back({"source", json::value(data.at("source"), json::storage_ptr())});
  return update;
}

}  // namespace hassle::mockha::effects
