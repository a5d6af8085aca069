#include "mockha/subscriptions.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace hassle::mockha {

namespace {

class event_subscription final : public subscription {
 public:
  explicit event_subscription(std::string type) : type_(std::move(type)) {}

  [[nodiscard]] watch wanted() const override { return {.states = true}; }

  void on_bus(const bus_event& event, subscription_output& out) override {
    if (event.json.empty()) return;
    const bool wanted = type_ == "*"
                            ? event.type != "homeassistant_close" && event.type != "state_reported"
                            : type_ == event.type;
    if (wanted) out.bus_event_text(event.json);
  }

 private:
  const std::string type_;
};

class entities_subscription final : public subscription {
 public:
  explicit entities_subscription(std::optional<entity_choice> choice)
      : choice_(std::move(choice)) {}

  [[nodiscard]] watch wanted() const override { return {.diffs = true}; }

  void on_bus(const bus_event& event, subscription_output& out) override {
    if (event.diff_json.empty()) return;
    if (!choice_ || choice_->passes(event.entity_id)) out.bus_event_text(event.diff_json);
  }

 private:
  const std::optional<entity_choice> choice_;
};

constexpr std::array for_anybody = std::to_array<std::string_view>({
    "area_registry_updated",
    "category_registry_updated",
    "component_loaded",
    "core_config_updated",
    "device_registry_updated",
    "entity_registry_updated",
    "floor_registry_updated",
    "label_registry_updated",
    "lovelace_updated",
    "panels_updated",
    "recorder_5min_statistics_generated",
    "recorder_hourly_statistics_generated",
    "repairs_issue_registry_updated",
    "service_registered",
    "service_removed",
    "shopping_list_updated",
    "state_changed",
    "themes_updated",
});
static_assert(std::ranges::is_sorted(for_anybody));

}  // namespace

bool entity_choice::passes(std::string_view entity_id) const {
  if (ids && !std::ranges::binary_search(*ids, entity_id, std::less<>())) return false;
  return filter.passes(entity_id);
}

std::unique_ptr<subscription> make_event_subscription(std::string event_type) {
  return std::make_unique<event_subscription>(std::move(event_type));
}

bool anybody_may_hear(std::string_view event_type) noexcept {
  return std::ranges::binary_search(for_anybody, event_type);
}

std::unique_ptr<subscription> make_entities_subscription(std::optional<entity_choice> choice) {
  return std::make_unique<entities_subscription>(std::move(choice));
}

}  // namespace hassle::mockha
