#include "harness/bench/bench_file.hpp"
#include "reports/console_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace hassle::harness::bench {

namespace {

const figure* find(const bench_file& in, std::string_view name) {
  const auto found = std::ranges::find(in.rows, name, &figure::name);
  return found == in.rows.end() ? nullptr : &*found;
}

bench_change judge(const row_comparison& row, std::optional<bool> more, double noise) {
  if (!row.now) return row.before ? bench_change::gone : bench_change::same;
  if (!row.before) return bench_change::added;
  const double difference = *row.now - *row.before;
  if (std::abs(difference) <= noise * std::abs(*row.before)) return bench_change::same;
  if (!more) return bench_change::different;
  return (difference > 0) == *more ? bench_change::better : bench_change::worse;
}

reports::colour ink_of(bench_change change) {
  if (change == bench_change::better) return reports::colour::green;
  if (change == bench_change::worse || change == bench_change::gone) return reports::colour::red;
  return reports::colour::none;
}

/// A row that people want to see first.
struct headline {
  std::string_view bench;
  std::string_view row;
  std::string_view words;
  std::string_view beside;  ///< What its baseline is.
};

constexpr std::string_view raw = "plain Beast";
constexpr std::array<headline, 23> headlines = {{
    {"reconnect", "plain.production.reconnect_p50", "killed connection → answer, TCP", raw},
    {"reconnect", "plain.official.reconnect_p50", "the same, the official client", raw},
    {"reconnect", "plain.production.cold_p50", "connect, login, answer, TCP", raw},
    {"reconnect", "plain.official.cold_p50", "the same, the official client", raw},
    {"reconnect", "tls.production.reconnect_p50", "killed connection → answer, TLS", raw},
    {"reconnect", "reset_after_login.production.attempts", "attempts, reset after the login",
     "goal"},
    {"reconnect", "reset_after_login.official.attempts", "the same, the official client", "goal"},
    {"policy", "ours.short_lag_p50", "lag after outages of 0.5–12 s", "official client"},
    {"policy", "ours.short_attempts", "attempts for one of them", "official client"},
    {"herd", "ours.100000.back_99", "99 % of 100,000 are back", "the door alone"},
    {"simulation", "silent_drop.detect_max", "a silent drop is noticed", "goal"},
    {"simulation", "stalls_of_2s.false_alarms", "false alarms, stalls of 2 s", ""},
    {"simulation", "events", "simulation: events", ""},
    {"simulation", "round_trips.production", "simulation: round trips", "naive"},
    {"simulation", "memory.10000", "simulation: connection", "of 100"},
    {"simulation", "hours.24", "simulation: an hour of 24", "of 1"},
    {"mockha", "ping.mockha", "mockha: ping", raw},
    {"mockha", "call_service.mockha", "mockha: call_service", raw},
    {"mockha", "call_service.node", "a mock in Node", raw},
    {"mockha", "call_service.aiohttp", "a mock in aiohttp", raw},
    {"relay", "round_trip_p50", "relay: round trip", "direct"},
    {"relay", "added_p50", "relay: added to it", "bare loop"},
    {"relay", "throughput", "relay: throughput", "direct"},
}};

std::string place_of(const bench_file& file) {
  return fmt::format("{}, {} cores, {}, {}", file.cpu, file.cores, file.kernel, file.compiler);
}

}  // namespace

std::string_view name_of(bench_change change) noexcept {
  constexpr std::array<std::string_view, 6> names = {"better",    "worse", "same",
                                                     "different", "gone",  "new"};
  return names[static_cast<std::size_t>(change)];
}

std::optional<double> row_comparison::factor() const {
  if (!before || !now || *before == 0) return std::nullopt;
  return *now / *before;
}

std::vector<row_comparison> compare_benches(const bench_file& before, const bench_file& now,
                                            double noise) {
  std::vector<row_comparison> all;
  all.reserve(before.rows.size());
  for (const figure& old : before.rows) {
    const figure* fresh = find(now, old.name);
    row_comparison row{.name = old.name, .unit = old.unit, .before = old.value, .now = {}};
    if (fresh != nullptr && old.ratio() && fresh->ratio()) {
      row.of_ratios = true;
      row.before = old.ratio();
      row.now = fresh->ratio();
    } else if (fresh != nullptr) {
      row.now = fresh->value;
    }
    row.change = judge(row, more_is_better(before.bench, old), noise);
    if (fresh == nullptr) row.change = bench_change::gone;
    all.push_back(std::move(row));
  }
  for (const figure& fresh : now.rows) {
    if (find(before, fresh.name) != nullptr) continue;
    all.push_back({.name = fresh.name,
                   .unit = fresh.unit,
                   .before = {},
                   .now = fresh.value,
                   .change = bench_change::added});
  }
  return all;
}

std::string comparison_table(std::span<const row_comparison> rows, bool all, std::size_t width,
                             bool coloured) {
  const std::vector<reports::table_column> columns = {
      {.head = "name", .right = false}, {.head = "before"}, {.head = "now"},
      {.head = "unit", .right = false}, {.head = "factor"}, {.head = "", .right = false}};
  std::vector<std::vector<reports::table_cell>> cells;
  for (const row_comparison& each : rows) {
    if (!all && each.change == bench_change::same) continue;
    const auto factor = each.factor();
    cells.push_back({{.text = each.name},
                     {.text = each.before ? short_number(each.before) : ""},
                     {.text = each.now ? short_number(each.now) : ""},
                     {.text = each.of_ratios ? "× baseline" : each.unit},
                     {.text = factor ? fmt::format("{:.2f}", *factor) : ""},
                     {.text = std::string(name_of(each.change)), .ink = ink_of(each.change)}});
  }
  if (cells.empty()) return "";
  return reports::render_table(columns, cells, width, false, coloured);
}

std::string summary_markdown(std::span<const bench_file> files) {
  std::string text = "| | | beside | ratio |\n|---|---:|---:|---:|\n";
  for (const headline& each : headlines) {
    for (const bench_file& file : files) {
      if (file.bench != each.bench) continue;
      const figure* row = find(file, each.row);
      if (row == nullptr) continue;
      const auto ratio = row->ratio();
      const std::string beside =
          row->baseline ? fmt::format("{} {}", each.beside, short_number(row->baseline)) : "";
      text += fmt::format("| {} | {} {} | {} | {} |\n", each.words, short_number(row->value),
                          row->unit, beside, ratio ? fmt::format("{:.2f}", *ratio) : "");
    }
  }
  std::string last;
  for (const bench_file& file : files) {
    const std::string here = fmt::format("{}: {}", file.date, place_of(file));
    if (here == last) continue;
    text += fmt::format("\nMeasured on {}.\n", here);
    last = here;
  }
  return text;
}

}  // namespace hassle::harness::bench
