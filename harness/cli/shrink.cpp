#include "harness/explore/shrinker.hpp"

#include "harness/cli/interrupt.hpp"
#include "harness/cli/output_file.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "harness/scenario_check.hpp"
#include "reports/text.hpp"
#include "scenarios/library.hpp"
#include "scenarios/schema.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hassle::harness::cli {

namespace {

std::string command_line(const shrink_options& asked) {
  return fmt::format("hassle run {} --client {} --seeds 1 --seed {}",
                     asked.out.value_or("FILE.toml"), asked.client, asked.seed);
}

std::string file_text(const shrink_options& asked, const explore::shrunk& small) {
  return fmt::format("# What is left of {} with seed {}: {}.\n# {}\n{}", asked.scenario, asked.seed,
                     small.kept.text, command_line(asked), scenario::write_scenario(small.what));
}

/// False after complaining.
bool tell(const shrink_options& asked, const explore::shrunk& small) {
  const std::string text = file_text(asked, small);
  if (asked.out) {
    if (auto written = write_file(*asked.out, text); !written) {
      complain(written.error());
      return false;
    }
    fmt::print("{}: {} and {}\n{}\n", *asked.out,
               reports::counted(explore::occurrences_of(small.what), "fault"),
               reports::counted(small.what.load.commands->size(), "command"), small.kept.text);
    fmt::print("{}\n", command_line(asked));
  } else {
    fmt::print("{}", text);
  }
  complain(fmt::format("{}{}", reports::counted(small.runs, "run"),
                       small.complete ? "" : ", and it might be smaller still"));
  return true;
}

}  // namespace

exit_status perform(const shrink_options& asked) {
  auto found = scenario::find_scenario(asked.scenario, {.changes = asked.changes, .find_base = {}});
  if (!found) {
    complain(found.error());
    return exit_status::bad_input;
  }
  auto profile = scenario::find_profile(asked.client);
  if (!profile) {
    complain(profile.error());
    return exit_status::bad_input;
  }
  auto whom = explore::subject_of(*profile);
  std::optional<scenario::input_error> wrong = find_scenario_error(*found);
  if (!whom) wrong = whom.error();
  if (wrong) {
    complain(std::vector{*wrong});
    return exit_status::bad_input;
  }
  const interrupt_guard interrupt;
  auto small = [&] {
    progress shown(asked.progress && stderr_is_terminal());
    return explore::shrink_run(
        *whom, *found,
        {.seed = asked.seed,
         .failure = asked.failure.value_or(""),
         .runs_max = asked.runs.value_or(explore::shrink_runs_max),
         .interrupted = interrupt.flag(),
         .on_progress = [&](std::size_t runs, std::size_t faults, std::size_t commands) {
           shown.update(
               fmt::format("{} runs: {} faults and {} commands are left", runs, faults, commands));
         }});
  }();
  if (!small) {
    complain(small.error());
    return exit_status::inconclusive;
  }
  if (!tell(asked, *small)) return exit_status::bad_input;
  return *interrupt.flag() ? exit_status::interrupted : exit_status::passed;
}

}  // namespace hassle::harness::cli
