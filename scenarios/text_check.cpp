#include "scenarios/text_check.hpp"

#include <hassle/text/check.hpp>

namespace hassle::scenario {

source_position position_of(std::string_view text, std::size_t offset) noexcept {
  const text::position where = text::position_of(text, offset);
  return {where.line, where.column};
}

std::optional<std::size_t> find_binary(std::string_view text) noexcept {
  return text::find_binary(text);
}

std::optional<std::size_t> find_deep_nesting(std::string_view text, std::size_t max) noexcept {
  return text::find_deep_nesting(text, max);
}

}  // namespace hassle::scenario
