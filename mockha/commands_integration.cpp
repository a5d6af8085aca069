// Which integrations there are, how far their set-up is, and what the small ones of them list.
#include "mockha/command.hpp"
#include "mockha/config.hpp"
#include "mockha/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace hassle::mockha {

namespace {

using kind = command_field::kind;

constexpr std::array manifest_list_fields =
    std::to_array<command_field>({{"integrations", kind::texts}});
constexpr std::array manifest_fields =
    std::to_array<command_field>({{"integration", kind::text, true}});
constexpr std::array wait_fields = std::to_array<command_field>({{"domain", kind::text, true}});
// What the home's own integrations are: the domains of its entities and what their devices need.
std::set<std::string, std::less<>> home_integrations(const surroundings& around) {
  std::set<std::string, std::less<>> all;
  for (const auto& e : around.house.entities()) all.emplace(e.domain());
  for (const auto& [id, e] : around.registry.entities()) all.insert(e.platform);
  for (const auto& [id, d] : around.registry.devices()) all.insert(d.integration);
  all.erase(std::string());
  return all;
}

bool is_core(std::string_view domain) {
  return std::ranges::find(core_components(), domain) != core_components().end();
}

bool is_set_up(const surroundings& around) { return around.state != core_state::not_running; }

std::set<std::string, std::less<>> loaded(const surroundings& around) {
  auto all = is_set_up(around) ? home_integrations(around) : std::set<std::string, std::less<>>();
  for (const auto name : core_components()) all.emplace(name);
  return all;
}

// "media_player" is "Media player".
std::string title_of(std::string_view domain) {
  std::string title(domain);
  std::ranges::replace(title, '_', ' ');
  if (!title.empty() && title.front() >= 'a' && title.front() <= 'z') {
    title.front() = static_cast<char>(title.front() - 'a' + 'A');
  }
  return title;
}

void append_manifest(std::string& to, std::string_view domain) {
  to += R"({"domain":)";
  append_string(to, domain);
  to += R"(,"name":)";
  append_string(to, title_of(domain));
  to += R"(,"codeowners":["@home-assistant/core"],"dependencies":[],"documentation":)";
  append_string(to, fmt::format("https://www.home-assistant.io/integrations/{}", domain));
  to += R"(,"integration_type":)";
  to += is_core(domain) ? R"("system")" : R"("hub")";
  to += R"(,"quality_scale":"internal","requirements":[],"is_built_in":true})";
}

void manifest_list(command_turn& turn) {
  const auto there = loaded(turn->around);
  std::set<std::string, std::less<>> wanted = there;
  if (const json::value* asked = turn->command.if_contains("integrations")) {
    wanted.clear();
    if (const auto* one = asked->if_string()) {
      wanted.emplace(std::string_view(*one));
    } else {
      for (const auto& each : asked->get_array()) wanted.emplace(each.get_string());
    }
  }
  std::string text = "[";
  for (const auto& domain : wanted) {
    if (!there.contains(domain)) continue;
    if (text.size() > 1) text += ',';
    append_manifest(text, domain);
  }
  text += ']';
  turn.succeed(text);
}

void manifest_get(command_turn& turn) {
  const std::string_view domain = turn->command.at("integration").get_string();
  if (!is_core(domain) && !home_integrations(turn->around).contains(domain)) {
    turn.fail(plain_failure("not_found", "Integration not found"));
    return;
  }
  std::string text;
  append_manifest(text, domain);
  turn.succeed(text);
}

// Times that are plausible and always the same.
void append_seconds(std::string& to, std::string_view domain) {
  append_json(to, json::value(0.02 * static_cast<double>(domain.size())));
}

void setup_info(command_turn& turn) {
  std::string text = "[";
  for (const auto& domain : loaded(turn->around)) {
    if (text.size() > 1) text += ',';
    text += R"({"domain":)";
    append_string(text, domain);
    text += R"(,"seconds":)";
    append_seconds(text, domain);
    text += '}';
  }
  text += ']';
  turn.succeed(text);
}

// Answers when the set-up is over.
class set_up_wait final : public subscription {
 public:
  explicit set_up_wait(const surroundings& around) : around_(around) {}

  // Whatever is told of in that phase.
  [[nodiscard]] watch wanted() const override { return {.states = true}; }
  void on_bus(const bus_event&, subscription_output& out) override {
    if (done_ || !is_set_up(around_)) return;
    done_ = true;
    out.answer(R"({"integration_loaded":true})");
  }
  [[nodiscard]] bool done() const override { return done_; }

 private:
  const surroundings& around_;
  bool done_ = false;
};

void integration_wait(command_turn& turn) {
  const std::string_view domain = turn->command.at("domain").get_string();
  if (loaded(turn->around).contains(domain)) {
    turn.succeed(R"({"integration_loaded":true})");
  } else if (is_set_up(turn->around) || !home_integrations(turn->around).contains(domain)) {
    turn.succeed(R"({"integration_loaded":false})");
  } else {
    (void)turn.wait(std::make_unique<set_up_wait>(turn->around));
  }
}

void descriptions(command_turn& turn) {
  std::string text = R"({"core":{"integration":{)";
  bool first = true;
  for (const auto& domain : home_integrations(turn->around)) {
    if (!first) text += ',';
    first = false;
    append_string(text, domain);
    text += R"(:{"name":)";
    append_string(text, title_of(domain));
    text += R"(,"config_flow":true,"integration_type":"hub","iot_class":"local_push"})";
  }
  text += R"(},"helper":{},"translated_name":[]},"custom":{"integration":{},"helper":{}}})";
  turn.succeed(text);
}

// During start-up, once a second: for how long what has been waited for; `{}` when it is over.
class bootstrap_subscription final : public subscription {
 public:
  bootstrap_subscription(const surroundings& around, net::time_point now)
      : around_(around), since_(now), next_(is_set_up(around) ? net::never : now + every) {}

  [[nodiscard]] watch wanted() const override { return {.states = true}; }
  void on_bus(const bus_event&, subscription_output& out) override {
    if (next_ == net::never || !is_set_up(around_)) return;
    next_ = net::never;
    out.event("{}");
  }
  [[nodiscard]] net::time_point deadline() const override { return next_; }
  void on_timer(net::time_point now, subscription_output& out) override {
    const double waited = std::chrono::duration<double>(now - since_).count();
    std::string text = "{";
    for (const auto& domain : home_integrations(around_)) {
      if (text.size() > 1) text += ',';
      append_string(text, domain);
      text += ':';
      append_json(text, json::value(waited));
    }
    text += '}';
    out.event(text);
    next_ = now + every;
  }

 private:
  static constexpr net::duration every = std::chrono::seconds(1);
  const surroundings& around_;
  const net::time_point since_;
  net::time_point next_;
};

void subscribe_bootstrap_integrations(command_turn& turn) {
  (void)turn.subscribe(std::make_unique<bootstrap_subscription>(turn->around, turn->now));
}

// UNVERIFIED: the form of its events, which only a digest mentions.
class state_subscription final : public subscription {
 public:
  explicit state_subscription(const surroundings& around) : around_(around), told_(around.state) {}

  [[nodiscard]] watch wanted() const override { return {.states = true}; }
  void on_bus(const bus_event&, subscription_output& out) override {
    if (told_ == around_.state) return;
    told_ = around_.state;
    out.event(text_of(told_));
  }

  static std::string text_of(core_state state) {
    return fmt::format(R"({{"state":"{}"}})", name_of(state));
  }

 private:
  const surroundings& around_;
  core_state told_;
};

void subscribe_system_state(command_turn& turn) {
  const core_state now = turn->around.state;
  if (turn.subscribe(std::make_unique<state_subscription>(turn->around))) {
    turn.event(state_subscription::text_of(now));
  }
}

void no_items(command_turn& turn) { turn.succeed("[]"); }

constexpr std::array integration_table = std::to_array<command_entry>({
    {"integration/descriptions", descriptions, {}, true},
    {"integration/setup_info", setup_info, {}},
    {"integration/wait", integration_wait, wait_fields},
    {"manifest/get", manifest_get, manifest_fields},
    {"manifest/list", manifest_list, manifest_list_fields},
    {"subscribe_bootstrap_integrations", subscribe_bootstrap_integrations, {}},
    {"subscribe_system_state", subscribe_system_state, {}},
    {"tag/list", no_items, {}, false, "tag"},
    {"zone/list", no_items, {}, false, "zone"},
});
static_assert(std::ranges::is_sorted(integration_table, {}, &command_entry::type));

}  // namespace

std::span<const command_entry> integration_commands() { return integration_table; }

}  // namespace hassle::mockha
