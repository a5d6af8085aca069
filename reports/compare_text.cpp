#include "reports/compare_text.hpp"

#include "reports/console_table.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::reports {
namespace {

// Three significant digits, no exponent for what people read.
std::string plain(double value) {
  const double size = std::abs(value);
  if (size >= 1000) return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(size + 0.5));
  if (size >= 100) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  if (size >= 1 || size == 0) return fmt::format("{:.3g}", value);
  return size < 0.0001 ? fmt::format("{:.2g}", value) : fmt::format("{:.3f}", value);
}

std::string value_text(const figure_comparison& figure, double value) {
  if (figure.name.ends_with("_rate")) return plain(value * 100) + "%";
  const bool milliseconds = figure.name.ends_with("_ms");
  if (!milliseconds && !figure.name.ends_with("_s")) return plain(value);
  return human_duration(std::chrono::nanoseconds(std::llround(value * (milliseconds ? 1e6 : 1e9))));
}

std::string ratio_text(const figure_comparison& figure) {
  const mean_change& change = figure.change;
  if (!change.ratio) return change.after == change.before ? "" : "from none";
  return fmt::format("×{:.2f} [{:.2f}, {:.2f}]", change.ratio->mean,
                     std::max(0.0, change.ratio->low), change.ratio->high);
}

std::string p_text(const figure_comparison& figure) {
  const double p = figure.change.p;
  if (p >= 0.9995) return "1";
  return p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p);
}

std::string runs_text(const figure_comparison& figure) {
  if (figure.paired) return counted(figure.new_runs, "pair");
  return fmt::format("{} / {}", figure.base_runs, figure.new_runs);
}

colour ink_of(change_verdict v) {
  switch (v) {
    case change_verdict::better:
      return colour::green;
    case change_verdict::worse:
      return colour::red;
    case change_verdict::inconclusive:
      return colour::yellow;
    case change_verdict::different:
      return colour::bold;
    case change_verdict::same:
      return colour::dim;
  }
  return colour::none;
}

std::string_view sign_of(change_verdict v) {
  switch (v) {
    case change_verdict::better:
      return "✅";
    case change_verdict::worse:
      return "❌";
    case change_verdict::inconclusive:
      return "❔";
    case change_verdict::different:
    case change_verdict::same:
      return "➖";
  }
  return {};
}

std::string threshold_text(double share) { return fmt::format("{:.3g}%", share * 100); }

// "means over runs of version 1.2.3; ..."
std::string circumstances(const comparison& c) {
  const std::string versions = c.base_version == c.new_version
                                   ? c.new_version
                                   : fmt::format("{} and {}", c.base_version, c.new_version);
  return fmt::format("means over runs, hassle {}", printable(versions));
}

std::string rule_text(const comparison& c) {
  return fmt::format(
      "A change counts from {} and if p < 0.05 (Holm); the same is what is surely less than {} or "
      "{:.3g} percentage points apart.",
      threshold_text(c.threshold), threshold_text(same_thresholds * c.threshold),
      margins_of(wish_of("error_rate"), 0, 0).same * 100);
}

std::string title_of(const cell_comparison& cell) {
  const std::string who = cell.base_client == cell.new_client
                              ? cell.new_client
                              : fmt::format("{} → {}", cell.base_client, cell.new_client);
  const std::string world = cell.world == "simulated" ? "" : fmt::format(" ({})", cell.world);
  return printable(fmt::format("{} · {}{}", cell.scenario, who, world));
}

// What matters most comes first.
constexpr auto by_weight =
    std::to_array({change_verdict::worse, change_verdict::better, change_verdict::different,
                   change_verdict::inconclusive, change_verdict::same});

std::vector<const figure_comparison*> figures_by_weight(const cell_comparison& cell, bool all) {
  std::vector<const figure_comparison*> sorted;
  sorted.reserve(cell.figures.size());
  for (const change_verdict v : by_weight) {
    if (v == change_verdict::same && !all) continue;
    for (const figure_comparison& each : cell.figures) {
      if (each.verdict == v) sorted.push_back(&each);
    }
  }
  return sorted;
}

// "2 worse, 1 inconclusive, 30 same"
std::string counts_text(const cell_comparison& cell) {
  std::string text;
  for (const change_verdict v : by_weight) {
    const auto n = std::ranges::count(cell.figures, v, &figure_comparison::verdict);
    if (n > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, name_of(v));
  }
  return text.empty() ? "no figure that both measured" : text;
}

std::string names_with(const cell_comparison& cell, change_verdict v) {
  std::string names;
  for (const figure_comparison& each : cell.figures) {
    if (each.verdict == v) names += (names.empty() ? "" : ", ") + each.name;
  }
  return names;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& each : names) list += (list.empty() ? "" : ", ") + printable(each);
  return list;
}

std::string needed_text(std::uint64_t runs) {
  return runs == 0 ? "no number of seeds would tell"
                   : fmt::format("about {} on each side would tell", counted(runs, "seed"));
}

// What else a reader must know, in sentences.
std::vector<std::string> remarks_on(const cell_comparison& cell) {
  std::vector<std::string> remarks;
  if (cell.verdict == change_verdict::inconclusive && cell.broken.empty() &&
      !cell.figures.empty()) {
    remarks.push_back(
        fmt::format("The error rate is neither surely the same nor surely another: {}.",
                    needed_text(cell.runs_needed)));
  }
  if (!cell.broken.empty()) {
    remarks.push_back(fmt::format(
        "None in the base, but some in the new one: {}. That may be chance, and is not the same.",
        list_of(cell.broken)));
  }
  if (!cell.complete) remarks.emplace_back("Not all of its runs were done.");
  if (!cell.only_base.empty()) {
    remarks.push_back(fmt::format("Measured in the base only: {}.", list_of(cell.only_base)));
  }
  if (!cell.only_new.empty()) {
    remarks.push_back(fmt::format("Measured in the new one only: {}.", list_of(cell.only_new)));
  }
  return remarks;
}

bool is_open(const cell_comparison& cell) { return cell.verdict == change_verdict::inconclusive; }

bool has_pairs(const cell_comparison& cell) {
  return std::ranges::any_of(cell.figures, &figure_comparison::paired);
}

// "3 of 40 cells: too few runs to tell ..."; empty where all are told.
std::string open_text(const comparison& c) {
  std::vector<std::uint64_t> needed;
  needed.reserve(c.cells.size());
  for (const cell_comparison& each : c.cells) {
    if (is_open(each)) needed.push_back(each.runs_needed);
  }
  if (needed.empty()) return {};
  std::string text = fmt::format("{} of {}: too few runs to call them the same", needed.size(),
                                 counted(c.cells.size(), "cell"));
  std::ranges::sort(needed);
  const std::uint64_t half = needed[(needed.size() - 1) / 2];
  const std::uint64_t all = needed.back();
  if (all > half && half > 0) {
    text += fmt::format("; about {} on each side would tell half of them, {} all",
                        counted(half, "seed"), grouped(all));
  } else if (all > 0) {
    text += fmt::format("; about {} on each side would tell", counted(all, "seed"));
  }
  const bool unpaired = std::ranges::any_of(
      c.cells, [](const cell_comparison& each) { return is_open(each) && !has_pairs(each); });
  if (unpaired) text += ", and fewer if they are the same seeds";
  return text + ".";
}

// The verdict and its reasons, a sentence each.
std::vector<std::string> conclusions(const comparison& c) {
  std::vector<std::string> lines;
  for (const change_verdict v : {change_verdict::worse, change_verdict::better}) {
    for (const cell_comparison& each : c.cells) {
      const std::string names = names_with(each, v);
      if (names.empty()) continue;
      lines.push_back(fmt::format("{}: {} in {}.", v == change_verdict::worse ? "Worse" : "Better",
                                  names, title_of(each)));
    }
  }
  if (std::string open = open_text(c); !open.empty()) lines.push_back(std::move(open));
  if (c.cells.empty()) lines.emplace_back("The two reports have no cell in common.");
  if (!c.only_base.empty()) lines.push_back("Only in the base: " + list_of(c.only_base) + ".");
  if (!c.only_new.empty()) lines.push_back("Only in the new one: " + list_of(c.only_new) + ".");
  return lines;
}

std::vector<table_cell> row_of(const figure_comparison& each) {
  return {{.text = "  " + printable(each.name)},
          {.text = value_text(each, each.change.before)},
          {.text = value_text(each, each.change.after)},
          {.text = ratio_text(each)},
          {.text = p_text(each)},
          {.text = runs_text(each)},
          {.text = std::string(name_of(each.verdict)), .ink = ink_of(each.verdict)}};
}

std::string console_cell(const cell_comparison& cell, const compare_style& style) {
  static const std::vector<table_column> columns{{.head = "  figure", .right = false},
                                                 {.head = "base"},
                                                 {.head = "new"},
                                                 {.head = "new/base [95%]"},
                                                 {.head = "p", .essential = false},
                                                 {.head = "runs", .essential = false},
                                                 {.head = "verdict", .right = false}};
  std::string out = fmt::format("{}: {} ({})\n", title_of(cell),
                                paint(name_of(cell.verdict), ink_of(cell.verdict), style.colour),
                                counts_text(cell));
  std::vector<std::vector<table_cell>> rows;
  for (const figure_comparison* each : figures_by_weight(cell, style.all_figures)) {
    rows.push_back(row_of(*each));
  }
  if (!rows.empty()) out += render_table(columns, rows, style.width, false, style.colour);
  for (const std::string& each : remarks_on(cell)) out += "  " + each + "\n";
  return out + "\n";
}

// For a cell of a table, or a sentence: nothing in it is taken for Markdown.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_[]<>|#&~").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_table(const std::vector<const figure_comparison*>& figures) {
  std::string out =
      "| figure | base | new | new/base \\[95 %\\] | p | runs | verdict |\n"
      "|---|--:|--:|--:|--:|--:|---|\n";
  for (const figure_comparison* each : figures) {
    out +=
        fmt::format("| `{}` | {} | {} | {} | {} | {} | {} {} |\n", printable(each->name),
                    value_text(*each, each->change.before), value_text(*each, each->change.after),
                    escaped(ratio_text(*each)), escaped(p_text(*each)), runs_text(*each),
                    sign_of(each->verdict), name_of(each->verdict));
  }
  return out;
}

std::string markdown_cell(const cell_comparison& cell) {
  std::string out = fmt::format("### {} {}: {}\n\n", sign_of(cell.verdict), escaped(title_of(cell)),
                                name_of(cell.verdict));
  const auto told = figures_by_weight(cell, false);
  if (!told.empty()) out += markdown_table(told) + "\n";
  for (const std::string& each : remarks_on(cell)) out += escaped(each) + "\n\n";
  if (names_with(cell, change_verdict::same).empty()) return out;
  std::vector<const figure_comparison*> same;
  same.reserve(cell.figures.size());
  for (const figure_comparison& each : cell.figures) {
    if (each.verdict == change_verdict::same) same.push_back(&each);
  }
  return out + fmt::format("<details><summary>{} the same</summary>\n\n{}\n</details>\n\n",
                           counted(same.size(), "figure"), markdown_table(same));
}

}  // namespace

std::string compare_console(const comparison& c, const compare_style& style) {
  std::string out;
  for (const cell_comparison& each : c.cells) out += console_cell(each, style);
  for (const std::string& each : conclusions(c)) out += each + "\n";
  for (const std::string& line : wrap(rule_text(c), style.width)) {
    out += paint(line, colour::dim, style.colour) + "\n";
  }
  return out + fmt::format("Verdict: {} ({})\n",
                           paint(name_of(c.verdict), ink_of(c.verdict), style.colour),
                           circumstances(c));
}

std::string compare_markdown(const comparison& c) {
  std::string out = fmt::format("## {} hassle: {}\n\n", sign_of(c.verdict), name_of(c.verdict));
  for (const std::string& each : conclusions(c)) out += "- " + escaped(each) + "\n";
  out += fmt::format("\n{} ({})\n\n", escaped(rule_text(c)), escaped(circumstances(c)));
  for (const change_verdict v : by_weight) {
    for (const cell_comparison& each : c.cells) {
      if (each.verdict == v) out += markdown_cell(each);
    }
  }
  return out;
}

}  // namespace hassle::reports
