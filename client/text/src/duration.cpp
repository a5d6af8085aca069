#include <hassle/text/duration.hpp>
#include <hassle/text/quantity.hpp>

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <cstdint>
#include <limits>
#include <utility>

namespace hassle::text {
namespace {

constexpr std::array time_units{
    unit{"d", 86'400'000'000'000},
    unit{"h", 3'600'000'000'000},
    unit{"m", 60'000'000'000},
    unit{"s", 1'000'000'000},
    unit{"ms", 1'000'000},
    unit{"us", 1'000},
    unit{"ns", 1},
};

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
    const std::string_view name = take_unit_name(text);
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

}  // namespace hassle::text
