#include "reports/waterfall_table.hpp"

#include "reports/console_table.hpp"
#include "reports/recovery_stages.hpp"
#include "reports/text.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::reports {
namespace {

table_cell time_cell(double seconds) {
  if (seconds == 0) return {"·", colour::dim};
  return {human_duration(std::chrono::nanoseconds(std::llround(seconds * 1e9)))};
}

std::array<bool, recovery_stage_count> occurring(std::span<const summary> runs) {
  std::array<bool, recovery_stage_count> any{};
  for (const summary& s : runs) {
    for (const recovery_waterfall& each : s.waterfall) {
      for (std::size_t i = 0; i < any.size(); ++i) any[i] |= each.stages[i].occurred > 0;
    }
  }
  return any;
}

}  // namespace

std::string waterfall_table(std::span<const summary> runs, std::span<const std::string> labels,
                            std::size_t width, bool coloured) {
  assert(labels.size() == runs.size());
  const std::array<bool, recovery_stage_count> shown = occurring(runs);
  std::vector<table_column> columns = {{"client", false}, {"after", false}, {"times"}};
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i]) columns.push_back({std::string(recovery_stages()[i].words)});
  }
  columns.insert(columns.end(), {{"mean"}, {"p50"}, {"max"}});
  std::vector<std::vector<table_cell>> rows;
  for (std::size_t n = 0; n < runs.size(); ++n) {
    std::span<const recovery_waterfall> kinds = runs[n].waterfall;
    if (kinds.size() == 2) kinds = kinds.subspan(1);
    std::string label = labels[n];
    for (const recovery_waterfall& each : kinds) {
      std::vector<table_cell> row = {
          {std::exchange(label, {})},
          {each.fault_kind.empty() ? "all faults" : printable(each.fault_kind)},
          {grouped(each.recoveries)}};
      for (std::size_t i = 0; i < shown.size(); ++i) {
        if (shown[i]) row.push_back(time_cell(each.stages[i].mean_s));
      }
      for (const double whole : {each.total.mean_s, each.total.p50_s, each.total.max_s}) {
        row.push_back(time_cell(whole));
      }
      rows.push_back(std::move(row));
    }
  }
  if (rows.empty()) return {};
  return render_table(columns, rows, width, false, coloured);
}

}  // namespace hassle::reports
