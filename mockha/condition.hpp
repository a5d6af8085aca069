#pragma once

#include "mockha/home.hpp"
#include "mockha/json_text.hpp"
#include "mockha/template.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hassle::mockha {

/// A condition of an automation: state, numeric_state, template, and, or, not.
class condition {
 public:
  /// One, or a list of which all must hold. The error is the validation's.
  [[nodiscard]] static std::expected<condition, std::string> read(const json::value& config);

  struct setting {
    const home& house;
    wall_time now{};
    const json::object* variables = nullptr;
  };
  /// The error is Home Assistant's: lines as `In 'state' condition: unknown entity light.x`.
  [[nodiscard]] std::expected<bool, std::string> holds(const setting& in) const;

 private:
  enum class kind : std::uint8_t { state, numeric_state, rendered, all, any, none };
  struct bound {
    std::optional<double> number;
    std::string entity_id;  ///< Whose state it is, without a number.
  };
  using outcome = std::expected<bool, std::string>;

  static std::expected<condition, std::string> read_one(const json::value& config,
                                                        std::size_t depth);
  static std::expected<condition, std::string> read_state(const json::object& config);
  static std::expected<condition, std::string> read_numeric(const json::object& config);
  static std::expected<condition, std::string> read_template(const json::value& text);
  static std::expected<condition, std::string> read_parts(kind what, const json::value& parts,
                                                          std::size_t depth);
  [[nodiscard]] outcome state_holds(const setting& in, const std::string& entity_id) const;
  [[nodiscard]] outcome number_holds(const setting& in, const std::string& entity_id) const;
  [[nodiscard]] outcome render_holds(const setting& in) const;
  [[nodiscard]] outcome parts_hold(const setting& in) const;
  [[nodiscard]] std::optional<double> limit(const bound& b, const setting& in) const;

  kind what_ = kind::all;
  std::vector<std::string> entities_;
  std::vector<std::string> states_;
  std::optional<std::string> attribute_;
  std::chrono::microseconds for_{};
  bool any_entity_ = false;  // One entity is enough.
  std::optional<bound> above_;
  std::optional<bound> below_;
  std::shared_ptr<const template_program> program_;
  std::vector<condition> parts_;
};

}  // namespace hassle::mockha
