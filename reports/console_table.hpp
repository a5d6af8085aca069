#pragma once

#include "reports/text.hpp"

#include <span>
#include <string>
#include <vector>

namespace hassle::reports {

struct table_column {
  std::string head;
  bool right = true;      ///< Numbers are aligned to the right.
  bool essential = true;  ///< Kept in the compact form.
};

struct table_cell {
  std::string text;
  colour ink = colour::none;
};

/// Lines of aligned columns, the head dim. As much air and as many columns as `width` has room for:
/// first the gaps shrink, then the columns that are not essential go (at once, if `compact`).
/// REQUIRES: every row has a cell for each column.
[[nodiscard]] std::string render_table(std::span<const table_column> columns,
                                       std::span<const std::vector<table_cell>> rows,
                                       std::size_t width, bool compact, bool coloured);

}  // namespace hassle::reports
