#include "../cores/called_service.hpp"

#include <hassle/client/typed.hpp>

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <array>
#include <utility>

namespace hassle::client {

namespace json = boost::json;

namespace {

/// Reads the members of one object, and keeps the first thing that is wrong.
class object_reader {
 public:
  object_reader(const json::value& from, std::string_view where)
      : where_(where), object_(from.if_object()) {
    if (object_ == nullptr) wrong("", "an object is expected");
  }

  std::string text(std::string_view key) {
    const json::value* found = member(key);
    if (found != nullptr && found->is_string()) return std::string(found->get_string());
    wrong(key, "a text is missing");
    return {};
  }
  /// Empty where there is none, or null.
  [[nodiscard]] std::string text_or_empty(std::string_view key) const {
    const json::value* found = member(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  }
  wall_time time(std::string_view key) {
    const auto read = parse_time(text(key));
    if (!read) wrong(key, "no time that can be read");
    return read.value_or(wall_time{});
  }
  json::object object(std::string_view key) {
    const json::value* found = member(key);
    if (found != nullptr && found->is_object()) return {found->get_object(), json::storage_ptr()};
    wrong(key, "an object is missing");
    return {};
  }
  [[nodiscard]] bool flag(std::string_view key) const {
    const json::value* found = member(key);
    return found != nullptr && found->is_bool() && found->get_bool();
  }
  [[nodiscard]] std::optional<double> number(std::string_view key) const {
    const json::value* found = member(key);
    if (found == nullptr || !found->is_number()) return std::nullopt;
    return found->to_number<double>();
  }
  /// Null where there is none.
  [[nodiscard]] json::value any(std::string_view key) const {
    const json::value* found = member(key);
    return found == nullptr ? json::value() : json::value(*found, json::storage_ptr());
  }
  [[nodiscard]] const json::value* member(std::string_view key) const {
    return object_ == nullptr ? nullptr : object_->if_contains(key);
  }
  /// Null is the context of what nobody did.
  ha_context context(std::string_view key) {
    const json::value* found = member(key);
    if (found == nullptr || found->is_null()) return {};
    object_reader inner(*found, path(key));
    ha_context read{.id = inner.text("id"),
                    .parent_id = inner.text_or_empty("parent_id"),
                    .user_id = inner.text_or_empty("user_id")};
    if (!error_) error_ = std::move(inner.error_);
    return read;
  }

  void wrong(std::string_view key, std::string_view what) {
    if (!error_) error_ = read_error{.where = path(key), .what = std::string(what)};
  }

  template <class T>
  read_result<T> result(T read) {
    if (error_) return std::unexpected(std::move(*error_));
    return read;
  }

 private:
  [[nodiscard]] std::string path(std::string_view key) const {
    return where_.empty() || key.empty() ? where_ + std::string(key)
                                         : fmt::format("{}.{}", where_, key);
  }

  std::string where_;
  const json::object* object_;
  std::optional<read_error> error_;
};

read_result<entity_state> read_state_at(const json::value& from, std::string_view where) {
  object_reader reader(from, where);
  entity_state state;
  state.entity_id = reader.text("entity_id");
  state.state = reader.text("state");
  state.attributes = reader.object("attributes");
  state.last_changed = reader.time("last_changed");
  state.last_updated = reader.time("last_updated");
  state.context = reader.context("context");
  return reader.result(std::move(state));
}

struct state_word {
  std::string_view word;
  core_state state;
};
constexpr std::array<state_word, 6> state_words = {{{"NOT_RUNNING", core_state::not_running},
                                                    {"STARTING", core_state::starting},
                                                    {"RUNNING", core_state::running},
                                                    {"STOPPING", core_state::stopping},
                                                    {"FINAL_WRITE", core_state::final_write},
                                                    {"STOPPED", core_state::stopped}}};

core_state core_state_of(std::string_view word) {
  for (const state_word& each : state_words) {
    if (each.word == word) return each.state;
  }
  return core_state::unknown;
}

}  // namespace

std::string read_error::text() const {
  return where.empty() ? what : fmt::format("{}: {}", where, what);
}

std::string_view entity_state::domain() const noexcept { return domain_of(entity_id); }

bool entity_state::has_value() const noexcept {
  return state != "unavailable" && state != "unknown";
}

read_result<entity_state> read_state(const json::value& from) { return read_state_at(from, ""); }

read_result<std::vector<entity_state>> read_states(const json::value& from) {
  const json::array* list = from.if_array();
  if (list == nullptr) return std::unexpected(read_error{.what = "an array is expected"});
  std::vector<entity_state> all;
  all.reserve(list->size());
  for (const json::value& each : *list) {
    auto state = read_state_at(each, fmt::format("[{}]", all.size()));
    if (!state) return std::unexpected(std::move(state.error()));
    all.push_back(std::move(*state));
  }
  return all;
}

entity_state entity_state_of(std::string_view entity_id, const mirrored_state& from) {
  return {.entity_id = std::string(entity_id),
          .state = from.state,
          .attributes = from.attributes,
          .last_changed = time_of(from.last_changed),
          .last_updated = time_of(from.last_updated),
          .context = {.id = from.context_id, .parent_id = from.parent_id, .user_id = from.user_id}};
}

read_result<ha_config> read_config(const json::value& from) {
  object_reader reader(from, "");
  ha_config config;
  config.version = reader.text("version");
  config.location_name = reader.text("location_name");
  config.time_zone = reader.text("time_zone");
  config.state = core_state_of(reader.text("state"));
  config.language = reader.text_or_empty("language");
  const json::value* components = reader.member("components");
  if (components != nullptr && components->is_array()) {
    config.components = components->get_array().size();
  }
  config.recovery_mode = reader.flag("recovery_mode");
  config.safe_mode = reader.flag("safe_mode");
  config.latitude = reader.number("latitude");
  config.longitude = reader.number("longitude");
  return reader.result(std::move(config));
}

read_result<service_response> read_service_response(const json::value& from) {
  if (from.is_null()) return service_response{};
  object_reader reader(from, "");
  service_response read{.context = reader.context("context"), .response = reader.any("response")};
  return reader.result(std::move(read));
}

read_result<ha_event> read_event(const json::value& from) {
  object_reader reader(from, "");
  ha_event event;
  event.event_type = reader.text("event_type");
  event.data = reader.object("data");
  event.time_fired = reader.time("time_fired");
  event.context = reader.context("context");
  event.remote = reader.text_or_empty("origin") == "REMOTE";
  return reader.result(std::move(event));
}

read_result<trigger_event> read_trigger(const json::value& from) {
  object_reader reader(from, "");
  trigger_event event;
  const json::value variables = reader.object("variables");
  object_reader inner(variables, "variables");
  event.trigger = inner.object("trigger");
  event.context = reader.context("context");
  auto outer = reader.result(true);
  if (!outer) return std::unexpected(std::move(outer.error()));
  return inner.result(std::move(event));
}

read_result<rendered_template> read_rendered(const json::value& from) {
  object_reader reader(from, "");
  rendered_template read;
  if (reader.member("error") != nullptr) {
    read.error = reader.text("error");
  } else if (reader.member("result") != nullptr) {
    read.result = reader.any("result");
  } else {
    reader.wrong("result", "it is missing");
  }
  return reader.result(std::move(read));
}

}  // namespace hassle::client
