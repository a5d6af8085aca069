#include "mockha/wording.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace hassle::mockha {

namespace {

constexpr std::array secret_keys = std::to_array<std::string_view>(
    {"access_token", "api_password", "password", "refresh_token", "token"});

bool is_secret(std::string_view key) {
  return std::ranges::find(secret_keys, key) != secret_keys.end();
}

// UNVERIFIED: what stands in place of a secret.
constexpr std::string_view redacted = "**REDACTED**";

json::value without_secrets(const json::value& value) {
  if (const auto* object = value.if_object()) {
    json::object shown;
    for (const auto& member : *object) {
      shown.insert_or_assign(member.key(), is_secret(member.key())
                                               ? json::value(redacted)
                                               : without_secrets(member.value()));
    }
    return shown;
  }
  if (const auto* array = value.if_array()) {
    json::array shown;
    for (const auto& element : *array) shown.push_back(without_secrets(element));
    return shown;
  }
  return value;
}

std::string shown(wording how, const message_path& at, const json::value& got) {
  if (how == wording::classic) return python_text(got);
  for (const auto& part : at) {
    const auto* key = std::get_if<std::string>(&part);
    if (key && is_secret(*key) && !got.is_null()) return python_text(json::value(redacted));
  }
  return python_text(without_secrets(got));
}

std::string classic_place(const message_path& at) {
  std::string text = "data";
  for (const auto& part : at) {
    text += '[';
    if (const auto* key = std::get_if<std::string>(&part)) {
      append_python(text, json::value(*key));
    } else {
      fmt::format_to(std::back_inserter(text), "{}", std::get<std::size_t>(part));
    }
    text += ']';
  }
  return text;
}

std::string modern_place(const message_path& at) {
  std::string text = "'";
  for (const auto& part : at) {
    if (const auto* key = std::get_if<std::string>(&part)) {
      if (text.size() > 1) text += '.';
      text += *key;
    } else {
      fmt::format_to(std::back_inserter(text), "[{}]", std::get<std::size_t>(part));
    }
  }
  text += '\'';
  return text;
}

std::string line(wording how, std::string_view problem, const message_path& at,
                 const json::value& got) {
  if (at.empty()) return fmt::format("{}. Got {}", problem, shown(how, at, got));
  const bool classic = how == wording::classic;
  return fmt::format("{} {} {}. Got {}", problem, classic ? "@" : "at",
                     classic ? classic_place(at) : modern_place(at), shown(how, at, got));
}

}  // namespace

wording wording_of(std::string_view version) {
  constexpr std::pair first_modern{2026, 9};
  int year = 0;
  int month = 0;
  const char* const end = version.data() + version.size();
  const auto [dot, bad_year] = std::from_chars(version.data(), end, year);
  if (bad_year != std::errc() || dot == end || *dot != '.') return wording::classic;
  if (std::from_chars(dot + 1, end, month).ec != std::errc()) return wording::classic;
  return std::pair(year, month) < first_modern ? wording::classic : wording::modern;
}

std::string bad_value(wording how, std::string_view problem, const message_path& at,
                      const json::value& got) {
  const bool in_dictionary = !at.empty() && std::holds_alternative<std::string>(at.back());
  if (how == wording::classic && in_dictionary) {
    return line(how, fmt::format("{} for dictionary value", problem), at, got);
  }
  return line(how, problem, at, got);
}

std::string missing_key(wording how, const message_path& at) {
  return line(how, "required key not provided", at, json::value());
}

std::string extra_key(wording how, const message_path& at, const json::value& got) {
  return line(how, how == wording::classic ? "extra keys not allowed" : "not a valid option", at,
              got);
}

std::string without_value(std::string line) {
  line.resize(std::min(line.rfind(". Got "), line.size()));
  return line;
}

std::string extra_keys(wording how, const json::object& command) {
  return "extra keys not allowed. Got " + shown(how, {}, json::value(command));
}

}  // namespace hassle::mockha
