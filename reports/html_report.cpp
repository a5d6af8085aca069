#include "reports/html_report.hpp"

#include "reports/attribution_words.hpp"
#include "reports/html_text.hpp"
#include "reports/html_view.hpp"
#include "reports/suite_report.hpp"
#include "reports/text.hpp"
#include "reports/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace hassle::reports {
namespace {

using kainjow::mustache::data;

/// Up to so many scenarios are shown unfolded.
constexpr std::size_t unfolded_max = 3;

std::vector<html_group> groups_of(const report& r) {
  std::vector<html_group> groups;
  const std::span<const summary> runs = r.runs;
  const std::span<const cell> cells = r.of.cells;
  for (std::size_t begin = 0; begin < runs.size();) {
    std::size_t end = begin;
    while (end < runs.size() && runs[end].scenario == runs[begin].scenario &&
           runs[end].world == runs[begin].world) {
      ++end;
    }
    groups.push_back({.runs = runs.subspan(begin, end - begin),
                      .cells = cells.subspan(begin, end - begin),
                      .id = html_group_id(runs[begin]),
                      .begin = begin});
    begin = end;
  }
  return groups;
}

std::string_view question_of(report_kind kind) {
  switch (kind) {
    case report_kind::clients:
      return "How do these clients do?";
    case report_kind::suite:
      return "Is every scenario of the suite as it should be?";
    case report_kind::losses:
      return "What does production lose without each of its layers?";
    case report_kind::attribution:
      return "Who saves the errors that all layers together save?";
  }
  return "";
}

std::string counts_of(const report& r, std::span<const html_group> groups) {
  if (r.checks.empty()) return {};
  return fmt::format("{}, of {} and {}.", counts_text(r.checks), counted(groups.size(), "scenario"),
                     counted(r.runs.size(), "cell"));
}

/// Why the verdict is not "passed", with links: each check that did not pass, the worst first.
data faults_found(const report& r, std::span<const html_group> groups) {
  data found(data::type::list);
  for (const check_state state :
       {check_state::failed, check_state::inconclusive, check_state::not_run}) {
    for (const check& each : r.checks) {
      if (each.state != state) continue;
      const auto about = std::ranges::find_if(
          groups, [&](const html_group& group) { return html_asked_of(each, group); });
      data one;
      one.set("where", about == groups.end() ? std::string("h-lost") : about->id);
      one.set("what", fmt::format("{} with {}", printable(each.subject), printable(each.name)));
      html_set_state(one, "found", state);
      std::string reasons = each.message;
      for (const std::string& detail : each.details) {
        if (detail != each.message) reasons += " " + detail;
      }
      one.set("reasons", printable(reasons));
      found << one;
    }
  }
  return found;
}

/// A line for each scenario, for finding one's way.
data overview(const report& r, std::span<const html_group> groups) {
  data lines(data::type::list);
  std::string previous;
  for (const html_group& group : groups) {
    const summary& first = group.runs.front();
    const std::string folder = printable(r.info_of(first.scenario).group);
    data line;
    line.set("new_folder", folder != previous);
    line.set("folder", folder);
    previous = folder;
    line.set("where", group.id);
    line.set("name", printable(first.scenario));
    html_set_state(line, "line", html_state(r, group));
    line.set("line_title",
             printable(first.title.empty() ? r.info_of(first.scenario).title : first.title));
    data clients(data::type::list);
    for (const summary& s : group.runs) {
      // Most layers have nothing to do with most scenarios.
      const bool told = r.of.kind != report_kind::losses || s.verdict != verdict_passed;
      if (!told && &s != &first) continue;
      data one;
      one.set("chip", client_label(s.client, "production"));
      one.set("chip_errors",
              s.commands == 0 ? std::string("-") : html_percent(s.error_rate.mean) + " %");
      one.set("chip_mark", std::string(html_mark(s.verdict)));
      one.set("chip_kind", s.verdict);
      clients << one;
    }
    line.set("chips", clients);
    lines << line;
  }
  return lines;
}

data lost_layers(const report& r) {
  data layers(data::type::list);
  if (r.of.kind != report_kind::losses) return layers;
  for (const layer_loss& each : losses(r)) {
    data one;
    one.set("layer", each.layer);
    one.set("by_figure", fmt::format("{}", fmt::join(each.by_figure, ", ")));
    std::vector<std::string> by_oracle;
    by_oracle.reserve(each.by_oracle.size());
    for (const auto& [oracle, scenarios] : each.by_oracle) {
      by_oracle.push_back(fmt::format("{}: {}", oracle, fmt::join(scenarios, ", ")));
    }
    one.set("by_oracle", fmt::format("{}", fmt::join(by_oracle, "; ")));
    one.set("unclear", fmt::format("{}", fmt::join(each.unclear, ", ")));
    layers << one;
  }
  return layers;
}

data texts_of(const std::vector<std::string>& texts) {
  data list(data::type::list);
  for (const std::string& each : texts) {
    data one;
    one.set("sentence", printable(each));
    list << one;
  }
  return list;
}

std::string range_of(const interval& i) {
  return fmt::format("{} to {}", points(i.low), points(i.high));
}

std::string numbers_of(const interval& i) {
  return fmt::format("{} {} {}", html_number(100 * i.mean), html_number(100 * i.low),
                     html_number(100 * i.high));
}

data gain_row(const layer_gain& gain, bool known) {
  const layer_effect& effect = gain.effect;
  const bool none = known && !effect.significant && effect.errors_saved.mean != 0;
  data row;
  row.set("gain_layer", printable(gain.layer));
  row.set("gain_numbers", numbers_of(effect.errors_saved));
  row.set("gain_saves", (none ? "~ " : "") + points(effect.errors_saved.mean));
  row.set("gain_range", known ? range_of(effect.errors_saved) : std::string("-"));
  row.set("gain_share", gain.share ? fmt::format("{:.0f} %", *gain.share * 100) : "-");
  row.set("gain_kind", std::string(!effect.significant            ? ""
                                   : effect.errors_saved.mean < 0 ? "worse"
                                                                  : "better"));
  return row;
}

/// Who saves the errors, for each scenario of which it can be said.
data attributed(const report& r) {
  data all(data::type::list);
  for (const attribution& each : r.attributed) {
    data one;
    one.set("gains_of", printable(each.scenario));
    one.set("gains_text",
            fmt::format("{} with {}, {} from {}, {} world. Of all commands {} % fail without any "
                        "layer ({}), {} % with all of them ({}): {} pp are saved ({}).",
                        printable(each.client),
                        each.orders == 0 ? std::string("all sets of layers")
                                         : counted(each.orders, "random order") + " of layers",
                        counted(each.seeds, "seed"), each.first_seed, printable(each.world),
                        points(each.errors_without.mean), range_of(each.errors_without),
                        points(each.errors_with.mean), range_of(each.errors_with),
                        points(each.errors_saved.mean), range_of(each.errors_saved)));
    data rows(data::type::list);
    for (const layer_gain& gain : each.layers) rows << gain_row(gain, each.seeds > 1);
    one.set("gains", rows);
    one.set("findings", texts_of(each.findings));
    one.set("doubts", texts_of(each.doubts));
    all << one;
  }
  return all;
}

/// What the clients are made of. Of those that lack a layer the report knows what they promise.
data layers_of(const report& r) {
  data clients(data::type::list);
  if (r.of.kind != report_kind::clients && r.of.kind != report_kind::suite) return clients;
  std::set<std::string_view> told;
  for (const summary& s : r.runs) {
    if (!told.insert(s.client).second) continue;
    data one;
    one.set("client", printable(s.client));
    one.set("layers", s.layers.empty() ? std::string("none")
                                       : printable(fmt::format("{}", fmt::join(s.layers, ", "))));
    clients << one;
  }
  return clients;
}

data page_data(const report& r, const html_parts& parts) {
  const std::vector<html_group> groups = groups_of(r);
  data page;
  page.set("style", std::string(parts.style));
  page.set("script", std::string(parts.script));
  page.set("library", std::string(parts.library));
  page.set("licence", std::string(parts.licence));
  page.set("charts", std::string(parts.charts));
  page.set("with_charts", !parts.library.empty());
  page.set("version", printable(r.of.tool_version));
  page.set("verdict", r.verdict);
  page.set("verdict_mark", std::string(html_mark(r.verdict)));
  page.set("question", std::string(question_of(r.of.kind)));
  page.set("counts", counts_of(r, groups));
  page.set("interrupted", r.of.interrupted);
  page.set("nothing", r.runs.empty());
  page.set("title", groups.size() == 1 ? printable(groups.front().runs.front().scenario)
                                       : counted(groups.size(), "scenario"));
  data layers = layers_of(r);
  page.set("has_layers", layers.is_non_empty_list());
  page.set("of_layers", layers);
  data found = faults_found(r, groups);
  page.set("has_found", found.is_non_empty_list());
  page.set("found", found);
  page.set("many", groups.size() > 1);
  page.set("lines", overview(r, groups));
  data lost = lost_layers(r);
  page.set("has_lost", lost.is_non_empty_list());
  page.set("lost", lost);
  page.set("attributed", attributed(r));
  const html_room room = html_room_for(groups.size(), r.runs.size(), r.of.kept.size());
  data sections(data::type::list);
  for (const html_group& group : groups) {
    data section = html_section(r, group, room);
    section.set("unfolded",
                groups.size() <= unfolded_max || html_state(r, group) != check_state::passed);
    sections << section;
  }
  page.set("sections", sections);
  return page;
}

}  // namespace

std::string html_report(const report& r) { return html_report(r, built_in_html_parts()); }

std::string html_report(const report& r, const html_parts& parts) {
  kainjow::mustache::mustache page{std::string(parts.page)};
  // The template is ours: that it is well-formed does not depend on the report.
  if (!page.is_valid()) throw std::logic_error("the page's template: " + page.error_message());
  return page.render(page_data(r, parts));
}

}  // namespace hassle::reports
