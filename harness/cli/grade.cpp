#include "harness/cli/client_command.hpp"
#include "harness/cli/input_file.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/output_file.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/real_world.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "harness/grade/grading.hpp"
#include "harness/grade/matrix.hpp"
#include "harness/runner.hpp"
#include "harness/version.hpp"
#include "reports/checks.hpp"
#include "reports/measurement_file.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness::cli {

namespace {

using errors = std::vector<scenario::input_error>;

/// Whose expectations are the checklist.
constexpr std::string_view best_client = "production";
/// Enough to see what went wrong.
constexpr std::size_t events_max = 12;

std::vector<reports::expectation> expectations_of(const scenario::scenario& what,
                                                  std::string_view client) {
  std::vector<reports::expectation> all;
  for (const scenario::expectation& each : what.expectations) {
    if (each.client != client) continue;
    all.push_back({.figure = each.figure, .min = each.min, .max = each.max, .why = each.why});
  }
  return all;
}

/// Everything that was asked for, found and valid.
struct prepared_grade {
  std::vector<suite_scenario> scenarios;
  std::vector<scenario::client_profile> clients;
  scenario::client_profile best;
};

std::expected<std::vector<suite_scenario>, errors> find_scenarios(const grade_options& asked) {
  const scenario::parse_options changed{.changes = asked.changes, .find_base = {}};
  if (asked.scenarios.empty()) {
    suite_filter filter = asked.filter;
    if (filter.empty()) filter.tags = {"ci"};
    auto all = find_suite(filter, changed);
    if (!all) return all;
    std::erase_if(*all,
                  [](const auto& each) { return each.wanted != reports::wanted_verdict::passed; });
    return all;
  }
  std::vector<suite_scenario> all;
  all.reserve(asked.scenarios.size());
  for (const std::string& name : asked.scenarios) {
    auto found = scenario::find_scenario(name, changed);
    if (!found) return std::unexpected(std::move(found.error()));
    const std::string file = found->file;
    suite_scenario& added = all.emplace_back(described(*std::move(found), file));
    added.path = added.what.file;
  }
  std::ranges::stable_sort(all, {}, &suite_scenario::group);
  return all;
}

std::expected<prepared_grade, errors> prepare(const grade_options& asked) {
  prepared_grade all;
  auto scenarios = find_scenarios(asked);
  if (!scenarios) return std::unexpected(std::move(scenarios.error()));
  all.scenarios = *std::move(scenarios);
  for (const std::string& name : asked.clients) {
    auto client = scenario::find_profile(name);
    if (!client) return std::unexpected(std::move(client.error()));
    all.clients.push_back(*std::move(client));
  }
  auto best = scenario::find_profile(best_client);
  if (!best) return std::unexpected(std::move(best.error()));
  all.best = *std::move(best);
  return all;
}

/// A client of a file: what was measured of it elsewhere, or in another world.
struct measured_client {
  std::string name;
  std::string world;
  std::size_t file = 0;  ///< Index into the reports.
};

/// What 'run --report measurement=FILE' has measured, for further columns.
struct measured_files {
  std::vector<reports::report> reports;
  std::vector<measured_client> clients;
};

/// Nothing after complaining.
std::optional<measured_files> read_measured(const std::vector<std::string>& files) {
  measured_files all;
  all.reports.reserve(files.size());
  for (const std::string& file : files) {
    const auto text = read_file(file);
    if (!text) {
      complain(text.error());
      return std::nullopt;
    }
    auto read = reports::read_measurement(*text, file, version);
    if (!read) {
      complain(read.error());
      return std::nullopt;
    }
    for (const reports::cell& each : read->cells) {
      const bool known = std::ranges::any_of(all.clients, [&](const measured_client& one) {
        return one.name == each.client && one.world == each.world && one.file == all.reports.size();
      });
      if (known) continue;
      all.clients.push_back({.name = each.client, .world = each.world, .file = all.reports.size()});
    }
    all.reports.push_back(reports::make_report(*std::move(read)));
  }
  return all;
}

/// The cell of a file as a cell of the checklist.
grade::matrix_cell graded(const reports::report& of, const measured_client& client,
                          const suite_scenario& scenario, const prepared_grade& all) {
  grade::matrix_cell made;
  const auto& cells = of.of.cells;
  const auto found = std::ranges::find_if(cells, [&](const reports::cell& each) {
    return each.scenario == scenario.what.name && each.client == client.name &&
           each.world == client.world;
  });
  if (found == cells.end() || found->runs.empty()) return made;
  reports::cell judged = *found;
  judged.layers = all.best.layers;
  judged.expectations = expectations_of(scenario.what, all.best.name);
  made.done = true;
  made.given = grade::judge(judged);
  if (made.given.findings.empty()) return made;
  const auto index = static_cast<std::size_t>(found - cells.begin());
  if (const reports::kept_run* kept = of.kept_of(of.runs[index])) {
    made.events = grade::first_events(*kept, events_max);
  }
  const auto check = std::ranges::find(of.checks, index, &reports::check::cell);
  if (check != of.checks.end()) made.reproduce = check->again;
  return made;
}

/// Row by row of the matrix.
std::vector<entry> entries_of(const prepared_grade& all, std::uint32_t seeds) {
  std::vector<entry> entries;
  entries.reserve(all.scenarios.size() * all.clients.size());
  for (const suite_scenario& each : all.scenarios) {
    for (const scenario::client_profile& client : all.clients) {
      entries.push_back(
          {.what = &each.what, .client = client, .seeds = seeds, .judged_as = &all.best});
    }
  }
  return entries;
}

std::vector<std::string> reproduction(const grade_options& asked, const reports::kept_run& run,
                                      const std::string& scenario, const std::string& client) {
  const std::string seed = std::to_string(run.context.seed);
  std::vector<std::string> words = {"hassle", "run",     scenario, "--client",  client,    "--seed",
                                    seed,     "--seeds", "1",      "--journal", "journals"};
  for (const std::string& each : asked.changes) {
    words.emplace_back("--set");
    words.push_back(each);
  }
  const std::vector<std::string> explain = {"hassle", "explain",
                                            "journals/" + journal_name(run.context)};
  return {reports::shell_line(words), reports::shell_line(explain)};
}

grade::matrix empty_matrix(const prepared_grade& all, const measured_files& measured) {
  grade::matrix made{.tool_version = std::string(version), .clients = {}, .worlds = {}};
  for (const scenario::client_profile& each : all.clients) {
    made.clients.push_back(each.name);
    made.worlds.emplace_back("simulated");
  }
  for (const measured_client& each : measured.clients) {
    made.clients.push_back(each.name);
    made.worlds.push_back(each.world);
  }
  for (const suite_scenario& each : all.scenarios) {
    made.items.push_back({.number = {},
                          .group = each.group,
                          .scenario = each.what.name,
                          .title = each.what.title,
                          .severity = each.severity});
  }
  grade::number(made.items);
  made.cells.resize(made.items.size() * made.clients.size());
  return made;
}

grade::matrix matrix_of(const grade_options& asked, const prepared_grade& all,
                        const measured_files& measured, const batch_result& ran) {
  grade::matrix made = empty_matrix(all, measured);
  made.interrupted = ran.interrupted;
  auto kept = ran.kept.begin();
  for (std::size_t i = 0; i < ran.cells.size(); ++i) {
    const reports::cell& cell = ran.cells[i];
    if (cell.runs.empty()) continue;  // Interrupted before.
    const std::size_t row = i / all.clients.size();
    const std::size_t column = i % all.clients.size();
    grade::matrix_cell& into = made.cells[row * made.clients.size() + column];
    into.done = true;
    into.given = grade::judge(cell);
    const bool has_run = kept != ran.kept.end() && kept->context.scenario == cell.scenario &&
                         kept->context.client == cell.client;
    if (!has_run) continue;
    if (!into.given.findings.empty()) {
      const scenario::scenario& what = all.scenarios[row].what;
      const std::string& named = what.file.starts_with(suite_folder) ? what.name : what.file;
      into.events = grade::first_events(*kept, events_max);
      into.reproduce = reproduction(asked, *kept, named, asked.clients[column]);
    }
    ++kept;
  }
  for (std::size_t row = 0; row < all.scenarios.size(); ++row) {
    for (std::size_t i = 0; i < measured.clients.size(); ++i) {
      const measured_client& client = measured.clients[i];
      made.cells[row * made.clients.size() + all.clients.size() + i] =
          graded(measured.reports[client.file], client, all.scenarios[row], all);
    }
  }
  return made;
}

/// Runs the clients from outside through the scenarios that they can have, as further columns.
/// Nothing after complaining.
std::expected<batch_result, exit_status> run_outside(const grade_options& asked,
                                                     const prepared_grade& all,
                                                     const std::vector<client_command>& commands) {
  run_options as;
  as.real = real_options{.time_scale = asked.time_scale};
  as.commands = commands;
  if (const auto why = too_slow_for(as)) {
    complain(*why);
    return std::unexpected(exit_status::inconclusive);
  }
  std::vector<entry> entries;
  errors left_out;
  for (const suite_scenario& each : all.scenarios) {
    if (auto why = impossible(as, each.what)) {
      left_out.push_back(*std::move(why));
      continue;
    }
    for (const client_command& client : commands) {
      entries.push_back({.what = &each.what,
                         .client = profile_of(client),
                         .seeds = asked.seeds,
                         .judged_as = &all.best});
    }
  }
  say_left_out(left_out);
  const interrupt_guard interrupt;
  const real_runs real(as);
  progress shown(asked.progress && stderr_is_terminal());
  auto result = run_batch(
      entries, {.first_seed = asked.first_seed,
                .where = &real.world(),
                .jobs = asked.jobs,
                .journals = {},
                .keep_runs = true,
                .interrupted = interrupt.flag(),
                .on_progress = [&](std::size_t done, std::size_t of) { shown.update(done, of); }});
  if (result) {
    say_faults(result->client_faults);
    return *std::move(result);
  }
  complain(std::vector{result.error()});
  return std::unexpected(exit_status::bad_input);
}

void add_columns(measured_files& to, const grade_options& asked, const prepared_grade& all,
                 const std::vector<client_command>& commands, batch_result ran) {
  reports::measurement of{.tool_version = std::string(version)};
  for (const suite_scenario& each : all.scenarios) of.scenarios.push_back(info_of(each));
  of.cells = std::move(ran.cells);
  of.kept = std::move(ran.kept);
  of.interrupted = ran.interrupted;
  for (const std::string& each : asked.changes) {
    of.again.arguments.insert(of.again.arguments.end(), {"--set", each});
  }
  for (const client_command& each : commands) {
    to.clients.push_back({.name = each.name, .world = "real", .file = to.reports.size()});
    of.again.client_commands[each.name] = {"--client-cmd", text_of(each),
                                           "--world",      "real",
                                           "--time-scale", fmt::format("{}", asked.time_scale)};
  }
  to.reports.push_back(reports::make_report(std::move(of)));
}

bool outputs_are_writable(const grade_options& asked) {
  for (const auto& each : {asked.html, asked.json}) {
    if (!each || *each == "-") continue;
    const auto ready = ready_file(*each);
    if (ready) continue;
    complain(ready.error());
    return false;
  }
  return true;
}

/// False after complaining.
bool write(const grade_options& asked, const grade::matrix& made) {
  bool stdout_taken = false;
  const auto put = [&](const std::optional<std::string>& path, const std::string& text) {
    if (!path) return true;
    if (*path == "-") {
      stdout_taken = true;
      fmt::print("{}", text);
      return true;
    }
    const auto written = write_file(*path, text);
    if (!written) complain(written.error());
    return written.has_value();
  };
  if (!put(asked.html, grade::matrix_html(made))) return false;
  if (!put(asked.json, grade::matrix_json(made))) return false;
  if (stdout_taken) return true;
  fmt::print("{}", grade::matrix_text(made, stdout_width(), stdout_wants_colour()));
  if (made.interrupted) fmt::print("Interrupted: the others are missing.\n");
  return true;
}

}  // namespace

exit_status perform(const grade_options& asked) {
  const auto all = prepare(asked);
  if (!all) {
    complain(all.error());
    return exit_status::bad_input;
  }
  auto measured = read_measured(asked.measured);
  if (!measured || !outputs_are_writable(asked)) return exit_status::bad_input;
  const auto met = meet(asked.commands, asked.time_scale);
  if (!met) return met.error();
  auto result = [&] {
    const interrupt_guard interrupt;
    progress shown(asked.progress && stderr_is_terminal());
    return run_batch(
        entries_of(*all, asked.seeds),
        {.first_seed = asked.first_seed,
         .jobs = asked.jobs,
         .journals = {},
         .keep_runs = true,
         .interrupted = interrupt.flag(),
         .on_progress = [&](std::size_t done, std::size_t of) { shown.update(done, of); }});
  }();
  if (!result) {
    complain(std::vector{result.error()});
    return exit_status::bad_input;
  }
  std::optional<std::string> bug = result->bug;
  if (!met->empty() && !result->interrupted && !bug) {
    auto ran = run_outside(asked, *all, *met);
    if (!ran) return ran.error();
    bug = ran->bug;
    result->interrupted = ran->interrupted;
    add_columns(*measured, asked, *all, *met, *std::move(ran));
  }
  const bool written = write(asked, matrix_of(asked, *all, *measured, *result));
  if (bug) {
    complain("this is a bug of hassle: " + *bug);
    return exit_status::our_bug;
  }
  if (!written) return exit_status::bad_input;
  return result->interrupted ? exit_status::interrupted : exit_status::passed;
}

}  // namespace hassle::harness::cli
