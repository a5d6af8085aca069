#pragma once

#include <hassle/client/settings.hpp>
#include <hassle/text/complaint.hpp>
#include <hassle/text/duration.hpp>
#include <hassle/text/nearest.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <concepts>
#include <expected>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::client {

// A field is a member of a settings struct by name: one row of the table of settings.

template <class T>
using field_result = std::expected<T, text::complaint>;

/// "an integer", for messages.
[[nodiscard]] std::string_view kind_of(const setting_value& value) noexcept;
[[nodiscard]] text::complaint wrong_kind(std::string_view takes, const setting_value& found);

/// The words for an enumeration, as pairs in `all`.
template <class Enum>
struct words_of;

/// How a type is written in a file.
template <class T>
struct codec;

template <>
struct codec<bool> {
  static std::string takes() { return "true or false"; }
  static field_result<bool> read(const setting_value& value) {
    if (const auto* given = std::get_if<bool>(&value)) return *given;
    return std::unexpected(wrong_kind(takes(), value));
  }
  static setting_value write(bool value) { return value; }
};

template <std::unsigned_integral Number>
struct codec<Number> {
  static std::string takes() { return "a whole number"; }
  static field_result<Number> read(const setting_value& value) {
    const auto* given = std::get_if<std::int64_t>(&value);
    if (given == nullptr) return std::unexpected(wrong_kind(takes(), value));
    if (*given < 0) return std::unexpected(text::complaint{"is negative", ""});
    if (std::cmp_greater(*given, std::numeric_limits<Number>::max())) {
      return std::unexpected(text::complaint{"is too large", ""});
    }
    return static_cast<Number>(*given);
  }
  static setting_value write(Number value) { return static_cast<std::int64_t>(value); }
};

template <>
struct codec<std::string> {
  static std::string takes() { return "a text"; }
  static field_result<std::string> read(const setting_value& value) {
    if (const auto* given = std::get_if<std::string>(&value)) return *given;
    return std::unexpected(wrong_kind(takes(), value));
  }
  static setting_value write(const std::string& value) { return value; }
};

template <>
struct codec<std::vector<std::string>> {
  static std::string takes() { return "a list of texts"; }
  static field_result<std::vector<std::string>> read(const setting_value& value) {
    if (const auto* given = std::get_if<std::vector<std::string>>(&value)) return *given;
    return std::unexpected(wrong_kind(takes(), value));
  }
  static setting_value write(const std::vector<std::string>& value) { return value; }
};

template <>
struct codec<duration> {
  static std::string takes() { return "a duration such as \"30s\""; }
  static field_result<duration> read(const setting_value& value);
  static setting_value write(duration value);
};

template <class Enum>
  requires std::is_enum_v<Enum>
struct codec<Enum> {
  static std::vector<std::string_view> words() {
    std::vector<std::string_view> result;
    result.reserve(words_of<Enum>::all.size());
    for (const auto& [word, meaning] : words_of<Enum>::all) result.push_back(word);
    return result;
  }
  static std::string takes() { return fmt::format("one of {}", fmt::join(words(), ", ")); }
  static field_result<Enum> read(const setting_value& value) {
    const auto* given = std::get_if<std::string>(&value);
    if (given == nullptr) return std::unexpected(wrong_kind(takes(), value));
    for (const auto& [word, meaning] : words_of<Enum>::all) {
      if (word == *given) return meaning;
    }
    return std::unexpected(
        text::complaint{fmt::format("takes {}, not {}", takes(), text::in_quotes(*given)),
                        text::nearest_hint(*given, words())});
  }
  static setting_value write(Enum value) {
    for (const auto& [word, meaning] : words_of<Enum>::all) {
      if (meaning == value) return std::string(word);
    }
    return std::string();
  }
};

template <class Struct>
struct field {
  std::string_view key;
  std::string takes;
  std::string_view means;
  std::function<std::expected<void, text::complaint>(Struct&, const setting_value&)> put;
  std::function<std::optional<setting_value>(const Struct&)> get;
  bool secret = false;
};

/// A field that is a member.
template <class Struct, class T>
field<Struct> member(std::string_view key, T Struct::* where, std::string_view means) {
  return {.key = key,
          .takes = codec<T>::takes(),
          .means = means,
          .put = [where](Struct& into,
                         const setting_value& value) -> std::expected<void, text::complaint> {
            auto read = codec<T>::read(value);
            if (!read) return std::unexpected(std::move(read.error()));
            into.*where = *std::move(read);
            return {};
          },
          .get = [where](const Struct& of) -> std::optional<setting_value> {
            return codec<T>::write(of.*where);
          }};
}

/// One that need not have a value.
template <class Struct, class T>
field<Struct> member(std::string_view key, std::optional<T> Struct::* where,
                     std::string_view means) {
  return {.key = key,
          .takes = codec<T>::takes(),
          .means = means,
          .put = [where](Struct& into,
                         const setting_value& value) -> std::expected<void, text::complaint> {
            auto read = codec<T>::read(value);
            if (!read) return std::unexpected(std::move(read.error()));
            into.*where = *std::move(read);
            return {};
          },
          .get = [where](const Struct& of) -> std::optional<setting_value> {
            if (!(of.*where)) return std::nullopt;
            return codec<T>::write(*(of.*where));
          }};
}

template <class Struct>
field<Struct> secret(field<Struct> of) {
  of.secret = true;
  return of;
}

/// The rows of a struct, in its order. Specialised in fields.cpp and fields_best.cpp.
template <class Struct>
const std::vector<field<Struct>>& fields();

}  // namespace hassle::client
