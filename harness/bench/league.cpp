#include "harness/bench/league.hpp"

#include "harness/bench/policies/known_policies.hpp"
#include "reports/console_table.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace hassle::harness::bench {

namespace {

using namespace std::chrono_literals;
using net::duration;

constexpr unsigned cells = 36;  // Eight in each order of magnitude.

std::optional<double> seconds(duration lag) {
  if (lag == never_back) return std::nullopt;
  return std::chrono::duration<double>(lag).count();
}

std::string lag_text(duration lag) {
  return lag == never_back ? "never" : reports::human_duration(lag);
}

const league_entry* find_entry(const league& played, std::string_view name) {
  const auto found = std::ranges::find(played.entries, name, &league_entry::name);
  return found == played.entries.end() ? nullptr : &*found;
}

/// The cell in whose range an outage of this length is.
unsigned cell_of(const outage_range& range, duration outage) {
  unsigned best = 0;
  for (unsigned i = 0; i < range.cells; ++i) {
    if (middle_of(range, i) <= outage) best = i;
  }
  return best;
}

boost::json::value number_or_null(std::optional<double> number) {
  return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

/// The dice of a policy do not depend on which others there are.
net::random_stream dice(std::uint64_t seed) {
  return net::random_stream(seed ^ 0x9e3779b97f4a7c15U);
}

void mark_front(std::vector<league_entry>& entries) {
  std::vector<lag_figures> all;
  all.reserve(entries.size());
  for (const league_entry& each : entries) all.push_back(each.all.all);
  const std::vector<bool> front = pareto_front(all);
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].front = front[i];
}

}  // namespace

outage_range all_outages(unsigned per_cell) {
  return {.from = 100ms, .to = 1h, .cells = cells, .per_cell = per_cell};
}

outage_range short_outages(unsigned per_cell) {
  // As many outages as in the league, as its median decides whether a goal is reached.
  return {.from = 500ms, .to = 12s, .how = spacing::linear, .cells = cells, .per_cell = per_cell};
}

league play_league(const league_options& how) {
  league played{.per_cell = how.per_cell, .seed = how.seed, .entries = {}};
  net::random_stream lengths(how.seed);
  const outage_range wide = all_outages(how.per_cell);
  const outage_range brief = short_outages(how.per_cell);
  const auto wide_outages = draw_outages(wide, lengths);
  const auto brief_outages = draw_outages(brief, lengths);
  const auto& policies = known_policies();
  played.entries.reserve(policies.size());
  for (const known_policy& each : policies) {
    net::random_stream random = dice(how.seed);
    auto all = measure_lag(each.schedule, wide_outages, wide, random, how.interrupted);
    const auto after_short =
        measure_lag(each.schedule, brief_outages, brief, random, how.interrupted);
    if (!all || !after_short) {
      played.complete = false;
      break;
    }
    played.entries.push_back({.name = each.name,
                              .source = each.source,
                              .all = std::move(*all),
                              .after_short = after_short->all});
    if (how.on_progress) how.on_progress(played.entries.size(), policies.size());
  }
  mark_front(played.entries);
  std::ranges::stable_sort(played.entries, {},
                           [](const league_entry& each) { return each.all.all.p50; });
  return played;
}

std::vector<figure> figures_of(const league& played) {
  const league_entry* official = find_entry(played, official_policy);
  std::vector<figure> rows;
  const auto add = [&](const league_entry& each, std::string_view name, std::string_view unit,
                       auto value_of) {
    const std::optional<double> value = value_of(each);
    rows.push_back({.name = fmt::format("{}.{}", each.name, name),
                    .value = value,
                    .unit = std::string(unit),
                    .baseline = official == nullptr ? std::nullopt
                                                    : std::optional<double>(value_of(*official))});
  };
  using entry = const league_entry&;
  using number = std::optional<double>;
  for (const league_entry& each : played.entries) {
    add(each, "lag_p50", "s", [](entry of) { return seconds(of.all.all.p50); });
    add(each, "lag_p99", "s", [](entry of) { return seconds(of.all.all.p99); });
    add(each, "attempts", "", [](entry of) { return number(of.all.all.attempts); });
    add(each, "refused_rate", "1/min", [](entry of) { return number(of.all.all.per_minute); });
    add(each, "back", "", [](entry of) { return number(of.all.all.back); });
    add(each, "short_lag_p50", "s", [](entry of) { return seconds(of.after_short.p50); });
    add(each, "short_lag_p99", "s", [](entry of) { return seconds(of.after_short.p99); });
    add(each, "short_attempts", "", [](entry of) { return number(of.after_short.attempts); });
  }
  return rows;
}

std::vector<figure> goal_figures(const league& played) {
  const league_entry* ours = find_entry(played, our_policy);
  const league_entry* official = find_entry(played, official_policy);
  if (ours == nullptr || official == nullptr) return {};
  return {{.name = "ours.short_lag_p50",
           .value = seconds(ours->after_short.p50),
           .unit = "s",
           .baseline = seconds(official->after_short.p50)},
          {.name = "ours.short_attempts",
           .value = ours->after_short.attempts,
           .unit = "",
           .baseline = official->after_short.attempts}};
}

std::string goal_text(const league& played) {
  const auto rows = goal_figures(played);
  if (rows.empty()) return {};
  const double lag = rows[0].ratio().value();
  const double attempts = rows[1].ratio().value();
  const bool reached = lag <= lag_ratio_most && attempts <= 1;
  const outage_range range = short_outages(played.per_cell);
  return fmt::format(
      "{} after outages of {} to {}: {:.2f} x the official client's median lag (goal: at most "
      "{}), {:.2f} x its attempts (goal: at most 1)\n",
      reached ? "Reached" : "Not reached", reports::human_duration(range.from),
      reports::human_duration(range.to), lag, lag_ratio_most, attempts);
}

std::string league_table(const league& played, std::size_t width, bool coloured) {
  struct glance {
    std::string_view head;
    duration outage;
  };
  constexpr std::array glances = {glance{"after 1 s", 1s}, glance{"1 min", 60s},
                                  glance{"1 h", 59min}};
  std::vector<reports::table_column> columns = {{.head = "policy", .right = false},
                                                {.head = "lag p50"},
                                                {.head = "p99"},
                                                {.head = "attempts"},
                                                {.head = "a minute"}};
  for (const glance& each : glances) {
    columns.push_back({.head = std::string(each.head), .essential = false});
  }
  columns.push_back({.head = "", .right = false});
  const outage_range range = all_outages(played.per_cell);
  std::vector<std::vector<reports::table_cell>> rows;
  rows.reserve(played.entries.size());
  for (const league_entry& each : played.entries) {
    const lag_figures& all = each.all.all;
    const auto ink = each.name == our_policy ? reports::colour::bold : reports::colour::none;
    std::vector<reports::table_cell> row = {{std::string(each.name), ink},
                                            {lag_text(all.p50), ink},
                                            {lag_text(all.p99), ink},
                                            {fmt::format("{:.1f}", all.attempts), ink},
                                            {fmt::format("{:.2f}", all.per_minute), ink}};
    for (const glance& at : glances) {
      row.push_back({lag_text(each.all.cells[cell_of(range, at.outage)].p50), ink});
    }
    const std::string gives_up = fmt::format("back from {:.0f} %", 100 * all.back);
    row.push_back({each.front     ? "● front"
                   : all.back < 1 ? gives_up
                                  : "",
                   each.front ? reports::colour::green : reports::colour::yellow});
    rows.push_back(std::move(row));
  }
  return reports::render_table(columns, rows, width, false, coloured);
}

std::string league_json(const league& played) {
  const outage_range range = all_outages(played.per_cell);
  boost::json::array policies;
  for (const league_entry& each : played.entries) {
    boost::json::array curve;
    for (unsigned i = 0; i < range.cells; ++i) {
      const lag_figures& cell = each.all.cells[i];
      curve.push_back(boost::json::object{{"outage", seconds(middle_of(range, i)).value()},
                                          {"lag_p50", number_or_null(seconds(cell.p50))},
                                          {"lag_p99", number_or_null(seconds(cell.p99))},
                                          {"attempts", cell.attempts}});
    }
    policies.push_back(boost::json::object{{"name", each.name},
                                           {"source", each.source},
                                           {"front", each.front},
                                           {"curve", std::move(curve)}});
  }
  const boost::json::object more{
      {"settings",
       boost::json::object{{"outages", played.per_cell * cells}, {"seed", played.seed}}},
      {"policies", std::move(policies)}};
  return to_json("policy", figures_of(played), played.complete, more);
}

}  // namespace hassle::harness::bench
