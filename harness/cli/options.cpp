#include "harness/cli/options.hpp"

#include "harness/version.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <thread>
#include <utility>

namespace hassle::harness::cli {

namespace {

constexpr std::string_view footer = R"(Exit status:
  0 passed   1 failed   2 bad input   3 inconclusive   4 a bug of hassle   130 interrupted
)";

constexpr std::string_view run_footer = R"(Examples:
  hassle run lee-day --ladder                     what each reliability layer buys, on the same days
  hassle run lee-day --leave-one-out --seeds 50   what production loses without each layer
  hassle run ha-restart --client naive,pool       two clients through a restart of Home Assistant
  hassle run ./mine.toml --report json=r.json     a scenario of your own, with figures for a program
  hassle run ha-restart --seed 7 --seeds 1 --journal out   one run, kept for 'hassle explain'

Journals are named SCENARIO.CLIENT.SEED.jsonl.
)";

constexpr std::string_view explain_footer = R"(Examples:
  hassle run ha-restart --client naive --seeds 1 --journal out
  hassle explain out/ha-restart.naive.1.jsonl                which commands failed
  hassle explain out/ha-restart.naive.1.jsonl --command 12   why this one did
)";

constexpr std::string_view lint_footer = R"(Examples:
  hassle lint my-client.toml              how long these settings may take to recover
  hassle lint lee                         the project behind the field report
  hassle lint official-js                 the official JavaScript client: no bound, and why
  hassle lint production --toml > my.toml   the recommended settings, to begin with

Exit status: 0 there is a finite bound, 1 there is none, 2 the file is not what it should be.
)";

constexpr unsigned jobs_max = 1024;
constexpr std::uint32_t seeds_max = 1'000'000;

std::string check_report(std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size()) {
    return fmt::format("'{}' is not FORMAT=PATH, such as json=report.json", text);
  }
  constexpr std::array<std::string_view, 2> formats = {"console", "json"};
  const std::string format = text.substr(0, equals);
  if (std::ranges::find(formats, format) != formats.end()) return {};
  const std::string hint = scenario::nearest_hint(format, formats);
  return fmt::format("unknown report format '{}': console or json{}{}", format,
                     hint.empty() ? "" : "; ", hint);
}

report_target target_of(const std::string& text) {
  const auto equals = text.find('=');
  return {text.substr(0, equals), text.substr(equals + 1)};
}

struct raw_run {
  run_options run;
  std::vector<std::string> reports;
  bool ladder = false;
  bool leave_one_out = false;
};

void add_run(CLI::App& app, raw_run& into) {
  CLI::App& run = *app.add_subcommand("run", "Run scenarios and report how often clients fail");
  run.footer(std::string(run_footer));
  run.add_option("SCENARIO", into.run.scenarios, "Names ('hassle list') or paths of scenarios")
      ->required();
  auto* client = run.add_option("--client", into.run.named_clients,
                                "Client profiles, by name or path; the scenario's own otherwise");
  client->delimiter(',')->type_name("PROFILE,...");
  auto* ladder = run.add_flag("--ladder", into.ladder, "From naive up, one layer more each time");
  auto* leave = run.add_flag("--leave-one-out", into.leave_one_out,
                             "production, and production without each of its layers");
  client->excludes(ladder)->excludes(leave);
  ladder->excludes(leave);
  run.add_option("--seeds", into.run.seeds, "Runs per client; the scenario's own otherwise")
      ->check(CLI::Range(std::uint32_t{1}, seeds_max));
  run.add_option("--seed", into.run.first_seed, "The first seed")->capture_default_str();
  run.add_option("--duration", into.run.duration,
                 "Instead of the scenario's, such as 2h; its expectations are not checked then");
  run.add_option("--jobs", into.run.jobs, "Threads; the figures do not depend on it")
      ->check(CLI::Range(1U, jobs_max))
      ->capture_default_str();
  run.add_option("--report", into.reports,
                 "Write a report: console=PATH or json=PATH ('-': stdout)")
      ->type_name("FORMAT=PATH")
      ->check(CLI::Validator(check_report, ""));
  run.add_option("--journal", into.run.journals, "Directory for the journal of each run")
      ->type_name("DIR");
  run.add_flag("--errors", into.run.errors, "Show the most frequent errors of each client");
  run.add_flag("!--no-progress", into.run.progress, "No progress line");
}

void add_lint(CLI::App& app, lint_options& into) {
  CLI::App& lint = *app.add_subcommand("lint", "Say how long a client's settings take to recover");
  lint.footer(std::string(lint_footer));
  auto* settings =
      lint.add_option("SETTINGS", into.settings,
                      "A file of settings, or lee, lee-listings, official-js, production");
  auto* toml = lint.add_flag("--toml", into.toml, "Print the settings instead");
  auto* reference = lint.add_flag("--reference", into.reference, "Print all settings there are");
  reference->excludes(settings)->excludes(toml);
  toml->needs(settings);
  // One of the two is needed, which is not the same as one option that is required.
  lint.require_option(1, 2);
}

run_options finished(raw_run raw) {
  if (raw.ladder) raw.run.clients = client_choice::ladder;
  if (raw.leave_one_out) raw.run.clients = client_choice::leave_one_out;
  if (!raw.run.named_clients.empty()) raw.run.clients = client_choice::named;
  std::ranges::transform(raw.reports, std::back_inserter(raw.run.reports), target_of);
  return std::move(raw.run);
}

}  // namespace

std::expected<options, exit_status> read_options(int argc, char** argv) {
  CLI::App app("Gives a Home Assistant client a hard time before the network does.", "hassle");
  app.footer(std::string(footer));
  app.set_version_flag("--version", std::string(version));
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  raw_run run;
  run.run.jobs = std::clamp(std::thread::hardware_concurrency(), 1U, jobs_max);
  add_run(app, run);
  app.add_subcommand("list", "List the scenarios and the client profiles");

  show_options show;
  CLI::App& show_app = *app.add_subcommand("show", "Show what happens in a scenario, and when");
  show_app.add_option("SCENARIO", show.scenario, "Name or path")->required();
  show_app.add_option("--seed", show.seed, "The seed to plan for")->capture_default_str();
  show_app.add_flag("--toml", show.toml, "Print the plan as a scenario with explicit times");

  validate_options validate;
  CLI::App& validate_app = *app.add_subcommand("validate", "Check scenario files");
  validate_app.add_option("FILE", validate.files, "Scenario files")->required();

  explain_options explain;
  CLI::App& explain_app =
      *app.add_subcommand("explain", "Tell the story of a command in a journal");
  explain_app.footer(std::string(explain_footer));
  explain_app.add_option("JOURNAL", explain.journal, "Written by 'run --journal'")->required();
  explain_app.add_option("--command", explain.command, "The command's number");

  lint_options lint;
  add_lint(app, lint);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_error = error.get_exit_code() != 0;
    app.exit(error);
    return std::unexpected(is_error ? exit_status::bad_input : exit_status::passed);
  }
  if (app.got_subcommand("run")) return finished(std::move(run));
  if (app.got_subcommand("list")) return list_options{};
  if (app.got_subcommand("show")) return show;
  if (app.got_subcommand("validate")) return validate;
  if (app.got_subcommand("lint")) return lint;
  return explain;
}

}  // namespace hassle::harness::cli
