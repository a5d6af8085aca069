#include "scenarios/library.hpp"

#include <hassle/text/nearest.hpp>

namespace hassle::scenario {

std::string nearest_hint(std::string_view word, std::span<const std::string_view> known) {
  return text::nearest_hint(word, known);
}

std::string names_hint(std::string_view word, std::span<const std::string_view> known) {
  return text::names_hint(word, known);
}

}  // namespace hassle::scenario
