#include "harness/explore/explorer.hpp"

#include "harness/cli/interrupt.hpp"
#include "harness/cli/output_file.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "harness/explore/fault_table.hpp"
#include "reports/text.hpp"
#include "scenarios/duration.hpp"
#include "scenarios/library.hpp"
#include "scenarios/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hassle::harness::cli {

namespace {

using errors = std::vector<scenario::input_error>;

constexpr std::uint64_t usual_runs = 1'000;
/// The others are told by their seeds: the first few are enough to begin with.
constexpr std::size_t told_in_full = 3;

std::expected<scenario::duration, errors> read_length(std::string_view option,
                                                      const std::string& text,
                                                      scenario::duration least) {
  const auto given = scenario::parse_duration(text);
  if (given && *given >= least) return *given;
  const std::string why =
      given ? "it must be at least " + scenario::format_duration(least) : given.error().message;
  return std::unexpected(
      errors{{std::string(option), {}, fmt::format("'{}': {}", text, why), "such as 10m"}});
}

struct prepared {
  explore::subject whom;
  explore::explorer_options how;
  std::optional<scenario::duration> time;
};

std::expected<prepared, errors> prepare(const explore_options& asked) {
  auto profile = scenario::find_profile(asked.client);
  if (!profile) return std::unexpected(std::move(profile.error()));
  auto whom = explore::subject_of(*profile);
  if (!whom) return std::unexpected(errors{std::move(whom.error())});
  prepared all{.whom = std::move(*whom), .how = {}, .time = {}};
  const auto length = read_length("--length", asked.length, explore::length_least);
  if (!length) return std::unexpected(length.error());
  all.how.rules.length = *length;
  all.how.rules.changes = asked.changes;
  if (errors wrong = explore::find_wrong_changes(all.how.rules); !wrong.empty()) {
    return std::unexpected(std::move(wrong));
  }
  if (asked.time) {
    const auto time = read_length("--for", *asked.time, scenario::duration(1));
    if (!time) return std::unexpected(time.error());
    all.time = *time;
  }
  all.how.first_seed = asked.first_seed;
  all.how.runs =
      asked.runs.value_or(asked.time ? std::numeric_limits<std::size_t>::max() / 2 : usual_runs);
  all.how.jobs = asked.jobs;
  return all;
}

std::string file_of(const scenario::scenario& what) { return what.name + ".toml"; }

void print_finding(const explore_options& asked, const explore::finding& found,
                   const explore::grammar& rules, bool in_full) {
  const scenario::scenario what = explore::random_scenario(found.seed, rules);
  const std::string file = asked.out ? (*asked.out / file_of(what)).string() : file_of(what);
  fmt::print("seed {}\n", found.seed);
  for (const explore::failure& each : found.failures) fmt::print("  {}\n", each.text);
  fmt::print("  hassle run {} --client {} --seeds 1 --seed {}\n", file, asked.client, found.seed);
  fmt::print("  hassle shrink {} --client {} --seed {}\n", file, asked.client, found.seed);
  if (!asked.out && in_full) {
    fmt::print("--- {}\n{}---\n", file, scenario::write_scenario(what));
  }
}

/// False after complaining.
bool keep_scenarios(const explore_options& asked, const explore::exploration& all,
                    const explore::grammar& rules) {
  if (!asked.out) return true;
  for (const explore::finding& each : all.findings) {
    const scenario::scenario what = explore::random_scenario(each.seed, rules);
    const auto written = write_file(*asked.out / file_of(what), scenario::write_scenario(what));
    if (!written) {
      complain(written.error());
      return false;
    }
  }
  return true;
}

/// A kind of fault that never hits anything is a hole in the grammar.
void print_coverage(const explore::exploration& all) {
  std::string idle;
  std::size_t hitting = 0;
  for (const explore::fault_row& each : explore::fault_table()) {
    const auto found = all.coverage.find(each.kind);
    if (found != all.coverage.end() && found->second.hit > 0) {
      ++hitting;
    } else if (each.weight > 0) {
      idle += fmt::format("{}{}", idle.empty() ? "" : ", ", each.kind);
    }
  }
  fmt::print("{} of faults hit something{}{}\n", reports::counted(hitting, "kind"),
             idle.empty() ? "" : "; these did not: ", idle);
}

void print_summary(const explore::exploration& all, const explore_options& asked, double seconds) {
  std::map<std::string, std::size_t> by_name;
  for (const explore::finding& each : all.findings) {
    for (const explore::failure& failed : each.failures) ++by_name[failed.name];
  }
  fmt::print("{} of {} with {}, seeds from {}: {} failed\n", reports::counted(all.runs, "run"),
             asked.length, asked.client, asked.first_seed, all.findings.size());
  for (const auto& [name, count] : by_name) fmt::print("  {}: {}\n", name, count);
  if (all.findings.size() >= explore::findings_max) {
    fmt::print("  and there it was given up\n");
  }
  print_coverage(all);
  fmt::print("digest {:016x}\n", all.digest);
  // Beside the results, which are the same on every machine.
  if (seconds > 0) {
    complain(
        fmt::format("{:.1f} s, {:.0f} runs/s", seconds, static_cast<double>(all.runs) / seconds));
  }
}

bool is_bug(const explore::finding& found) {
  return std::ranges::any_of(found.failures,
                             [](const explore::failure& each) { return each.name == "bug"; });
}

exit_status status_of(const explore::exploration& all) {
  if (std::ranges::any_of(all.findings, is_bug)) return exit_status::our_bug;
  if (!all.findings.empty()) return exit_status::failed;
  if (all.interrupted) return exit_status::interrupted;
  return all.runs == 0 ? exit_status::inconclusive : exit_status::passed;
}

}  // namespace

exit_status perform(const explore_options& asked) {
  auto all = prepare(asked);
  if (!all) {
    complain(all.error());
    return exit_status::bad_input;
  }
  if (asked.out) {
    if (auto ready = ready_directory(*asked.out); !ready) {
      complain(ready.error());
      return exit_status::bad_input;
    }
  }
  const interrupt_guard interrupt;
  double seconds = 0;
  const explore::exploration result = [&] {
    progress shown(asked.progress && stderr_is_terminal());
    all->how.interrupted = interrupt.flag();
    if (all->time) all->how.time_is_up = [&] { return shown.elapsed() >= *all->time; };
    all->how.on_progress = [&](std::size_t done, std::size_t failed) {
      shown.update(fmt::format("{} runs, {} failed, {:.0f} runs/s", done, failed,
                               static_cast<double>(done) / shown.elapsed().count()));
    };
    auto explored = explore::explore_seeds(all->whom, all->how);
    seconds = shown.elapsed().count();
    return explored;
  }();
  for (std::size_t i = 0; i < result.findings.size(); ++i) {
    print_finding(asked, result.findings[i], all->how.rules, i < told_in_full);
  }
  print_summary(result, asked, seconds);
  if (!keep_scenarios(asked, result, all->how.rules)) return exit_status::bad_input;
  return status_of(result);
}

}  // namespace hassle::harness::cli
