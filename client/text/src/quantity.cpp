#include <hassle/text/quantity.hpp>

#include <cstddef>

namespace hassle::text {
namespace {

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

}  // namespace

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

std::string_view take_unit_name(std::string_view& text) {
  return take_while(text, [](char c) { return !is_digit(c); });
}

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

}  // namespace hassle::text
