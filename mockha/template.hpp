#pragma once

#include "mockha/home.hpp"
#include "mockha/template_ast.hpp"
#include "mockha/wall_time.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// What a template may cost. All > 0.
struct template_limits {
  std::size_t text_max = std::size_t{64} << 10U;    ///< Bytes of the template.
  std::size_t depth_max = 100;                      ///< Of expressions and blocks.
  std::size_t steps_max = 2'000'000;                ///< Of evaluation: looked-up names, elements…
  std::size_t value_max = std::size_t{256} << 10U;  ///< Bytes of a text, elements of a list.
};

/// A template that was understood.
class template_program {
 public:
  /// The error is as Home Assistant words it: `TemplateSyntaxError: …`,
  /// `TemplateAssertionError: No filter named 'x'.`.
  [[nodiscard]] static std::expected<template_program, std::string> parse(
      std::string_view text, const template_limits& limits = {});

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] const std::vector<templates::statement>& statements() const noexcept {
    return statements_;
  }

 private:
  std::string text_;
  std::vector<templates::statement> statements_;
};

/// What a rendering depended on: it is to be repeated when one of these changes.
struct template_listeners {
  bool operator==(const template_listeners&) const = default;

  bool all = false;  ///< Every entity; then the sets do not count.
  bool time = false;
  std::set<std::string, std::less<>> entities;
  std::set<std::string, std::less<>> domains;

  [[nodiscard]] bool concerns(std::string_view entity_id) const;
  /// `{"all":false,"entities":[…],"domains":[],"time":false}`
  [[nodiscard]] std::string json() const;
};

/// What a rendering gave.
struct template_rendering {
  struct remark {
    bool operator==(const remark&) const = default;

    std::string text;
    bool error = false;  ///< Level ERROR, else WARNING.
  };

  /// The error is as Home Assistant words it: `UndefinedError: 'x' is undefined`.
  std::expected<json::value, std::string> result;
  template_listeners listeners;
  std::vector<remark> remarks;  ///< What would be logged on the way.
  bool too_slow = false;        ///< It was given up after `steps_max`.
};

struct template_setting {
  const home& house;
  wall_time now{};
  const json::object* variables = nullptr;
  bool strict = false;  ///< What is undefined is an error wherever it is used.
};

/// Renders as Home Assistant does. The text that comes out becomes a number, a truth value, None, a
/// list or a dictionary if it reads as a literal of Python's.
[[nodiscard]] template_rendering render(const template_program& program, const template_setting& in,
                                        const template_limits& limits = {});

/// The literal of Python's that a rendered text is, else the text.
[[nodiscard]] json::value native_value(std::string_view text);

/// Whether a text has anything to render.
[[nodiscard]] bool is_template(std::string_view text);

}  // namespace hassle::mockha
