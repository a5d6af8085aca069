#include "mockha/condition.hpp"

#include "mockha/config_values.hpp"
#include "mockha/schema.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace hassle::mockha {

namespace {

constexpr std::size_t depth_max = 20;  // Of and, or, not within each other.

std::unexpected<std::string> message(std::string_view kind, std::string_view text) {
  return std::unexpected(fmt::format("In '{}' condition: {}", kind, text));
}

// One of several errors, as Home Assistant shows where in a condition it happened.
std::string placed(std::string_view kind, std::size_t index, std::size_t total,
                   std::string_view error) {
  std::string text = total > 1 ? fmt::format("In '{}' (item {} of {}):", kind, index + 1, total)
                               : fmt::format("In '{}':", kind);
  for (std::size_t at = 0; at < error.size();) {
    const std::size_t end = std::min(error.find('\n', at), error.size());
    text += "\n  ";
    text += error.substr(at, end - at);
    at = end + 1;
  }
  return text;
}

void add(std::string& errors, std::string error) {
  if (!errors.empty()) errors += '\n';
  errors += error;
}

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::expected<std::vector<std::string>, std::string> entities_of(const json::object& config) {
  const json::value* ids = value_of(config, "entity_id");
  if (!ids) return missing_key("entity_id");
  std::vector<std::string> entities;
  if (!read_entity_ids(*ids, entities))
    return wrong_value("Entity IDs must be strings", "entity_id");
  return entities;
}

}  // namespace

std::expected<condition, std::string> condition::read(const json::value& config) {
  if (config.is_array()) return read_parts(kind::all, config, 1);
  return read_one(config, 1);
}

std::expected<condition, std::string> condition::read_one(const json::value& config,
                                                          std::size_t depth) {
  if (depth > depth_max) return config_error("conditions are nested too deeply");
  if (config.is_string()) return read_template(config);
  const json::object* object = config.if_object();
  if (!object) return config_error("expected a dictionary");
  struct connective {
    std::string_view name;
    kind what;
  };
  for (const auto& [name, what] :
       {connective{"and", kind::all}, connective{"or", kind::any}, connective{"not", kind::none}}) {
    if (const json::value* parts = value_of(*object, name)) return read_parts(what, *parts, depth);
    if (const json::value* named = value_of(*object, "condition");
        named && named->is_string() && named->get_string() == name) {
      const json::value* parts = value_of(*object, "conditions");
      if (!parts) return missing_key("conditions");
      return read_parts(what, *parts, depth);
    }
  }
  const json::value* name = value_of(*object, "condition");
  if (!name) return missing_key("condition");
  if (!name->is_string()) return wrong_value("expected str", "condition");
  const std::string_view type = name->get_string();
  if (type == "state") return read_state(*object);
  if (type == "numeric_state") return read_numeric(*object);
  if (type == "template") {
    const json::value* text = value_of(*object, "value_template");
    if (!text) return missing_key("value_template");
    return read_template(*text);
  }
  if (is_template(type)) return read_template(*name);
  return config_error(
      fmt::format("Invalid condition \"{}\" specified {}", type, python_text(config)));
}

std::expected<condition, std::string> condition::read_parts(kind what, const json::value& parts,
                                                            std::size_t depth) {
  condition c;
  c.what_ = what;
  for (const auto& part : as_list(parts)) {
    auto one = read_one(part, depth + 1);
    if (!one) return one;
    c.parts_.push_back(std::move(*one));
  }
  return c;
}

std::expected<condition, std::string> condition::read_template(const json::value& text) {
  condition c;
  c.what_ = kind::rendered;
  if (!text.is_string()) return wrong_value("template value should be a string", "value_template");
  auto program = template_program::parse(text.get_string());
  if (!program) {
    return wrong_value(fmt::format("invalid template ({})", program.error()), "value_template");
  }
  c.program_ = std::make_shared<const template_program>(std::move(*program));
  return c;
}

std::expected<condition, std::string> condition::read_state(const json::object& config) {
  if (auto foreign = foreign_key(config, {"alias", "attribute", "condition", "enabled", "entity_id",
                                          "for", "match", "state"})) {
    return config_error(std::move(*foreign));
  }
  condition c;
  c.what_ = kind::state;
  auto entities = entities_of(config);
  if (!entities) return config_error(std::move(entities.error()));
  c.entities_ = std::move(*entities);
  const json::value* states = value_of(config, "state");
  if (!states) return missing_key("state");
  auto texts = read_texts(*states);
  if (!texts) return wrong_value("expected str", "state");
  c.states_ = std::move(*texts);
  if (const json::value* attribute = value_of(config, "attribute")) {
    if (!attribute->is_string()) return wrong_value("expected str", "attribute");
    c.attribute_ = std::string_view(attribute->get_string());
  }
  if (const json::value* length = value_of(config, "for")) {
    const auto duration = read_duration(*length);
    if (!duration) return wrong_value("expected a duration", "for");
    c.for_ = *duration;
  }
  const json::value* match = value_of(config, "match");
  c.any_entity_ = match && *match == json::value("any");
  return c;
}

std::expected<condition, std::string> condition::read_numeric(const json::object& config) {
  condition c;
  c.what_ = kind::numeric_state;
  auto entities = entities_of(config);
  if (!entities) return config_error(std::move(entities.error()));
  c.entities_ = std::move(*entities);
  for (const auto& [key, where] : {std::pair{"above", &c.above_}, std::pair{"below", &c.below_}}) {
    const json::value* given = value_of(config, key);
    if (!given) continue;
    bound b;
    if (given->is_number()) {
      b.number = given->to_number<double>();
    } else if (given->is_string()) {
      b.entity_id = std::string_view(given->get_string());
      b.number = number_in(b.entity_id);
    } else {
      return wrong_value("expected float", key);
    }
    *where = std::move(b);
  }
  if (!c.above_ && !c.below_) {
    return config_error("must contain at least one of below, above.");
  }
  if (const json::value* attribute = value_of(config, "attribute")) {
    if (!attribute->is_string()) return wrong_value("expected str", "attribute");
    c.attribute_ = std::string_view(attribute->get_string());
  }
  if (const json::value* text = value_of(config, "value_template")) {
    auto rendered = read_template(*text);
    if (!rendered) return rendered;
    c.program_ = std::move(rendered->program_);
  }
  return c;
}

condition::outcome condition::holds(const setting& in) const {
  if (what_ == kind::rendered) return render_holds(in);
  if (what_ != kind::state && what_ != kind::numeric_state) return parts_hold(in);
  const bool numeric = what_ == kind::numeric_state;
  const std::string_view name = numeric ? "numeric_state" : "state";
  std::string errors;
  bool all = true;
  for (std::size_t n = 0; n < entities_.size(); ++n) {
    const auto one = numeric ? number_holds(in, entities_[n]) : state_holds(in, entities_[n]);
    if (!one) {
      add(errors, placed(name, n, entities_.size(), one.error()));
      continue;
    }
    if (*one && any_entity_) return true;
    if (!*one && !any_entity_) return false;
    all = all && *one;
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return all && !(any_entity_ && !entities_.empty());
}

condition::outcome condition::state_holds(const setting& in, const std::string& entity_id) const {
  const entity* e = in.house.find(entity_id);
  if (!e) return message("state", fmt::format("unknown entity {}", entity_id));
  std::string value = e->now().state;
  if (attribute_) {
    const json::value* found = e->now().attributes.if_contains(*attribute_);
    if (!found) return false;
    value = found->is_string() ? std::string(std::string_view(found->get_string()))
                               : python_text(*found);
  }
  if (std::ranges::find(states_, value) == states_.end()) return false;
  return in.now - e->now().last_changed >= for_;
}

std::optional<double> condition::limit(const bound& b, const setting& in) const {
  if (b.number) return b.number;
  const entity* e = in.house.find(b.entity_id);
  return e ? number_in(e->now().state) : std::nullopt;
}

condition::outcome condition::number_holds(const setting& in, const std::string& entity_id) const {
  constexpr std::string_view name = "numeric_state";
  const entity* e = in.house.find(entity_id);
  if (!e) return message(name, fmt::format("unknown entity {}", entity_id));
  json::value value(e->now().state);
  if (attribute_) {
    const json::value* found = e->now().attributes.if_contains(*attribute_);
    if (!found) {
      return message(
          name, fmt::format("attribute '{}' of entity {} does not exist", *attribute_, entity_id));
    }
    value = *found;
  }
  if (program_) {
    json::object variables;
    if (in.variables) variables = *in.variables;
    variables["state"] = json::object{
        {"entity_id", entity_id}, {"state", e->now().state}, {"attributes", e->now().attributes}};
    auto done = render(*program_, {.house = in.house, .now = in.now, .variables = &variables});
    if (!done.result) return message(name, "template error: " + done.result.error());
    value = std::move(*done.result);
  }
  if (value == json::value("unavailable") || value == json::value("unknown")) return false;
  std::optional<double> number;
  if (value.is_number()) number = value.to_number<double>();
  if (value.is_string()) number = number_in(std::string_view(value.get_string()));
  if (!number) {
    return message(name, fmt::format("entity {} state '{}' cannot be processed as a number",
                                     entity_id, e->now().state));
  }
  for (const bound* b : {above_ ? &*above_ : nullptr, below_ ? &*below_ : nullptr}) {
    if (!b) continue;
    const auto against = limit(*b, in);
    const bool is_above = above_ && b == &*above_;
    if (!against) {
      return message(
          name, fmt::format("unknown '{}' entity {}", is_above ? "above" : "below", b->entity_id));
    }
    if (is_above ? *number <= *against : *number >= *against) return false;
  }
  return true;
}

condition::outcome condition::render_holds(const setting& in) const {
  const auto done =
      render(*program_, {.house = in.house, .now = in.now, .variables = in.variables});
  if (!done.result) return message("template", done.result.error());
  if (done.result->is_bool()) return done.result->get_bool();
  return done.result->is_string() && done.result->get_string() == "true";
}

condition::outcome condition::parts_hold(const setting& in) const {
  const std::string_view name = what_ == kind::all ? "and" : what_ == kind::any ? "or" : "not";
  // `and` is decided by one that does not hold, `or` and `not` by one that does.
  const bool decisive = what_ != kind::all;
  std::string errors;
  for (std::size_t n = 0; n < parts_.size(); ++n) {
    const auto one = parts_[n].holds(in);
    if (!one) {
      add(errors, placed(name, n, parts_.size(), one.error()));
    } else if (*one == decisive) {
      return what_ == kind::any;
    }
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return what_ != kind::any;
}

}  // namespace hassle::mockha
