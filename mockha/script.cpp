#include "mockha/script.hpp"

#include "mockha/condition.hpp"
#include "mockha/config_values.hpp"
#include "mockha/template.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace hassle::mockha {

namespace {

using step = std::expected<script_step, std::string>;
using kind = script_step::kind;

constexpr std::size_t steps_max = 1'000;

std::unexpected<std::string> wrong(std::string_view what, std::size_t index) {
  return std::unexpected(fmt::format("{} @ data[{}]", what, index));
}

bool read_object(const json::object& action, std::string_view key, json::object& into) {
  const json::value* given = value_of(action, key);
  if (!given || given->is_null()) return true;
  if (!given->is_object()) return false;
  into = given->get_object();
  return true;
}

step read_call(const json::object& action, std::string_view service, std::size_t index) {
  script_step s{.what = kind::call, .name = std::string(service)};
  if (!is_template(service) && service.find('.') == std::string_view::npos) {
    return wrong(fmt::format("Service {} does not match format <domain>.<name> for dictionary "
                             "value",
                             service),
                 index);
  }
  if (!read_object(action, "data", s.data) || !read_object(action, "target", s.target)) {
    return wrong("expected a dictionary", index);
  }
  // As it was written before there were targets.
  if (const json::value* id = value_of(action, "entity_id")) s.target["entity_id"] = *id;
  if (const json::value* name = value_of(action, "response_variable"); name && name->is_string()) {
    s.variable = std::string_view(name->get_string());
  }
  return s;
}

step read_step(const json::value& from, std::size_t index) {
  const json::object* action = from.if_object();
  if (!action) return wrong("expected a dictionary", index);
  const auto text = [&](std::string_view key) -> std::optional<std::string_view> {
    const json::value* given = value_of(*action, key);
    if (!given || !given->is_string()) return std::nullopt;
    return std::string_view(given->get_string());
  };
  for (const std::string_view key : {"action", "service"}) {
    if (const auto service = text(key)) return read_call(*action, *service, index);
  }
  if (const auto type = text("event")) {
    script_step s{.what = kind::fire, .name = std::string(*type)};
    if (!read_object(*action, "event_data", s.data)) return wrong("expected a dictionary", index);
    return s;
  }
  if (const json::value* length = value_of(*action, "delay")) {
    const bool later = length->is_string() && is_template(length->get_string());
    if (!later && !read_duration(*length)) return wrong("expected a duration", index);
    return script_step{.what = kind::delay, .length = *length};
  }
  if (value_of(*action, "variables")) {
    script_step s{.what = kind::assign};
    if (!read_object(*action, "variables", s.data)) return wrong("expected a dictionary", index);
    return s;
  }
  if (value_of(*action, "stop")) {
    script_step s{.what = kind::stop, .name = std::string(text("stop").value_or(""))};
    s.variable = text("response_variable").value_or("");
    const json::value* error = value_of(*action, "error");
    s.is_error = error && error->is_bool() && error->get_bool();
    return s;
  }
  constexpr std::array known = std::to_array<std::string_view>({"and", "condition", "not", "or"});
  if (std::ranges::any_of(known, [&](std::string_view key) { return action->contains(key); })) {
    auto must_hold = condition::read(from);
    if (!must_hold) return wrong(must_hold.error(), index);
    script_step s{.what = kind::check};
    s.must_hold = std::make_shared<const condition>(std::move(*must_hold));
    return s;
  }
  constexpr std::array not_here = std::to_array<std::string_view>(
      {"choose", "device_id", "if", "parallel", "repeat", "sequence", "set_conversation_response",
       "wait_for_trigger", "wait_template"});
  for (const auto key : not_here) {
    if (action->contains(key)) {
      return wrong(fmt::format("'{}' actions are not known to this mock", key), index);
    }
  }
  return wrong("Unable to determine action", index);
}

}  // namespace

std::expected<script, std::string> script::read(const json::value& sequence) {
  const json::array list = as_list(sequence);
  if (list.size() > steps_max) return wrong("too many actions", steps_max);
  script s;
  for (std::size_t n = 0; n < list.size(); ++n) {
    auto one = read_step(list[n], n);
    if (!one) return std::unexpected(std::move(one.error()));
    const json::object& action = list[n].get_object();
    const json::value* goes_on = value_of(action, "continue_on_error");
    one->continue_on_error = goes_on && goes_on->is_bool() && goes_on->get_bool();
    const json::value* enabled = value_of(action, "enabled");
    if (enabled && *enabled == json::value(false)) continue;
    s.steps.push_back(std::move(*one));
  }
  return s;
}

const service& sequence_service() {
  static constexpr service one{.domain = "script",
                               .name = "sequence",
                               .reaches = service::reach::sequence,
                               .responds = service::response::optional};
  return one;
}

}  // namespace hassle::mockha
