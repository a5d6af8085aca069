#include "harness/bench/herd_league.hpp"

#include "reports/console_table.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

namespace hassle::harness::bench {

namespace {

using namespace std::chrono_literals;
using net::duration;

constexpr std::array<duration, 5> caps = {5s, 10s, 20s, 30s, 60s};
constexpr std::array<duration, 10> spreads = {0s, 500ms, 1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s};
constexpr unsigned seeds_of_tuning = 3;

double seconds(duration d) { return std::chrono::duration<double>(d).count(); }

std::optional<double> seconds(std::optional<duration> d) {
  return d ? std::optional(seconds(*d)) : std::nullopt;
}

stampede_options options_of(const herd_options& how, std::uint32_t clients) {
  return {
      .clients = clients, .server = how.server, .seed = how.seed, .interrupted = how.interrupted};
}

enum class met : std::uint8_t { no, yes, interrupted };

met meets(duration cap, duration spread, const herd_options& how, std::uint32_t clients) {
  const auto policy = our_schedule({.backoff_cap = cap}, {.restart_spread = spread});
  stampede_options run = options_of(how, clients);
  run.give_up = *how.target;
  for (unsigned i = 0; i < seeds_of_tuning; ++i) {
    run.seed = how.seed + i;
    const auto end = stampede(policy, run);
    if (!end) return met::interrupted;
    if (!end->back_99 || *end->back_99 > *how.target) return met::no;
  }
  return met::yes;
}

/// False if interrupted.
bool tune(herd_result& into, std::uint32_t clients) {
  const herd_options& how = into.asked;
  for (const duration cap : caps) {
    herd_tuning one{.clients = clients, .cap = cap, .spread = std::nullopt};
    // No policy is faster than the door.
    const bool possible = least_back_99(options_of(how, clients)) <= *how.target;
    for (const duration spread : std::span(spreads).first(possible ? spreads.size() : 0)) {
      const met answer = meets(cap, spread, how, clients);
      if (answer == met::interrupted) return false;
      if (answer == met::no) continue;
      one.spread = spread;
      break;
    }
    into.tunings.push_back(one);
  }
  return true;
}

/// False if interrupted.
bool race(herd_result& into, std::uint32_t clients) {
  const herd_options& how = into.asked;
  const std::size_t begin = into.entries.size();
  const std::size_t all = how.clients.size() * how.policies.size();
  for (const known_policy* each : how.policies) {
    const auto end = stampede(each->schedule, options_of(how, clients));
    if (!end) return false;
    into.entries.push_back({.clients = clients, .policy = each, .figures = *end});
    if (how.on_progress) how.on_progress(into.entries.size(), all);
  }
  std::ranges::stable_sort(std::span(into.entries).subspan(begin), {}, [](const herd_entry& each) {
    return each.figures.back_99.value_or(duration::max());
  });
  return true;
}

/// How many times as long as half of the clients somebody waits.
std::optional<double> unfairness(const stampede_figures& of) {
  if (of.wait_p50 == duration::zero()) return std::nullopt;
  return seconds(of.wait_p99) / seconds(of.wait_p50);
}

std::string table_of(const herd_result& of, std::uint32_t clients, std::size_t width,
                     bool coloured) {
  const std::vector<reports::table_column> columns = {{.head = "policy", .right = false},
                                                      {.head = "99 % back"},
                                                      {.head = "x least"},
                                                      {.head = "peak/s"},
                                                      {.head = "wait p50"},
                                                      {.head = "p99"},
                                                      {.head = "Jain"},
                                                      {.head = "tries each"},
                                                      {.head = "refused", .essential = false},
                                                      {.head = "dropped", .essential = false},
                                                      {.head = "late", .essential = false}};
  const double least = seconds(least_back_99(options_of(of.asked, clients)));
  std::vector<std::vector<reports::table_cell>> rows;
  for (const herd_entry& each : of.entries) {
    if (each.clients != clients) continue;
    const stampede_figures& got = each.figures;
    const auto ink =
        each.policy->name == our_policy ? reports::colour::bold : reports::colour::none;
    rows.push_back({{std::string(each.policy->name), ink},
                    {got.back_99 ? reports::human_duration(*got.back_99) : "never", ink},
                    {got.back_99 ? fmt::format("{:.2f}", seconds(*got.back_99) / least) : "", ink},
                    {reports::grouped(got.peak), ink},
                    {reports::human_duration(got.wait_p50), ink},
                    {reports::human_duration(got.wait_p99), ink},
                    {fmt::format("{:.2f}", got.jain), ink},
                    {fmt::format("{:.1f}", static_cast<double>(got.attempts) / clients), ink},
                    {reports::grouped(got.refused), ink},
                    {reports::grouped(got.dropped), ink},
                    {reports::grouped(got.late), ink}});
  }
  return reports::render_table(columns, rows, width, false, coloured);
}

std::string spread_text(duration spread) {
  return spread == duration::zero() ? "no spread of its own"
                                    : "a spread of " + reports::human_duration(spread);
}

std::string tuning_text(const herd_result& of, std::uint32_t clients) {
  const herd_tuning* least = nullptr;
  for (const herd_tuning& each : of.tunings) {
    if (each.clients != clients || !each.spread) continue;
    if (least == nullptr || *each.spread < *least->spread) least = &each;
  }
  const std::string goal = fmt::format("99 % of {} back within {}", reports::grouped(clients),
                                       reports::human_duration(*of.asked.target));
  const duration bound = least_back_99(options_of(of.asked, clients));
  if (bound > *of.asked.target) {
    return fmt::format("{}: impossible, the door needs {}\n", goal, reports::human_duration(bound));
  }
  if (least == nullptr) return fmt::format("{}: nothing that was tried meets it\n", goal);
  std::string text = fmt::format("{}: {} with a cap of {} is the least\n", goal,
                                 spread_text(*least->spread), reports::human_duration(least->cap));
  for (const herd_tuning& each : of.tunings) {
    if (each.clients != clients) continue;
    text += fmt::format("  cap {:>6}: {}\n", reports::human_duration(each.cap),
                        each.spread ? spread_text(*each.spread) : "nothing that was tried");
  }
  return text;
}

bool was_tuned(const herd_result& of, std::uint32_t clients) {
  return std::ranges::count(of.tunings, clients, &herd_tuning::clients) ==
         static_cast<std::ptrdiff_t>(caps.size());
}

}  // namespace

herd_result run_herds(const herd_options& how) {
  herd_result result{.asked = how, .entries = {}, .tunings = {}};
  result.entries.reserve(how.clients.size() * how.policies.size());
  for (const std::uint32_t clients : how.clients) {
    result.complete = race(result, clients) && (!how.target || tune(result, clients));
    if (!result.complete) break;
  }
  return result;
}

bool target_is_met(const herd_result& of) {
  return std::ranges::all_of(of.asked.clients, [&](std::uint32_t clients) {
    return std::ranges::any_of(of.tunings, [&](const herd_tuning& each) {
      return each.clients == clients && each.spread;
    });
  });
}

std::vector<figure> figures_of(const herd_result& of) {
  std::vector<figure> rows;
  for (const herd_entry& each : of.entries) {
    const stampede_figures& got = each.figures;
    const double least = seconds(least_back_99(options_of(of.asked, each.clients)));
    const auto add = [&](std::string_view name, std::optional<double> value, std::string_view unit,
                         std::optional<double> baseline = std::nullopt) {
      rows.push_back({.name = fmt::format("{}.{}.{}", each.policy->name, each.clients, name),
                      .value = value,
                      .unit = std::string(unit),
                      .baseline = baseline});
    };
    const auto number = [](std::uint64_t n) { return static_cast<double>(n); };
    add("back_99", seconds(got.back_99), "s", least);
    add("peak", number(got.peak), "1/s", of.asked.server.capacity);
    add("back", got.back, "", number(each.clients));
    add("wait_p50", seconds(got.wait_p50), "s");
    add("wait_p99", seconds(got.wait_p99), "s");
    add("wait_p99_by_p50", unfairness(got), "");
    add("jain", got.jain, "");
    add("attempts", number(got.attempts), "", number(each.clients));
    add("refused", number(got.refused), "");
    add("dropped", number(got.dropped), "");
    add("late", number(got.late), "");
  }
  for (const herd_tuning& each : of.tunings) {
    rows.push_back({.name = fmt::format("{}.{}.least_spread_with_cap_{:.0f}s", our_policy,
                                        each.clients, seconds(each.cap)),
                    .value = seconds(each.spread),
                    .unit = "s"});
  }
  return rows;
}

std::string herd_tables(const herd_result& of, std::size_t width, bool coloured) {
  std::string text;
  for (const std::uint32_t clients : of.asked.clients) {
    if (std::ranges::find(of.entries, clients, &herd_entry::clients) == of.entries.end()) break;
    text += fmt::format("{}{} back to {:.0f} handshakes/s after {}: {} at least\n",
                        text.empty() ? "" : "\n", reports::counted(clients, "client"),
                        of.asked.server.capacity, reports::human_duration(of.asked.server.away),
                        reports::human_duration(least_back_99(options_of(of.asked, clients))));
    text += table_of(of, clients, width, coloured);
    if (was_tuned(of, clients)) text += tuning_text(of, clients);
  }
  return text;
}

std::string herd_json(const herd_result& of) {
  const stampede_options usual = options_of(of.asked, 1);
  boost::json::object settings{{"away", seconds(of.asked.server.away)},
                               {"capacity", of.asked.server.capacity},
                               {"backlog", of.asked.server.backlog},
                               {"attempt_limit", seconds(usual.attempt_limit)},
                               {"notice_spread", seconds(usual.notice_spread)},
                               {"seed", of.asked.seed}};
  if (of.asked.target) settings.emplace("target_back_99", seconds(*of.asked.target));
  boost::json::array policies;
  for (const known_policy* each : of.asked.policies) {
    policies.push_back(boost::json::object{{"name", each->name}, {"source", each->source}});
  }
  return to_json("herd", figures_of(of), of.complete,
                 {{"settings", std::move(settings)}, {"policies", std::move(policies)}});
}

}  // namespace hassle::harness::bench
