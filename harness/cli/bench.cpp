#include "harness/bench/figures.hpp"
#include "harness/bench/herd_league.hpp"
#include "harness/bench/league.hpp"
#include "harness/bench/pareto_chart.hpp"
#include "harness/cli/bench_output.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/output_file.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "scenarios/duration.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::cli {

namespace {

using namespace std::chrono_literals;

/// Of restarts and targets.
constexpr net::duration time_max = 24h;

/// Beside the results, which are the same on every machine.
void tell_time(double seconds) { complain(fmt::format("{:.1f} s", seconds)); }

bench::league play(const bench_policy_options& asked) {
  const interrupt_guard interrupt;
  progress shown(asked.common.progress && stderr_is_terminal());
  bench::league played =
      bench::play_league({.per_cell = asked.outages,
                          .seed = asked.common.seed,
                          .interrupted = interrupt.flag(),
                          .on_progress = [&](std::size_t done, std::size_t all) {
                            shown.update(fmt::format("{}/{} policies", done, all));
                          }});
  tell_time(shown.elapsed().count());
  return played;
}

void print_league(const bench::league& played) {
  const bool colour = stdout_wants_colour();
  const unsigned width = stdout_width();
  fmt::print("{}", bench::league_table(played, width, colour));
  if (!played.complete) fmt::print("Interrupted: the others are missing.\n");
  const auto goal = bench::goal_figures(played);
  if (goal.empty()) return;
  fmt::print("\n{}\n{}", bench::to_table(goal, width, colour), bench::goal_text(played));
}

using errors = std::vector<scenario::input_error>;

std::expected<net::duration, errors> read_time(std::string_view option, std::string_view text,
                                               net::duration least) {
  const auto given = scenario::parse_duration(text);
  if (given && *given >= least && *given <= time_max) return *given;
  const std::string why =
      given ? fmt::format("it must be from {} to {}", scenario::format_duration(least),
                          scenario::format_duration(time_max))
            : given.error().message;
  return std::unexpected(
      errors{{std::string(option), {}, fmt::format("'{}': {}", text, why), "such as 60s"}});
}

std::expected<net::duration, errors> read_target(std::string_view text) {
  constexpr std::string_view share = "99%=";
  if (text.starts_with(share)) return read_time("--target", text.substr(share.size()), 1ms);
  return std::unexpected(errors{
      {"--target", {}, fmt::format("'{}' does not begin with 99%=", text), "such as 99%=60s"}});
}

std::expected<bench::herd_options, errors> prepare(const bench_herd_options& asked) {
  bench::herd_options how{.clients = asked.clients,
                          .policies = {},
                          .server = {.capacity = asked.capacity, .backlog = asked.backlog},
                          .seed = asked.common.seed,
                          .target = std::nullopt};
  std::ranges::sort(how.clients);
  how.clients.erase(std::ranges::unique(how.clients).begin(), how.clients.end());
  std::vector<std::string_view> names;
  names.reserve(bench::known_policies().size());
  for (const bench::known_policy& each : bench::known_policies()) {
    names.push_back(each.name);
    if (asked.policies.empty()) how.policies.push_back(&each);
  }
  for (const std::string& name : asked.policies) {
    const bench::known_policy* found = bench::find_policy(name);
    if (found == nullptr) {
      return std::unexpected(errors{{"--policy",
                                     {},
                                     fmt::format("'{}' is not a policy", name),
                                     scenario::names_hint(name, names)}});
    }
    how.policies.push_back(found);
  }
  const auto away = read_time("--away", asked.away, 0ms);
  if (!away) return std::unexpected(away.error());
  how.server.away = *away;
  if (!asked.target) return how;
  const auto target = read_target(*asked.target);
  if (!target) return std::unexpected(target.error());
  how.target = *target;
  return how;
}

}  // namespace

exit_status perform(const bench_herd_options& asked) {
  auto how = prepare(asked);
  if (!how) {
    complain(how.error());
    return exit_status::bad_input;
  }
  if (!is_writable(asked.common)) return exit_status::bad_input;
  const bench::herd_result result = [&] {
    const interrupt_guard interrupt;
    progress shown(asked.common.progress && stderr_is_terminal());
    how->interrupted = interrupt.flag();
    how->on_progress = [&](std::size_t done, std::size_t all) {
      shown.update(fmt::format("{}/{} herds", done, all));
    };
    auto measured = bench::run_herds(*how);
    tell_time(shown.elapsed().count());
    return measured;
  }();
  const bool handed = hand_over(
      asked.common, [&] { return bench::herd_json(result); },
      [&] {
        fmt::print("{}", bench::herd_tables(result, stdout_width(), stdout_wants_colour()));
        if (!result.complete) fmt::print("Interrupted: the others are missing.\n");
      });
  if (!handed) return exit_status::bad_input;
  if (!result.complete) return exit_status::interrupted;
  return !how->target || bench::target_is_met(result) ? exit_status::passed : exit_status::failed;
}

exit_status perform(const bench_policy_options& asked) {
  if (!is_writable(asked.common)) return exit_status::bad_input;
  bench_common chart;
  chart.json = asked.chart;
  if (!is_writable(chart)) return exit_status::bad_input;
  const bench::league played = play(asked);
  if (asked.chart) {
    const auto written = write_file(*asked.chart, bench::pareto_svg(played));
    if (!written) {
      complain(written.error());
      return exit_status::bad_input;
    }
  }
  const bool handed = hand_over(
      asked.common, [&] { return bench::league_json(played); }, [&] { print_league(played); });
  if (!handed) return exit_status::bad_input;
  return played.complete ? exit_status::passed : exit_status::interrupted;
}

}  // namespace hassle::harness::cli
