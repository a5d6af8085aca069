#pragma once

#include "mockha/home.hpp"
#include "mockha/json_text.hpp"
#include "mockha/wall_time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hassle::mockha::templates {

/// Nothing, and why.
struct undefined {
  std::string why;  ///< "'x' is undefined"
};
struct moment {
  wall_time at{};
};
struct all_states {};
struct domain_states {
  std::string domain;
};
/// An entity that is there.
struct state_ref {
  std::string id;
};

/// What expressions come to. Within lists and dictionaries entities are objects and moments texts.
using value = std::variant<json::value, undefined, moment, all_states, domain_states, state_ref>;

[[nodiscard]] inline value text_value(std::string_view text) { return json::value(text); }

/// The value as JSON; null if it is none (undefined).
[[nodiscard]] json::value plain(const value& v, const home& house);
/// What a template sees of an entity.
[[nodiscard]] json::object state_object(const entity& of);

/// As Python's str() shows it.
[[nodiscard]] std::string shown(const value& v);
[[nodiscard]] std::string shown(const json::value& v);
/// "2026-06-25 21:20:05.162552+00:00"
[[nodiscard]] std::string shown(moment m);

/// The text, if it is one.
[[nodiscard]] std::optional<std::string_view> as_text(const value& v);
/// The number that a value is or, if `read_text`, that a text reads as: as Python's float() does.
[[nodiscard]] std::optional<double> as_number(const value& v, bool read_text);

/// "str", "int"…: what Python calls its type.
[[nodiscard]] std::string_view type_name(const value& v);
[[nodiscard]] std::string_view type_name(const json::value& v);

/// As Python takes it in a condition.
[[nodiscard]] bool is_true(const json::value& v);

/// -1, 0, 1; nothing if they cannot be put in an order.
[[nodiscard]] std::optional<int> order(const json::value& a, const json::value& b);
/// Numbers are equal across their types.
[[nodiscard]] bool same(const json::value& a, const json::value& b);

}  // namespace hassle::mockha::templates
