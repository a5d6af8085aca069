#include "scenarios/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <limits>
#include <optional>
#include <span>

namespace hassle::scenario {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t size;  ///< In the smallest unit of its family.
};

constexpr std::array time_units{
    unit{"d", 86'400'000'000'000},
    unit{"h", 3'600'000'000'000},
    unit{"m", 60'000'000'000},
    unit{"s", 1'000'000'000},
    unit{"ms", 1'000'000},
    unit{"us", 1'000},
    unit{"ns", 1},
};

constexpr std::array rate_units{
    unit{"B/s", 1},
    unit{"KB/s", 1'000},
    unit{"kB/s", 1'000},
    unit{"MB/s", 1'000'000},
    unit{"GB/s", 1'000'000'000},
    unit{"KiB/s", 1ULL << 10U},
    unit{"MiB/s", 1ULL << 20U},
    unit{"GiB/s", 1ULL << 30U},
    unit{"kbit/s", 125},
    unit{"Mbit/s", 125'000},
    unit{"Gbit/s", 125'000'000},
};

constexpr std::uint64_t rate_max = 1'000'000'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_while(std::string_view& text, bool (*wanted)(char)) {
  std::size_t count = 0;
  while (count < text.size() && wanted(text[count])) {
    ++count;
  }
  const std::string_view taken = text.substr(0, count);
  text.remove_prefix(count);
  return taken;
}

/// A number as it is written, so that no digit is lost to a floating-point value.
struct decimal {
  std::string_view whole;
  std::string_view fraction;  ///< Without zeros at its end.
};

std::optional<decimal> take_decimal(std::string_view& text) {
  decimal result;
  result.whole = take_while(text, is_digit);
  if (result.whole.empty()) {
    return std::nullopt;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    result.fraction = take_while(text, is_digit);
    if (result.fraction.empty()) {
      return std::nullopt;
    }
    while (result.fraction.ends_with('0')) {
      result.fraction.remove_suffix(1);
    }
  }
  return result;
}

enum class scale_error : std::uint8_t { too_large, too_fine };

/// `number` times `size`, exactly.
std::expected<std::uint64_t, scale_error> scaled(const decimal& number, std::uint64_t size,
                                                 std::uint64_t max) {
  std::uint64_t whole = 0;
  for (const char c : number.whole) {
    whole = whole * 10 + static_cast<std::uint64_t>(c - '0');
    if (whole > max / size) {
      return std::unexpected(scale_error::too_large);
    }
  }
  std::uint64_t fraction = 0;
  std::uint64_t place = size;
  for (const char c : number.fraction) {
    if (place % 10 != 0) {
      return std::unexpected(scale_error::too_fine);
    }
    place /= 10;
    fraction += static_cast<std::uint64_t>(c - '0') * place;
  }
  const std::uint64_t result = whole * size + fraction;  // Both parts are at most max < 2^63.
  if (result > max) {
    return std::unexpected(scale_error::too_large);
  }
  return result;
}

const unit* find_unit(std::span<const unit> units, std::string_view name) {
  for (const unit& u : units) {
    if (u.name == name) {
      return &u;
    }
  }
  return nullptr;
}

std::string names_of(std::span<const unit> units) {
  std::string result;
  for (const unit& u : units) {
    result += (result.empty() ? "" : " ");
    result += u.name;
  }
  return result;
}

std::unexpected<complaint> complain(std::string message, std::string hint = {}) {
  return std::unexpected(complaint{std::move(message), std::move(hint)});
}

}  // namespace

std::expected<duration, complaint> parse_duration(std::string_view text) {
  const std::string_view all = text;
  if (text.starts_with('-')) {
    return complain("negative duration " + in_quotes(all));
  }
  std::uint64_t sum = 0;
  std::uint64_t previous = std::numeric_limits<std::uint64_t>::max();
  do {
    const auto number = take_decimal(text);
    if (!number) {
      return complain(in_quotes(all) + " is not a duration", "write \"15s\" or \"1h30m\"");
    }
    const std::string_view name = take_while(text, [](char c) { return !is_digit(c); });
    if (name.empty()) {
      return complain("missing unit", fmt::format("write \"{}s\"", all.substr(0, 20)));
    }
    const unit* const found = find_unit(time_units, name);
    if (found == nullptr) {
      return complain("unknown unit " + in_quotes(name), "one of: " + names_of(time_units));
    }
    if (found->size >= previous) {
      return complain("units out of order in " + in_quotes(all), "the larger first: \"1h30m\"");
    }
    previous = found->size;
    const auto part = scaled(*number, found->size, duration_max.count());
    if (!part && part.error() == scale_error::too_fine) {
      return complain(in_quotes(all) + " is finer than a nanosecond");
    }
    if (!part || (sum += *part) > static_cast<std::uint64_t>(duration_max.count())) {
      return complain("duration overflows: longer than 366 days");
    }
  } while (!text.empty());
  return duration(static_cast<duration::rep>(sum));
}

std::string format_duration(duration d) {
  assert(d.count() >= 0);
  auto left = static_cast<std::uint64_t>(d.count());
  if (left == 0) {
    return "0s";
  }
  std::string result;
  for (const unit& u : time_units) {
    if (left < u.size || u.name == "d") {  // People say "24h" for the length of a run.
      continue;
    }
    result += fmt::format("{}", left / u.size);
    left %= u.size;
    // Seconds and less are one number with a fraction: "1.5s".
    if (u.size <= 1'000'000'000 && left != 0) {
      std::string fraction;
      for (std::uint64_t place = u.size / 10; left != 0; place /= 10) {
        fraction += static_cast<char>('0' + left / place);
        left %= place;
      }
      result += '.' + fraction;
    }
    result += u.name;
  }
  return result;
}

std::expected<std::uint64_t, complaint> parse_rate(std::string_view text) {
  const std::string_view all = text;
  if (text.starts_with('-')) {
    return complain("negative rate " + in_quotes(all));
  }
  const auto number = take_decimal(text);
  if (!number) {
    return complain(in_quotes(all) + " is not a rate", "write \"64KiB/s\" or \"10Mbit/s\"");
  }
  if (text.empty()) {
    return complain("missing unit", fmt::format("write \"{}B/s\"", all.substr(0, 20)));
  }
  const unit* const found = find_unit(rate_units, text);
  if (found == nullptr) {
    return complain("unknown unit " + in_quotes(text), "one of: " + names_of(rate_units));
  }
  const auto result = scaled(*number, found->size, rate_max);
  if (!result) {
    return complain(result.error() == scale_error::too_fine
                        ? in_quotes(all) + " is not a whole number of bytes per second"
                        : "rate overflows: above 1000000 GB/s");
  }
  if (*result == 0) {
    return complain("rate must be above 0", "leave the key out for no limit");
  }
  return *result;
}

std::string format_rate(std::uint64_t bytes_per_second) {
  return fmt::format("{}B/s", bytes_per_second);
}

}  // namespace hassle::scenario
