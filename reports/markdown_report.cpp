#include "reports/markdown_report.hpp"

#include "reports/escaping.hpp"
#include "reports/figure_text.hpp"
#include "reports/suite_report.hpp"
#include "reports/text.hpp"
#include "reports/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

namespace hassle::reports {
namespace {

/// Kept free for the sentence that says what is left out.
constexpr std::size_t last_words_bytes = 256;

std::string_view mark_of(std::string_view verdict) {
  if (verdict == verdict_passed) return "✅";
  return verdict == verdict_failed ? "❌" : "❔";
}

std::string_view mark_of(check_state state) {
  if (state == check_state::passed) return "✅";
  return state == check_state::failed ? "❌" : "❔";
}

/// A part that is left out as a whole or not at all.
struct section {
  std::string
      heading;  ///< With its newlines. Shown once for sections of the same heading in a row.
  std::string text;
};

std::string head_of(const report& r) {
  std::string out = fmt::format("# {} hassle: {}\n\n{}. Simulated: {}.\n", mark_of(r.verdict),
                                markdown_text(r.verdict), counts_text(r.checks),
                                human_seconds(count(r.checks).simulated_s));
  if (r.of.interrupted) out += "\nInterrupted: what was complete by then is shown.\n";
  return out;
}

/// Unfolds to all that there is to say about it.
section story_of(const check& c) {
  std::string out =
      fmt::format("<details>\n<summary>{} {} with {}: {}</summary>\n\n", mark_of(c.state),
                  markdown_html(c.subject), markdown_html(c.name), markdown_html(c.message));
  for (const std::string& each : c.details) out += fmt::format("- {}\n", markdown_text(each));
  if (!c.again.empty()) out += markdown_code(fmt::format("{}", fmt::join(c.again, "\n")), "sh");
  return {.heading = "\n## What is not as it should be\n\n", .text = out + "\n</details>\n"};
}

std::string row(std::span<const std::string> cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string header(std::span<const std::string> names, std::size_t left_columns) {
  std::string line = "|";
  for (std::size_t i = 0; i < names.size(); ++i) line += i < left_columns ? " --- |" : " ---: |";
  return row(names) + line + "\n";
}

std::string time_text(double seconds, bool known) { return known ? human_seconds(seconds) : "-"; }

/// Errors, their classes, times: what every table shows of a cell.
std::vector<std::string> figures_of(const summary& s) {
  const bool answered = s.outcomes[0] + s.outcomes[1] > 0;
  std::vector<std::string> cells{markdown_text(error_rate_text(s))};
  for (const outcome o : {outcome::connection, outcome::timeout, outcome::other, outcome::stale}) {
    const bool none = s.outcomes[static_cast<std::size_t>(o)] == 0;
    cells.push_back(none ? "·" : markdown_text(share_text(s, o)));
  }
  cells.push_back(time_text(s.latency_p50_ms / 1000, answered));
  cells.push_back(time_text(s.latency_p99_ms / 1000, answered));
  cells.push_back(time_text(s.recovery_max_s, s.recoveries > 0));
  return cells;
}

const std::vector<std::string> figure_columns{"errors",  "conn %", "timeout %", "other %",
                                              "stale %", "p50",    "p99",       "recovery, worst"};

/// A scenario's clients: how they differ is the question.
section table_of(const report& r, std::size_t begin, std::size_t end) {
  const std::span<const summary> runs = std::span(r.runs).subspan(begin, end - begin);
  const scenario_info info = r.info_of(runs.front().scenario);
  const bool with_change =
      std::ranges::any_of(runs, [](const summary& s) { return s.change.has_value(); });
  std::string out = fmt::format("\n### {}\n\n", markdown_text(runs.front().scenario));
  if (!info.title.empty()) out += fmt::format("{}\n\n", markdown_text(info.title));
  std::vector<std::string> names{"", "client"};
  names.insert(names.end(), figure_columns.begin(), figure_columns.end());
  if (with_change) names.emplace_back("change");
  out += header(names, 2);
  for (std::size_t i = begin; i < end; ++i) {
    const summary& s = r.runs[i];
    std::vector<std::string> cells{std::string(mark_of(s.verdict)), markdown_text(s.client)};
    std::ranges::move(figures_of(s), std::back_inserter(cells));
    if (with_change) cells.push_back(markdown_text(change_text(s, r.evidence_at(i))));
    out += row(cells);
  }
  return {.heading = "\n## Figures\n", .text = std::move(out)};
}

std::vector<section> tables_of_clients(const report& r) {
  std::vector<section> sections;
  const std::span<const summary> runs = r.runs;
  for (std::size_t begin = 0; begin < runs.size();) {
    std::size_t end = begin;
    while (end < runs.size() && runs[end].scenario == runs[begin].scenario &&
           runs[end].world == runs[begin].world) {
      ++end;
    }
    sections.push_back(table_of(r, begin, end));
    begin = end;
  }
  return sections;
}

/// A group's checks: whether all is as it should be is the question.
std::vector<section> tables_of_groups(const report& r) {
  std::vector<std::string> names{"", "scenario", "client"};
  names.insert(names.end(), figure_columns.begin(), figure_columns.end());
  std::vector<section> sections;
  std::string group;
  for (const check& each : r.checks) {
    if (!each.cell) continue;
    if (sections.empty() || each.group != group) {
      group = each.group;
      sections.push_back(
          {.heading = "\n## Figures\n",
           .text = fmt::format("\n### {}\n\n", markdown_text(group)) + header(names, 3)});
    }
    std::vector<std::string> cells{std::string(mark_of(each.state)), markdown_text(each.subject),
                                   markdown_text(each.name)};
    std::ranges::move(figures_of(r.runs[*each.cell]), std::back_inserter(cells));
    sections.back().text += row(cells);
  }
  return sections;
}

section table_of_losses(const report& r) {
  std::string out =
      "\n" + header(std::vector<std::string>{"layer", "by figure", "by oracle", "lost"}, 1);
  for (const layer_loss& each : losses(r)) {
    std::vector<std::string> lost;
    if (!each.by_figure.empty()) lost.push_back(fmt::format("{}", fmt::join(each.by_figure, ", ")));
    for (const auto& [oracle, scenarios] : each.by_oracle) {
      lost.push_back(fmt::format("{}: {}", oracle, fmt::join(scenarios, ", ")));
    }
    out += row(std::vector<std::string>{markdown_text(each.layer),
                                        std::to_string(each.by_figure.size()),
                                        std::to_string(each.oracle_losses()),
                                        markdown_text(fmt::format("{}", fmt::join(lost, "; ")))});
  }
  return {.heading = "\n## What production loses without a layer\n", .text = std::move(out)};
}

/// Of all commands, so many fail less: "1.2 pp".
std::string points(const interval& saved) {
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", saved.mean * 100, saved.low * 100,
                     saved.high * 100);
}

section table_of(const attribution& a) {
  std::string out = fmt::format("\n### {}\n\nErrors without any layer {}%, with all {}%.\n\n",
                                markdown_text(a.scenario), percent_text(a.errors_without.mean),
                                percent_text(a.errors_with.mean));
  out += header(std::vector<std::string>{"layer", "saves, pp (95 %)", "share", "significant"}, 1);
  for (const layer_gain& each : a.layers) {
    out += row(std::vector<std::string>{
        markdown_text(each.layer), points(each.effect.errors_saved),
        each.share ? fmt::format("{:.0f}%", *each.share * 100) : std::string("-"),
        each.effect.significant ? "yes" : "no"});
  }
  for (const std::string& each : a.findings) out += fmt::format("\n{}\n", markdown_text(each));
  return {.heading = "\n## What each layer saves\n", .text = std::move(out)};
}

std::vector<section> sections_of(const report& r) {
  std::vector<section> sections;
  for (const check_state state :
       {check_state::failed, check_state::inconclusive, check_state::not_run}) {
    for (const check& each : r.checks) {
      if (each.state == state) sections.push_back(story_of(each));
    }
  }
  if (r.of.kind == report_kind::losses) sections.push_back(table_of_losses(r));
  for (const attribution& each : r.attributed) sections.push_back(table_of(each));
  std::ranges::move(r.of.kind == report_kind::clients ? tables_of_clients(r) : tables_of_groups(r),
                    std::back_inserter(sections));
  return sections;
}

}  // namespace

std::string markdown_report(const report& r, std::size_t bytes_max) {
  std::string out = head_of(r);
  const std::vector<section> sections = sections_of(r);
  std::string_view heading;
  std::size_t shown = 0;
  for (const section& each : sections) {
    const std::string_view before = each.heading == heading ? std::string_view{} : each.heading;
    if (out.size() + before.size() + each.text.size() + last_words_bytes > bytes_max) break;
    out.append(before).append(each.text);
    heading = each.heading;
    ++shown;
  }
  if (shown < sections.size()) {
    out += fmt::format("\n**{} more had no room here: see the other reports of this run.**\n",
                       counted(sections.size() - shown, "section"));
  }
  return out;
}

}  // namespace hassle::reports
