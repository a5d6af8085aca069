#pragma once

#include "scenarios/document.hpp"
#include "scenarios/scenario.hpp"

#include <expected>
#include <string>
#include <vector>

namespace hassle::scenario {

/// A document put together from a text, what it extends, and changes made by hand.
struct assembled_document {
  value root;
  std::vector<std::string> files;  ///< Where its positions are: by source_position::file.
};

/// How many texts may stand behind one, each extending the next.
inline constexpr std::size_t extends_max = 8;

/// Follows `extends` and merges: tables key by key, [[fault]] and its like by name, everything else
/// is replaced. Then makes the changes of the options. What is wrong with the result is for the
/// rules to say.
[[nodiscard]] std::expected<assembled_document, std::vector<input_error>> assemble(
    source_text from, const parse_options& options);

/// Lays `change` over `base`, both of them tables at `path` ("" for a whole file).
void merge_tables(value& base, value change, const std::string& path);

}  // namespace hassle::scenario
