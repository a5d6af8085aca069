#include "scenarios/duration.hpp"

#include <hassle/text/duration.hpp>
#include <hassle/text/quantity.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace hassle::scenario {
namespace {

using text::decimal;
using text::scale_error;
using text::unit;

static_assert(duration_max == text::duration_max);

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

std::unexpected<complaint> complain(std::string message, std::string hint = {}) {
  return std::unexpected(complaint{std::move(message), std::move(hint)});
}

}  // namespace

std::expected<duration, complaint> parse_duration(std::string_view text) {
  auto parsed = text::parse_duration(text);
  if (parsed) return *parsed;
  return complain(std::move(parsed.error().message), std::move(parsed.error().hint));
}

std::string format_duration(duration d) { return text::format_duration(d); }

std::expected<std::uint64_t, complaint> parse_rate(std::string_view text) {
  const std::string_view all = text;
  if (text.starts_with('-')) {
    return complain("negative rate " + in_quotes(all));
  }
  const auto number = text::take_decimal(text);
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
