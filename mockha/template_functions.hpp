#pragma once

#include "mockha/template.hpp"
#include "mockha/template_value.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::mockha::templates {

/// A rendering under way: what functions, filters and tests see of it.
///
/// The first error counts; after it whatever is worked out is thrown away.
class machine {
 public:
  machine(const template_setting& in, const template_limits& limits, std::string_view text)
      : in_(in), limits_(limits), text_(text) {}

  [[nodiscard]] const home& house() const noexcept { return in_.house; }
  [[nodiscard]] wall_time now() const noexcept { return in_.now; }
  [[nodiscard]] bool strict() const noexcept { return in_.strict; }
  [[nodiscard]] const json::object* variables() const noexcept { return in_.variables; }
  [[nodiscard]] const template_limits& limits() const noexcept { return limits_; }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] bool failed() const noexcept { return !error_.empty(); }
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

  /// Returns nothing, so that `return m.fail(…)` is what a function says.
  value fail(std::string text);
  /// `TypeError: …`, `ValueError: …` with what every error of that kind begins with.
  value undefined_used(const undefined& what);
  void remark(std::string text, bool error);
  /// An undefined one was printed, looped over or taken as a truth value.
  void mild_use(const undefined& what);

  /// Takes this much of the budget; false if it is used up, which is an error.
  bool spend(std::size_t steps);
  /// Takes what copying a value costs; an error also if it is nested too deeply.
  bool spend_for(const json::value& v);
  /// The text, unless it is too long, which is an error.
  value checked(std::string text);
  value checked(json::array list);

  /// Looked at: these decide when the template is rendered again.
  const entity* look_at(std::string_view entity_id);
  void look_at_time() { out_.listeners.time = true; }

  /// What a loop runs over.
  [[nodiscard]] json::array elements(const value& of);
  [[nodiscard]] bool truth(const value& v);
  [[nodiscard]] json::value plain(const value& v);

  template_rendering& out() noexcept { return out_; }

 private:
  const template_setting& in_;
  const template_limits& limits_;
  std::string_view text_;
  std::size_t steps_ = 0;
  std::string error_;
  template_rendering out_;
};

/// What a call brings along.
struct arguments {
  std::vector<value> positional;
  std::vector<std::pair<std::string, value>> named;

  /// Null if it was not given.
  [[nodiscard]] const value* get(std::size_t index, std::string_view name) const;
  [[nodiscard]] std::string text(std::size_t index, std::string_view name,
                                 std::string_view otherwise = {}) const;
};

// Filters take the value that they are applied to as their first argument, tests too.

[[nodiscard]] bool has_filter(std::string_view name);
[[nodiscard]] bool has_test(std::string_view name);
[[nodiscard]] bool has_function(std::string_view name);
[[nodiscard]] value call_filter(std::string_view name, machine& m, const arguments& given);
[[nodiscard]] bool call_test(std::string_view name, machine& m, const arguments& given);
[[nodiscard]] value call_function(std::string_view name, machine& m, const arguments& given);
/// A method of a text, a dictionary, a list or a moment; undefined if there is none.
[[nodiscard]] value call_method(const value& of, std::string_view name, machine& m,
                                const arguments& given);
/// `of.name`: undefined if there is none.
[[nodiscard]] value attribute_of(const value& of, std::string_view name, machine& m);

}  // namespace hassle::mockha::templates
