#pragma once

#include "reports/report.hpp"

#include <kainjow/mustache.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace hassle::reports {

// What the template of HTML reports is filled with, part by part. Names are those of the template.

/// How much of each cell is shown.
struct html_room {
  std::size_t runs;         ///< Of each group, the most that are shown. At least one.
  std::size_t marks;        ///< Of each lane and state of a timeline.
  std::size_t story_bytes;  ///< Of all stories of a run together.
  std::size_t faults;       ///< Of each run, the most that are listed.
  std::size_t recoveries;   ///< Of each cell, in its chart: quantiles where there are more.
  std::size_t waterfalls;   ///< Of each group, the most clients whose recoveries are split.
  std::size_t kinds;        ///< Of each of those, the most kinds of faults.
  bool same_once;           ///< A client whose runs are the first one's to the byte has no figures.
};
/// Of a report with so many groups, cells and kept runs.
[[nodiscard]] html_room html_room_for(std::size_t groups, std::size_t cells, std::size_t kept);

/// The cells of a scenario in one world, which are shown together.
struct html_group {
  std::span<const summary> runs;
  std::span<const cell> cells;
  std::string id;
  std::size_t begin = 0;  ///< Of its first cell among those of the report.
};

/// Sets a text unless it is empty: an empty one is true for mustache, one that is missing is not.
void html_set_some(kainjow::mustache::data& d, const std::string& name, const std::string& text);

/// The worst of the checks of a group; passed if nothing is asked of it.
[[nodiscard]] check_state html_state(const report& r, const html_group& group);
/// True if a check is about this group as a whole or one of its cells.
[[nodiscard]] bool html_asked_of(const check& c, const html_group& group);
/// "✓ passed", "? not run", in the colours of that.
void html_set_state(kainjow::mustache::data& d, const std::string& prefix, check_state state);
/// "s-lee-day": where a group is shown.
[[nodiscard]] std::string html_group_id(const summary& first);

/// The recoveries of the clients that matter most in their stages, by kind of fault: the sums of a
/// chart, and a table with quantiles.
void html_set_waterfall(kainjow::mustache::data& section, const report& r, const html_group& group,
                        const html_room& room);

/// A section with its tables.
[[nodiscard]] kainjow::mustache::data html_section(const report& r, const html_group& group,
                                                   const html_room& room);

/// Clients in words: "naive, pool", or how many where that says more.
[[nodiscard]] std::string html_names(const std::vector<std::string>& labels, std::size_t all);

/// The runs kept of a group that have room, each with its timeline and stories.
[[nodiscard]] kainjow::mustache::data html_kept_runs(const report& r, const html_group& group,
                                                     const html_room& room);

}  // namespace hassle::reports
