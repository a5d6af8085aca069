#pragma once

#include "reports/journal_file.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace hassle::reports {

/// The first event in which two journals differ: its index in both. One that ends there has none
/// of that index. Nothing if they are equal.
[[nodiscard]] std::optional<std::size_t> first_difference(const journal& a, const journal& b);

struct diverge_style {
  std::size_t before = 10;  ///< Events shown that both have.
  std::size_t after = 5;    ///< And from the difference on, of each.
  bool colour = false;
};

/// Where two runs part, for people: how their contexts differ, the last events that both have, and
/// what came then in each. Whether they differ at all is `first_difference`, and their contexts.
[[nodiscard]] std::string diverge_text(const saved_journal& a, const saved_journal& b,
                                       const diverge_style& style);

/// Whether the two are runs of the same, with the same events.
[[nodiscard]] bool equal_runs(const saved_journal& a, const saved_journal& b);

}  // namespace hassle::reports
