#pragma once

#include "scenarios/document.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/schema.hpp"

#include <fmt/format.h>

#include <concepts>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::scenario {

/// Where a value is read: the key it stands behind, and where complaints about it go.
struct site {
  std::string_view key;
  problems& out;

  void complain(source_position where, std::string_view message, std::string hint = {}) const;
  void complain(source_position where, const complaint& what) const;
  /// "expected a string, found an integer".
  void expected(std::string_view wanted, const value& found) const;
};

/// How a value is written in a file: one object that reads it, writes it, and says what it is.
template <class T>
struct form {
  std::string type;  ///< For people: "duration above 0s", "one of silent, reset, fin".
  /// Nothing if the value is wrong; what is wrong has been complained about.
  std::function<std::optional<T>(const value&, const site&)> read;
  std::function<std::string(const T&)> write;  ///< TOML that `read` takes back unchanged.
  value_shape shape;                           ///< For machines.
};

// Shapes of forms.
[[nodiscard]] value_shape text_shape(std::string pattern = {});
[[nodiscard]] value_shape word_shape(std::span<const std::string_view> words);
[[nodiscard]] value_shape integer_shape(double min, double max);
[[nodiscard]] value_shape list_shape(value_shape item, bool may_be_empty);
[[nodiscard]] value_shape table_shape(std::vector<key_description> keys);
[[nodiscard]] value_shape any_shape(std::vector<value_shape> alternatives);

/// A TOML string with everything escaped that needs it.
[[nodiscard]] std::string toml_string(std::string_view text);

enum class zero : std::uint8_t { allowed, refused };

[[nodiscard]] form<std::string> a_line();  ///< Not empty, no control characters.
[[nodiscard]] form<std::string> a_text();  ///< May be empty and have many lines.
[[nodiscard]] form<bool> a_flag();
[[nodiscard]] form<double> a_number(double min, double max);
[[nodiscard]] form<duration> a_duration(zero z);
[[nodiscard]] form<std::optional<duration>> a_duration_or_off();
[[nodiscard]] form<std::uint64_t> a_rate();
/// With zero::refused, a distribution that can only draw zero is refused.
[[nodiscard]] form<duration_distribution> a_duration_distribution(zero z);
[[nodiscard]] form<count_distribution> a_count_distribution();
/// One of `known`, which must outlive the form.
[[nodiscard]] form<std::string> a_name(std::span<const std::string_view> known,
                                       std::string_view what);
[[nodiscard]] form<std::string> an_entity();  ///< "light.kitchen"

/// Adapts a form for the numbers of `T`.
template <std::integral T>
form<T> an_integer(T min, T max) {
  return {fmt::format("integer from {} to {}", min, max),
          [=](const value& v, const site& at) -> std::optional<T> {
            if (v.what != value::kind::integer) {
              at.expected("an integer", v);
              return std::nullopt;
            }
            if (std::cmp_less(v.integer, min) || std::cmp_greater(v.integer, max)) {
              at.complain(v.where, fmt::format("{} is out of range", v.integer),
                          fmt::format("{} to {}", min, max));
              return std::nullopt;
            }
            return static_cast<T>(v.integer);
          },
          [](const T& number) { return fmt::format("{}", number); },
          integer_shape(static_cast<double>(min), static_cast<double>(max))};
}

/// A word for each value of an enumeration.
template <class Enum>
form<Enum> a_word(std::vector<std::pair<std::string_view, Enum>> words) {
  std::vector<std::string_view> known;
  known.reserve(words.size());
  for (const auto& [word, meaning] : words) {
    known.push_back(word);
  }
  value_shape shape = word_shape(known);
  return {fmt::format("one of {}", fmt::join(known, ", ")),
          [words, name = std::move(known)](const value& v, const site& at) -> std::optional<Enum> {
            const auto word = a_name(name, "word").read(v, at);
            for (const auto& [candidate, meaning] : words) {
              if (word == candidate) {
                return meaning;
              }
            }
            return std::nullopt;
          },
          [words](const Enum& wanted) {
            for (const auto& [word, meaning] : words) {
              if (meaning == wanted) {
                return toml_string(word);
              }
            }
            return std::string();
          },
          std::move(shape)};
}

/// An array. With zero::refused it must not be empty.
template <class T>
form<std::vector<T>> a_list(form<T> item, zero empty) {
  return {fmt::format("array of {}", item.type),
          [item, empty](const value& v, const site& at) -> std::optional<std::vector<T>> {
            if (v.what != value::kind::array) {
              at.expected("an array", v);
              return std::nullopt;
            }
            if (v.items.empty() && empty == zero::refused) {
              at.complain(v.where, "must not be empty");
              return std::nullopt;
            }
            std::vector<T> result;
            for (const value& each : v.items) {
              if (auto read = item.read(each, at)) {
                result.push_back(std::move(*read));
              }
            }
            return result;
          },
          [item](const std::vector<T>& list) {
            std::string result;
            for (const T& each : list) {
              result += (result.empty() ? "" : ", ") + item.write(each);
            }
            return "[" + result + "]";
          },
          list_shape(item.shape, empty == zero::allowed)};
}

}  // namespace hassle::scenario
