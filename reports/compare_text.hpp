#pragma once

#include "reports/compare.hpp"

#include <cstddef>
#include <string>

namespace hassle::reports {

struct compare_style {
  bool colour = false;
  std::size_t width = 120;   ///< Columns of the terminal. > 0.
  bool all_figures = false;  ///< Those that are the same, too.
};

/// For people, as on the terminal.
[[nodiscard]] std::string compare_console(const comparison& c, const compare_style& style);

/// For a pull request: Markdown as GitHub and GitLab show it. What is the same is folded away.
[[nodiscard]] std::string compare_markdown(const comparison& c);

}  // namespace hassle::reports
