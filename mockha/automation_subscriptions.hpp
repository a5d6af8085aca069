#pragma once

#include "mockha/condition.hpp"
#include "mockha/subscription.hpp"
#include "mockha/template.hpp"
#include "mockha/trigger.hpp"

#include <hassle/net/time.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hassle::mockha {

/// The world's time and the wall's at one instant: what tells the one from the other later.
struct clock_pair {
  net::time_point now{};
  wall_time wall{};

  [[nodiscard]] wall_time wall_at(net::time_point later) const {
    return wall + std::chrono::floor<std::chrono::microseconds>(later - now);
  }
  [[nodiscard]] net::time_point now_at(wall_time later) const { return now + (later - wall); }
};

/// Of subscribe_trigger.
[[nodiscard]] std::unique_ptr<subscription> make_trigger_subscription(
    std::vector<trigger> triggers);

/// Of subscribe_condition: says whether it holds when that changes. `house` outlives it. Looks for
/// the first time when its timer is due, which is at once.
[[nodiscard]] std::unique_ptr<subscription> make_condition_subscription(condition what,
                                                                        const home& house,
                                                                        clock_pair started);

/// `{"result":true}` or `{"error":text}`
[[nodiscard]] std::string condition_event(const std::expected<bool, std::string>& holds);

/// What render_template asks for.
struct template_order {
  std::string text;
  json::object variables;
  bool strict = false;
  bool report_errors = false;
  template_limits limits;
};

/// A template that is rendered again and again. `house` outlives it.
class template_watcher {
 public:
  template_watcher(template_order order, const home& house);

  /// Renders now. The events to be said about it: remarks and errors if they are asked for, and
  /// the result if there is one, unless it was said last.
  std::vector<std::string> render_at(wall_time wall);
  /// The same without the result.
  std::vector<std::string> complaints_at(wall_time wall);

  [[nodiscard]] const template_listeners& listeners() const noexcept { return listeners_; }
  /// Not to be rendered again before so much time has passed.
  [[nodiscard]] net::duration pause() const noexcept;
  [[nodiscard]] bool too_slow() const noexcept { return too_slow_; }

 private:
  template_order order_;
  const home& house_;
  std::optional<template_program> program_;
  std::string syntax_error_;
  template_listeners listeners_;
  std::optional<json::value> said_;
  bool too_slow_ = false;
};

/// Of render_template; `what` has been rendered at `started`.
[[nodiscard]] std::unique_ptr<subscription> make_template_subscription(template_watcher what,
                                                                       const home& house,
                                                                       clock_pair started);

}  // namespace hassle::mockha
