#include "reports/html_text.hpp"
#include "reports/html_view.hpp"
#include "reports/text.hpp"
#include "reports/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <ranges>
#include <set>
#include <string_view>
#include <vector>

namespace hassle::reports {
namespace {

using kainjow::mustache::data;

/// The most kinds of error of a client that are listed.
constexpr std::size_t errors_max = 8;

std::string share_text(const summary& s, outcome o) {
  const std::uint64_t count = s.outcomes[static_cast<std::size_t>(o)];
  if (count == 0) return "·";
  return html_percent(static_cast<double>(count) / static_cast<double>(s.commands));
}

std::string count_text(std::uint64_t count) { return count == 0 ? "·" : grouped(count); }

std::string error_text(const summary& s) {
  if (s.commands == 0) return "-";
  if (s.errors.empty()) {
    return fmt::format("< {:.2g}", 100 * std::min(1.0, 3.0 / static_cast<double>(s.commands)));
  }
  return html_percent(s.error_rate.mean);
}

std::string interval_text(const summary& s) {
  if (s.commands == 0 || s.errors.empty() || s.seeds < 2) return {};
  return fmt::format("{} – {}", html_percent(std::max(0.0, s.error_rate.low)),
                     html_percent(s.error_rate.high));
}

// For scripts: connection, timeout, other and stale in percent.
std::string class_numbers(const summary& s) {
  std::vector<std::string> numbers;
  for (const outcome each :
       {outcome::connection, outcome::timeout, outcome::other, outcome::stale}) {
    const auto count = static_cast<double>(s.outcomes[static_cast<std::size_t>(each)]);
    numbers.push_back(
        html_number(s.commands == 0 ? 0 : 100 * count / static_cast<double>(s.commands)));
  }
  return fmt::format("{}", fmt::join(numbers, " "));
}

// For scripts: the recoveries of all runs in seconds, sorted; of many, evenly spaced ones.
std::string recovery_numbers(const cell& c, std::size_t shown_max) {
  std::vector<std::chrono::nanoseconds> all;
  for (const run_figures& run : c.runs) {
    all.insert(all.end(), run.recoveries.begin(), run.recoveries.end());
  }
  std::ranges::sort(all);
  std::vector<std::string> numbers;
  const std::size_t shown = std::min(all.size(), shown_max);
  numbers.reserve(shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t at = shown < 2 ? 0 : i * (all.size() - 1) / (shown - 1);
    numbers.push_back(fmt::format("{:.4g}", std::chrono::duration<double>(all[at]).count()));
  }
  return fmt::format("{}", fmt::join(numbers, " "));
}

data row_of(const report& r, const html_group& group, std::size_t i, const html_room& room) {
  const summary& s = group.runs[i];
  const bool answered = s.outcomes[0] + s.outcomes[1] > 0;
  data row;
  row.set("client", client_label(s.client, group.runs.front().client));
  const summary& first = group.runs.front();
  const bool same = room.same_once && i > 0 && s.seeds == first.seeds && s.digest == first.digest;
  row.set("figures", !same);
  if (same) row.set("same", client_label(first.client, first.client));
  row.set("row_verdict", s.verdict);
  row.set("row_mark", std::string(html_mark(s.verdict)));
  row.set("errors", error_text(s));
  row.set("interval", interval_text(s));
  const double mean = s.commands == 0 ? 0 : s.error_rate.mean;
  row.set("numbers", fmt::format("{} {} {}", html_number(100 * mean),
                                 html_number(100 * std::max(0.0, s.error_rate.low)),
                                 html_number(100 * std::min(1.0, s.error_rate.high))));
  row.set("classes", class_numbers(s));
  row.set("connection", share_text(s, outcome::connection));
  row.set("timeout", share_text(s, outcome::timeout));
  row.set("other", share_text(s, outcome::other));
  row.set("stale", share_text(s, outcome::stale));
  row.set("p50", answered ? html_seconds(s.latency_p50_ms / 1000) : "-");
  row.set("p99", answered ? html_seconds(s.latency_p99_ms / 1000) : "-");
  row.set("life", s.connections > 0 ? html_seconds(s.lifetime_mean_s) : "-");
  row.set("twice", count_text(s.duplicates));
  row.set("wrong", count_text(s.wrong_answers));
  row.set("late", count_text(s.past_limit));
  const std::string recovered = recovery_numbers(group.cells[i], room.recoveries);
  const bool as_first =
      i > 0 && !recovered.empty() && recovered == recovery_numbers(group.cells[0], room.recoveries);
  row.set("recovery_numbers", as_first ? "=" : recovered);
  row.set("recovery_count", count_text(s.recoveries));
  row.set("recovery_p50", s.recoveries > 0 ? html_seconds(s.recovery_p50_s) : "-");
  row.set("recovery_max", s.recoveries > 0 ? html_seconds(s.recovery_max_s) : "-");
  row.set("change", html_change(s, r.evidence_at(group.begin + i)));
  row.set("change_kind", std::string(html_change_kind(s, r.evidence_at(group.begin + i))));
  return row;
}

data line(std::string_view client, std::string text, std::string_view kind = {}) {
  data one;
  one.set("of", std::string(client));
  one.set("text", printable(text));
  one.set("kind", std::string(kind));
  return one;
}

/// Lines about clients, each with the client's label.
using line_source = void (*)(const summary& s, std::string_view label, data& lines);

data lines_of(const html_group& group, line_source add) {
  data lines(data::type::list);
  for (const summary& s : group.runs)
    add(s, client_label(s.client, group.runs.front().client), lines);
  return lines;
}

/// What several clients have in common, with their labels.
template <typename Key>
struct shared_lines {
  std::vector<std::pair<Key, std::vector<std::string>>> lines;

  void add(const Key& key, const std::string& label) {
    auto found = std::ranges::find(lines, key, &std::pair<Key, std::vector<std::string>>::first);
    if (found == lines.end()) found = lines.insert(found, {key, {}});
    if (found->second.empty() || found->second.back() != label) found->second.push_back(label);
  }
};

data reasons_of(const html_group& group) {
  shared_lines<std::pair<std::string, std::string>> reasons;  // Verdict and text.
  for (const summary& s : group.runs) {
    const std::string label = client_label(s.client, group.runs.front().client);
    for (const std::string& each : s.reasons) reasons.add({s.verdict, each}, label);
  }
  data lines(data::type::list);
  for (const auto& [reason, labels] : reasons.lines) {
    lines << line(html_names(labels, group.runs.size()), reason.second, reason.first);
  }
  return lines;
}

data error_kinds_of(const html_group& group) {
  shared_lines<std::vector<std::pair<std::string, std::uint64_t>>> kinds;
  for (const summary& s : group.runs) {
    kinds.add(s.errors, client_label(s.client, group.runs.front().client));
  }
  data lines(data::type::list);
  for (const auto& [errors, labels] : kinds.lines) {
    for (std::size_t i = 0; i < errors.size() && i < errors_max; ++i) {
      data one = line(html_names(labels, group.runs.size()), errors[i].first);
      one.set("count", grouped(errors[i].second));
      lines << one;
    }
  }
  return lines;
}

/// Each expectation once, with what it came to.
data expectations_of(const html_group& group) {
  using came_to = std::pair<std::string, std::string>;  // Verdict and figure.
  std::vector<std::pair<const expectation_result*, shared_lines<came_to>>> asked;
  for (const summary& s : group.runs) {
    const std::string label = client_label(s.client, group.runs.front().client);
    for (const expectation_result& each : s.expectations) {
      auto found = std::ranges::find_if(asked, [&](const auto& other) {
        return other.first->text == each.text && other.first->why == each.why;
      });
      if (found == asked.end()) found = asked.insert(found, {&each, {}});
      found->second.add({each.verdict, fmt::format("{:.4g}", each.measured)}, label);
    }
  }
  data lines(data::type::list);
  for (const auto& [expected, results] : asked) {
    data one = line({}, expected->text);
    html_set_some(one, "why", printable(expected->why));
    data outcomes(data::type::list);
    for (const auto& [result, labels] : results.lines) {
      data each = line(html_names(labels, group.runs.size()), result.second, result.first);
      each.set("mark", std::string(html_mark(result.first)));
      outcomes << each;
    }
    one.set("outcomes", outcomes);
    lines << one;
  }
  return lines;
}

// As on the console: a mechanism is told where it first shows, and only counted after that.
data notes_of(const html_group& group) {
  data lines(data::type::list);
  std::set<std::string_view> told;
  for (const summary& s : group.runs) {
    const std::string label = client_label(s.client, group.runs.front().client);
    std::string again;
    for (const std::string_view note : s.notes) {
      const std::size_t colon = note.find(": ");
      if (colon == std::string_view::npos || told.insert(note.substr(colon)).second) {
        lines << line(label, std::string(note));
      } else {
        again += (again.empty() ? "" : "; ") + std::string(note.substr(0, colon));
      }
    }
    if (!again.empty()) lines << line(label, std::move(again));
  }
  return lines;
}

void add_violations(const summary& s, std::string_view label, data& lines) {
  for (const oracle_result& each : s.oracles) {
    if (each.violations == 0) continue;
    const auto described = std::ranges::find(oracles(), each.name, &oracle_description::name);
    data one = line(label, std::string(each.name), each.promised ? verdict_failed : "");
    one.set("count", grouped(each.violations));
    one.set("first", fmt::format("seed {}, {}: {}", each.first_seed, clock_time(each.first_at),
                                 printable(each.first)));
    one.set("promise", described == oracles().end() || described->layer.empty()
                           ? std::string("every client")
                           : std::string(described->layer));
    lines << one;
  }
}

data paragraphs_of(std::string_view text) {
  data paragraphs(data::type::list);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    std::string one(text.substr(0, end));
    std::ranges::replace(one, '\n', ' ');
    if (one.find_first_not_of(' ') != std::string::npos) {
      data paragraph;
      paragraph.set("paragraph", printable(one));
      paragraphs << paragraph;
    }
    text.remove_prefix(std::min(text.size(), end + 2));
  }
  return paragraphs;
}

std::string facts_of(const summary& first) {
  if (first.seeds == 0) return fmt::format("no run, {} world", printable(first.world));
  return fmt::format("{} from {}, {} each, {}, {} world", counted(first.seeds, "seed"),
                     first.first_seed,
                     html_seconds(first.simulated_s / static_cast<double>(first.seeds)),
                     counted(first.commands, "command"), printable(first.world));
}

void set_lines(data& section, const std::string& name, const data& lines) {
  section.set("has_" + name, lines.is_non_empty_list());
  section.set(name, lines);
}

std::string_view wanted_text(wanted_verdict wanted) {
  switch (wanted) {
    case wanted_verdict::passed:
      return "";
    case wanted_verdict::failed:
      return "must fail";
    case wanted_verdict::inconclusive:
      return "must be inconclusive";
  }
  return "";
}

}  // namespace

std::string html_names(const std::vector<std::string>& labels, std::size_t all) {
  constexpr std::size_t named_max = 8;
  if (labels.size() == all && all > 2) return "all clients";
  if (labels.size() <= named_max) return fmt::format("{}", fmt::join(labels, ", "));
  return fmt::format("{} and {} more", fmt::join(labels | std::views::take(named_max - 1), ", "),
                     labels.size() - named_max + 1);
}

void html_set_some(data& d, const std::string& name, const std::string& text) {
  if (!text.empty()) d.set(name, text);
}

bool html_asked_of(const check& c, const html_group& group) {
  if (!c.cell) return c.subject == group.runs.front().scenario;
  return *c.cell >= group.begin && *c.cell < group.begin + group.runs.size();
}

check_state html_state(const report& r, const html_group& group) {
  check_state worst = check_state::passed;
  for (const check& each : r.checks) {
    // What failed is worse than what is not known, and that worse than what was not run.
    const bool worse = worst == check_state::passed || each.state < worst;
    if (each.state != check_state::passed && worse && html_asked_of(each, group)) {
      worst = each.state;
    }
  }
  return worst;
}

void html_set_state(data& d, const std::string& prefix, check_state state) {
  const bool known = state != check_state::not_run;
  const std::string word(known ? name_of(state) : "not run");
  d.set(prefix + "_state", word);
  d.set(prefix + "_mark", std::string(html_mark(word)));
  d.set(prefix + "_kind", known ? word : std::string(verdict_inconclusive));
}

std::string html_group_id(const summary& first) {
  std::string id = "s-" + html_id(first.scenario);
  if (first.world != "simulated") id += "--" + html_id(first.world);
  return id;
}

data html_section(const report& r, const html_group& group, const html_room& room) {
  const summary& first = group.runs.front();
  const scenario_info info = r.info_of(first.scenario);
  const check_state state = html_state(r, group);
  data section;
  section.set("id", group.id);
  section.set("scenario", printable(first.scenario));
  section.set("scenario_title", printable(first.title.empty() ? info.title : first.title));
  section.set("facts", facts_of(first));
  html_set_some(section, "group", printable(info.group));
  html_set_some(section, "severity", printable(info.severity));
  html_set_some(section, "responsible", fmt::format("{}", fmt::join(info.layers, ", ")));
  html_set_some(section, "wanted", std::string(wanted_text(info.wanted)));
  section.set("good", std::string(state == check_state::passed ? "true" : "false"));
  html_set_state(section, "section", state);
  data rows(data::type::list);
  for (std::size_t i = 0; i < group.runs.size(); ++i) rows << row_of(r, group, i, room);
  section.set("rows", rows);
  const bool with_recoveries =
      std::ranges::any_of(group.runs, [](const summary& s) { return s.recoveries > 0; });
  const bool with_change =
      std::ranges::any_of(group.runs, [](const summary& s) { return s.change.has_value(); });
  section.set("with_change", with_change);
  section.set("with_recoveries", with_recoveries);
  // Of a row without figures: all between the client and its verdict.
  section.set("columns", std::to_string(12 + (with_change ? 1 : 0) + (with_recoveries ? 3 : 0)));
  set_lines(section, "mechanism", paragraphs_of(info.mechanism));
  set_lines(section, "because", reasons_of(group));
  set_lines(section, "notes", notes_of(group));
  set_lines(section, "kinds", error_kinds_of(group));
  set_lines(section, "expectations", expectations_of(group));
  set_lines(section, "violations", lines_of(group, add_violations));
  html_set_waterfall(section, r, group, room);
  set_lines(section, "kept", html_kept_runs(r, group, room));
  const auto kept = static_cast<std::size_t>(
      std::ranges::count_if(group.runs, [&](const summary& s) { return r.kept_of(s) != nullptr; }));
  html_set_some(section, "kept_left_out",
                kept > room.runs ? fmt::format("{} of {} runs are shown", room.runs, kept) : "");
  return section;
}

}  // namespace hassle::reports
