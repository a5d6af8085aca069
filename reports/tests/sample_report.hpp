#pragma once

#include "reports/report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports::tests {

/// What the fabricated runs of one client look like. Counts are per run.
struct sample {
  std::string_view client;
  std::vector<std::string> layers;
  std::uint64_t connection = 0, timeout = 0, other = 0, stale = 0;
  std::uint64_t wrong_answers = 0, duplicates = 0, past_limit = 0;
};

/// Runs of 1,000 commands each, with a little weather per seed.
[[nodiscard]] cell sample_cell(const sample& s, std::size_t seeds = 4);

/// A ladder with a rung for every kind of note, verdict and change.
[[nodiscard]] std::vector<cell> sample_ladder();

/// The ladder with all that a report can be made of: what is known of the scenario, a run kept of
/// each client.
[[nodiscard]] measurement sample_measurement();

/// All that some format takes for its own: control characters, bytes that are no UTF-8, what XML
/// has no character for, the ends of its sections, of lines, of fields, of cells and of commands.
inline constexpr std::string_view hostile_name =
    "x\x01\x1b[31m\xff\xef\xbf\xbf]]>&\"'<b>\r\n::error file=a,b%0A::c|`*_~[l](u)@u $m$ #1";

/// Wherever a user or a peer chooses a text, it is the hostile one.
[[nodiscard]] measurement hostile_measurement();

/// Of clients, by a tool of version 1.2.3.
[[nodiscard]] report report_of(std::vector<cell> cells, baseline against, bool interrupted = false);

}  // namespace hassle::reports::tests
