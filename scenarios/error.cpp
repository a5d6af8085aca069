#include "scenarios/error.hpp"

#include <hassle/text/complaint.hpp>

#include <fmt/format.h>

namespace hassle::scenario {

std::string input_error::text() const {
  std::string result = file;
  if (where.line != 0) {
    result += fmt::format(":{}:{}", where.line, where.column);
  }
  result += ": " + message;
  if (!hint.empty()) {
    result += " (" + hint + ")";
  }
  return result;
}

std::string in_quotes(std::string_view word) { return text::in_quotes(word); }

}  // namespace hassle::scenario
