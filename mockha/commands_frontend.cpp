// What frontends ask for: panels, texts, dashboards, and what they keep at the server.
#include "mockha/command.hpp"
#include "mockha/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace hassle::mockha {

namespace {

using kind = command_field::kind;

constexpr std::array optional_key = std::to_array<command_field>({{"key", kind::text}});
constexpr std::array required_key = std::to_array<command_field>({{"key", kind::text, true}});
constexpr std::array set_fields = std::to_array<command_field>({
    {"key", kind::text, true},
    {"value", kind::any, true},
});
constexpr std::array translation_fields = std::to_array<command_field>({
    {"category", kind::text, true},
    {"config_flow", kind::boolean},
    {"integration", kind::texts},
    {"language", kind::text, true},
});
constexpr std::array icon_fields = std::to_array<command_field>({
    {"category", kind::text, true},
    {"integration", kind::texts},
});
constexpr std::array config_fields = std::to_array<command_field>({
    {"force", kind::boolean},
    {"url_path", kind::any},
});

struct panel {
  std::string_view path;
  std::string_view component;
  std::string_view icon;   // Empty: null.
  std::string_view title;  // Empty: null.
  std::string_view config = "null";
  bool admin = false;
};
constexpr std::array panels = std::to_array<panel>({
    {"lovelace", "lovelace", "", "", R"({"mode":"storage"})"},
    {"config", "config", "hass:cog", "config", "null", true},
    {"developer-tools", "developer-tools", "hass:hammer", "developer_tools", "null", true},
    {"history", "history", "hass:chart-box", "history"},
    {"logbook", "logbook", "hass:format-list-bulleted-type", "logbook"},
    {"map", "map", "hass:tooltip-account", "map"},
    {"profile", "profile", "", ""},
});

void append_or_null(std::string& to, std::string_view text) {
  if (text.empty()) {
    to += "null";
  } else {
    append_string(to, text);
  }
}

void get_panels(command_turn& turn) {
  std::string text = "{";
  for (const auto& p : panels) {
    if (p.admin && !turn->caller.is_admin) continue;
    if (text.size() > 1) text += ',';
    append_string(text, p.path);
    text += R"(:{"component_name":)";
    append_string(text, p.component);
    text += R"(,"icon":)";
    append_or_null(text, p.icon);
    text += R"(,"title":)";
    append_or_null(text, p.title);
    text += R"(,"config":)";
    text += p.config;
    text += R"(,"url_path":)";
    append_string(text, p.path);
    text += p.admin ? R"(,"require_admin":true)" : R"(,"require_admin":false)";
    text += R"(,"config_panel_domain":null})";
  }
  text += '}';
  turn.succeed(text);
}

void get_themes(command_turn& turn) {
  turn.succeed(R"({"themes":{},"default_theme":"default","default_dark_theme":null})");
}

// Texts and icons are up to the frontend's own: the mock adds none.
void no_resources(command_turn& turn) { turn.succeed(R"({"resources":{}})"); }

// A frontend without a version, as run from its sources.
void get_version(command_turn& turn) {
  turn.fail(plain_failure("unknown_version", "Version not found"));
}

// --- data that frontends keep ---

std::optional<std::string> key_of(const json::object& command) {
  const json::value* key = command.if_contains("key");
  if (!key) return std::nullopt;
  return std::string(key->get_string());
}

std::string value_json(const frontend_data& data, const std::string& owner,
                       const std::optional<std::string>& key) {
  std::string text = R"({"value":)";
  text += key ? std::string(data.find(owner, *key)) : data.all_of(owner);
  text += '}';
  return text;
}

std::string signal_of(const std::string& owner, std::string_view key) {
  return fmt::format("frontend data {} {}", owner, key);
}

// Tells of a key, or of all of an owner.
class data_subscription final : public subscription {
 public:
  data_subscription(const frontend_data& data, std::string owner, std::optional<std::string> key)
      : data_(data),
        owner_(std::move(owner)),
        key_(std::move(key)),
        signal_(signal_of(owner_, key_ ? *key_ : std::string())) {}

  void on_bus(const bus_event& event, subscription_output& out) override {
    const bool meant = !event.signal.empty() &&
                       (key_ ? event.signal == signal_ : event.signal.starts_with(signal_));
    if (meant) out.event(value_json(data_, owner_, key_));
  }

 private:
  const frontend_data& data_;
  const std::string owner_;
  const std::optional<std::string> key_;
  const std::string signal_;
};

void subscribe_data(command_turn& turn, const std::string& owner) {
  const frontend_data& data = turn->around.frontend;
  const auto key = key_of(turn->command);
  turn.event(value_json(data, owner, key));  // Before the result, as Home Assistant does here.
  (void)turn.subscribe(std::make_unique<data_subscription>(data, owner, key));
}

void set_data(command_turn& turn, const std::string& owner) {
  const std::string key = *key_of(turn->command);
  if (!turn->around.frontend.set(owner, key, json_text(turn->command.at("value")))) {
    turn.fail(plain_failure("home_assistant_error", "Too much frontend data."));
    return;
  }
  bus_event word;
  word.signal = signal_of(owner, key);
  turn.perform(publish_event{std::move(word)});
  turn.succeed();
}

void get_data(command_turn& turn, const std::string& owner) {
  turn.succeed(value_json(turn->around.frontend, owner, key_of(turn->command)));
}

const std::string everybody;

void get_user_data(command_turn& turn) { get_data(turn, turn->caller.id); }
void set_user_data(command_turn& turn) { set_data(turn, turn->caller.id); }
void subscribe_user_data(command_turn& turn) { subscribe_data(turn, turn->caller.id); }
void get_system_data(command_turn& turn) { get_data(turn, everybody); }
void set_system_data(command_turn& turn) { set_data(turn, everybody); }
void subscribe_system_data(command_turn& turn) { subscribe_data(turn, everybody); }

// --- dashboards: there is only the one that the frontend makes up itself ---

void lovelace_config(command_turn& turn) {
  const json::value* path = turn->command.if_contains("url_path");
  const json::string* named = path ? path->if_string() : nullptr;
  if (named && *named != "lovelace") {
    turn.fail(plain_failure("config_not_found",
                            fmt::format("Unknown config specified: {}", std::string_view(*named))));
  } else {
    turn.fail(plain_failure("config_not_found", "No config found."));
  }
}

void lovelace_info(command_turn& turn) { turn.succeed(R"({"resource_mode":"storage"})"); }
void no_items(command_turn& turn) { turn.succeed("[]"); }

constexpr std::array frontend_table = std::to_array<command_entry>({
    {"frontend/get_icons", no_resources, icon_fields},
    {"frontend/get_system_data", get_system_data, required_key},
    {"frontend/get_themes", get_themes, {}},
    {"frontend/get_translations", no_resources, translation_fields},
    {"frontend/get_user_data", get_user_data, optional_key},
    {"frontend/get_version", get_version, {}},
    {"frontend/set_system_data", set_system_data, set_fields, true},
    {"frontend/set_user_data", set_user_data, set_fields},
    {"frontend/subscribe_system_data", subscribe_system_data, required_key},
    {"frontend/subscribe_user_data", subscribe_user_data, optional_key},
    {"get_panels", get_panels, {}},
    {"lovelace/config", lovelace_config, config_fields},
    {"lovelace/dashboards/list", no_items, {}},
    {"lovelace/info", lovelace_info, {}},
    {"lovelace/resources", no_items, {}},
});
static_assert(std::ranges::is_sorted(frontend_table, {}, &command_entry::type));

}  // namespace

std::span<const command_entry> frontend_commands() { return frontend_table; }

}  // namespace hassle::mockha
