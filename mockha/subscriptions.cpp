#include "mockha/subscriptions.hpp"

#include <algorithm>
#include <utility>

namespace hassle::mockha {

namespace {

class event_subscription final : public subscription {
 public:
  explicit event_subscription(std::string type) : type_(std::move(type)) {}

  [[nodiscard]] watch wanted() const override { return {.states = true}; }

  void on_bus(const bus_event& event, subscription_output& out) override {
    if (event.json.empty()) return;
    if (type_ == "*" || type_ == event.type) out.bus_event_text(event.json);
  }

 private:
  const std::string type_;
};

class entities_subscription final : public subscription {
 public:
  explicit entities_subscription(std::optional<std::vector<std::string>> entities)
      : entities_(std::move(entities)) {}

  [[nodiscard]] watch wanted() const override { return {.diffs = true}; }

  void on_bus(const bus_event& event, subscription_output& out) override {
    if (event.diff_json.empty()) return;
    if (entities_ && !std::ranges::binary_search(*entities_, event.entity_id)) return;
    out.bus_event_text(event.diff_json);
  }

 private:
  const std::optional<std::vector<std::string>> entities_;
};

}  // namespace

std::unique_ptr<subscription> make_event_subscription(std::string event_type) {
  return std::make_unique<event_subscription>(std::move(event_type));
}

std::unique_ptr<subscription> make_entities_subscription(
    std::optional<std::vector<std::string>> entities) {
  return std::make_unique<entities_subscription>(std::move(entities));
}

}  // namespace hassle::mockha
