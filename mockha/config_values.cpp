#include "mockha/config_values.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace hassle::mockha {

namespace {

using namespace std::chrono;

constexpr double seconds_max = 366.0 * 24 * 3600;

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> number_in(const json::value& from) {
  if (from.is_number()) return from.to_number<double>();
  if (from.is_string()) return number_in(std::string_view(from.get_string()));
  return std::nullopt;
}

// "00:05", "1:00:05", "00:00:05.5"
std::optional<double> clock_seconds(std::string_view text) {
  double total = 0;
  int parts = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(':', at), text.size());
    const auto part = number_in(text.substr(at, end - at));
    if (!part || ++parts > 3) return std::nullopt;
    total = total * 60 + *part;
    at = end + 1;
  }
  if (parts == 2) total *= 60;  // Hours and minutes.
  return parts > 1 ? std::optional(total) : std::nullopt;
}

std::optional<double> dictionary_seconds(const json::object& from) {
  struct unit {
    std::string_view name;
    double seconds;
  };
  constexpr std::array units = std::to_array<unit>({{"days", 86'400},
                                                    {"hours", 3'600},
                                                    {"milliseconds", 0.001},
                                                    {"minutes", 60},
                                                    {"seconds", 1}});
  if (from.empty()) return std::nullopt;
  double total = 0;
  for (const auto& member : from) {
    const auto found = std::ranges::find(units, std::string_view(member.key()), &unit::name);
    const auto number = number_in(member.value());
    if (found == units.end() || !number) return std::nullopt;
    total += *number * found->seconds;
  }
  return total;
}

}  // namespace

config_error missing_key(std::string_view key) {
  return config_error(fmt::format("required key not provided @ data['{}']", key));
}

config_error wrong_value(std::string_view what, std::string_view key) {
  return config_error(fmt::format("{} for dictionary value @ data['{}']", what, key));
}

std::optional<std::string> foreign_key(const json::object& config,
                                       std::initializer_list<std::string_view> known) {
  for (const auto& member : config) {
    if (std::ranges::find(known, std::string_view(member.key())) != known.end()) continue;
    return fmt::format("extra keys not allowed @ data[{}]", python_text(json::value(member.key())));
  }
  return std::nullopt;
}

std::optional<microseconds> read_duration(const json::value& from) {
  std::optional<double> seconds = number_in(from);
  if (!seconds && from.is_string()) seconds = clock_seconds(from.get_string());
  if (!seconds && from.is_object()) seconds = dictionary_seconds(from.get_object());
  if (!seconds || !(*seconds >= 0 && *seconds <= seconds_max)) return std::nullopt;
  return microseconds(static_cast<std::int64_t>(*seconds * 1e6));
}

std::optional<std::vector<std::string>> read_texts(const json::value& from) {
  std::vector<std::string> texts;
  for (const auto& one : as_list(from)) {
    if (one.is_string()) {
      texts.emplace_back(std::string_view(one.get_string()));
    } else if (one.is_number() || one.is_bool()) {
      texts.push_back(python_text(one));
    } else {
      return std::nullopt;
    }
  }
  return texts;
}

const json::value* value_of(const json::object& config, std::string_view key) {
  return config.if_contains(key);
}

json::array as_list(const json::value& one_or_more) {
  if (const json::array* list = one_or_more.if_array()) return *list;
  json::array list;
  list.push_back(one_or_more);
  return list;
}

}  // namespace hassle::mockha
