#pragma once

#include <hassle/client/observer.hpp>
#include <hassle/client/subscription.hpp>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::client {

/// Keeps what it hears as words.
class recording_listener final : public subscription_listener {
 public:
  explicit recording_listener(std::vector<std::string>& into) : into_(&into) {}

  void on_event(const std::shared_ptr<const boost::json::value>& event) override {
    note("event " + boost::json::serialize(*event));
  }
  void on_live() override { note("live"); }
  void on_gap(net::time_point from, net::time_point to) override {
    note(fmt::format("gap {} s",
                     std::chrono::duration_cast<std::chrono::seconds>(to - from).count()));
  }
  void on_lost(net::time_point) override { note("lost"); }
  void on_refused(std::string_view code) override { note("refused " + std::string(code)); }

  /// Called with each word, after it is noted.
  std::function<void(const std::string&)> then;

 private:
  void note(const std::string& what) {
    into_->push_back(what);
    if (then) then(what);
  }

  std::vector<std::string>* into_;
};

/// Keeps the names of what is told; only those of subscriptions and the mirror.
class recording_observer final : public observer {
 public:
  void on_event(const client_event& event) override {
    const auto name = name_of(event.kind);
    if (!name.empty()) told.push_back(fmt::format("{} {} {}", name, event.value, event.text));
  }
  std::vector<std::string> take() { return std::exchange(told, {}); }

  std::vector<std::string> told;

 private:
  static std::string_view name_of(client_event_kind kind) {
    switch (kind) {
      case client_event_kind::subscription_sent:
        return "sent";
      case client_event_kind::subscription_live:
        return "live";
      case client_event_kind::subscription_rejected:
        return "rejected";
      case client_event_kind::subscription_gap:
        return "gap";
      case client_event_kind::mirror_replaced:
        return "replaced";
      case client_event_kind::mirror_used:
        return "used";
      case client_event_kind::effect_looked_up:
        return "looked_up";
      default:
        return "";
    }
  }
};

}  // namespace hassle::client
