#include "harness/cli/options.hpp"

#include "harness/cli/verb.hpp"
#include "harness/version.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <iterator>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace hassle::harness::cli {

namespace {

constexpr std::string_view footer = R"(Exit status:
  0 passed   1 failed   2 bad input   3 inconclusive   4 a bug of hassle   130 interrupted
)";

constexpr std::string_view run_footer = R"(Examples:
  hassle run lee-day --ladder                     what each reliability layer buys, on the same days
  hassle run lee-day --leave-one-out --seeds 50   what production loses without each layer
  hassle run lee-day --attribute report           who of the report's five layers saves how much
  hassle run ha-restart --client naive,pool       two clients through a restart of Home Assistant
  hassle run lee-day --until 0.5%                 as many seeds as it takes to know so much
  hassle run ./mine.toml --report json=r.json     a scenario of your own, with figures for a program
  hassle run lee-day --report-dir reports         all formats but packets, for CI
  hassle run --all                                every scenario of the suite, a line for each
  hassle run --all --leave-one-out                which scenarios need which layer
  hassle run --all --shard 3/16 --report measurement=3.json   a part of it, for 'hassle merge'
  hassle run ha-restart --set fault.restart.refused=90s   a scenario changed by hand
  hassle run ha-restart --world real --time-scale 20   on real sockets, and quiet stretches skipped
  hassle run ha-restart --world real --client-cmd 'node mine.mjs'   your own client
  hassle run ha-restart --seed 7 --seeds 1 --journal out   one run, kept for 'hassle explain'

Journals are named SCENARIO.CLIENT.SEED.jsonl.
)";

constexpr std::string_view explain_footer = R"(Examples:
  hassle run ha-restart --client naive --seeds 1 --journal out
  hassle explain out/ha-restart.naive.1.jsonl                which commands failed
  hassle explain out/ha-restart.naive.1.jsonl --command 12   why this one did, or took so long
  hassle explain out/ha-restart.naive.1.jsonl --oracle recovers   what led to its first violation
)";

constexpr std::string_view lint_footer = R"(Examples:
  hassle lint my-client.toml              how long these settings may take to recover
  hassle lint lee                         the project behind the field report
  hassle lint official-js                 the official JavaScript client: no bound, and why
  hassle lint production --toml > my.toml   the recommended settings, to begin with

Exit status: 0 there is a finite bound, 1 there is none, 2 the file is not what it should be.
)";

constexpr std::string_view schema_footer = R"(Examples:
  hassle schema                         the reference, as Markdown
  hassle schema --json > hassle.json    for an editor: then begin a scenario with
                                        #:schema ./hassle.json
  hassle schema --report                what 'hassle run --report json=PATH' writes
)";

constexpr std::string_view explore_footer = R"(Examples:
  hassle explore                                   a thousand random scenarios
  hassle explore --for 60s --seed 20260101000000   a minute, with the date as its first seed
  hassle explore --runs 1000000 --out found        a night; what fails is kept in a folder
  hassle explore --seed 4711 --runs 1              one of them once more

Run n has the seed SEED + n, which gives both its scenario and its dice.
Exit status: 0 nothing was violated, 1 something was.
)";

constexpr std::string_view shrink_footer = R"(Examples:
  hassle shrink found/explored-4711.toml --seed 4711 --out small.toml
  hassle shrink canary --client naive --failure expectation

Exit status: 0 a smaller scenario that fails in the same way, 3 the given one does not fail.
)";

constexpr std::uint32_t shards_max = 10'000;
constexpr std::uint32_t first_seeds = 10;  // With --until.

/// For verbs that take scenarios.
void add_changes(CLI::App& app, std::vector<std::string>& into) {
  app.add_option(
         "--set", into,
         "Change the scenario: network.latency=200ms, fault.NAME.at=5m, seeds=3; again for more")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
}

/// Chooses among the scenarios of the suite.
void add_filter(CLI::App& app, suite_filter& into, CLI::Option* only_with) {
  const auto add = [&](const char* name, std::vector<std::string>& words, const char* doc) {
    auto* option = app.add_option(name, words, doc);
    option->delimiter(',')->type_name("WORD,...")->allow_extra_args(false);
    if (only_with != nullptr) option->needs(only_with);
  };
  add("--tag", into.tags, "Only those with one of these tags");
  add("--layer", into.layers, "Only those that one of these layers is responsible for");
  add("--group", into.groups, "Only those in one of these folders of the suite");
}

constexpr std::string_view attribute_report = "report";
constexpr std::string_view attribute_all = "all";

std::string check_permutations(std::string& text) {
  // Each order goes with its reverse, and of two pairs at least can a spread be seen.
  unsigned number = 0;
  if (CLI::detail::lexical_cast(text, number) && number >= 4 && number <= reports::orders_max &&
      number % 2 == 0) {
    return {};
  }
  return fmt::format("'{}' is not an even number from 4 to {}", text, reports::orders_max);
}

constexpr std::string_view until_certain = "certain";

/// "0.5%" as 0.005. Nothing if it is no such thing, or not above 0 and at most 100 %.
std::optional<double> width_of(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  double percent = 0;
  const std::string number(text.substr(0, text.size() - 1));
  if (!CLI::detail::lexical_cast(number, percent)) return std::nullopt;
  if (!(percent > 0 && percent <= 100)) return std::nullopt;
  return percent / 100;
}

std::string check_until(std::string& text) {
  if (text == until_certain || width_of(text)) return {};
  return fmt::format("'{}' is neither a width such as 0.5% nor 'certain'", text);
}

/// Of a shard nothing can be said before it is merged.
void check_shard_reports(const std::vector<std::string>& texts, bool directory) {
  if (directory) {
    throw CLI::ValidationError("--shard",
                               "a shard is no whole: --report-dir is for 'hassle merge'");
  }
  const auto targets = targets_of(texts);
  if (targets.empty()) {
    throw CLI::ValidationError("--shard", "needs --report measurement=PATH, for 'hassle merge'");
  }
  for (const report_target& each : targets) {
    if (each.as->format.starts_with(reports::measurement_format)) continue;
    throw CLI::ValidationError(
        "--shard", fmt::format("a shard is no whole: let 'hassle merge' write the report '{}'",
                               each.as->format));
  }
}

/// "3/16"
std::optional<shard> parse_shard(const std::string& text) {
  const auto slash = text.find('/');
  shard part;
  if (slash == std::string::npos ||
      !CLI::detail::lexical_cast(text.substr(0, slash), part.number) ||
      !CLI::detail::lexical_cast(text.substr(slash + 1), part.count)) {
    return std::nullopt;
  }
  const bool good = part.number >= 1 && part.number <= part.count && part.count <= shards_max;
  return good ? std::optional(part) : std::nullopt;
}

std::string check_shard(std::string& text) {
  if (parse_shard(text)) return {};
  return fmt::format("'{}' is not N/COUNT, such as 3/16, with N from 1 to COUNT", text);
}

struct raw_run {
  run_options run;
  std::vector<std::string> reports;
  bool ladder = false;
  bool leave_one_out = false;
  std::string attribute;
  std::string until;
  std::uint32_t seeds_max = 1000;
  std::string world = "simulated";
  real_options real;
  std::vector<std::string> commands;
};

constexpr double time_scale_max = 10'000;

void add_world(CLI::App& run, raw_run& into) {
  auto* world = run.add_option("--world", into.world,
                               "simulated, or real: the same client and mock server on real "
                               "sockets, with a relay between them that carries out the network's "
                               "faults");
  world->type_name("simulated|real")->check(CLI::IsMember({"simulated", "real"}));
  run.add_option("--time-scale", into.real.time_scale,
                 "In the real world: so many seconds of the scenario in a second")
      ->check(CLI::Range(0.01, time_scale_max))
      ->needs(world)
      ->capture_default_str();
  run.add_flag("!--no-skip", into.real.skip,
               "In the real world: wait through stretches in which nothing happens, too")
      ->needs(world);
}

run_options finished(raw_run raw) {
  if (raw.world == "real") raw.run.real = raw.real;
  if (raw.ladder) raw.run.clients = client_choice::ladder;
  if (raw.leave_one_out) raw.run.clients = client_choice::leave_one_out;
  if (raw.attribute == attribute_report) raw.run.clients = client_choice::subsets_of_report;
  if (raw.attribute == attribute_all) raw.run.clients = client_choice::subsets_of_production;
  raw.run.commands = commands_of(raw.commands);
  if (!raw.run.named_clients.empty() || !raw.run.commands.empty()) {
    raw.run.clients = client_choice::named;
  }
  if (!raw.until.empty()) {
    raw.run.until = reports::effort_goal{.width = width_of(raw.until),
                                         .certain = raw.until == until_certain,
                                         .seeds_first = raw.run.seeds.value_or(first_seeds),
                                         .seeds_max = raw.seeds_max};
    raw.run.seeds = static_cast<std::uint32_t>(raw.run.until->seeds_first);
  }
  raw.run.reports = targets_of(raw.reports);
  return std::move(raw.run);
}

/// Whoever says which scenarios of the suite means the suite.
void choose_suite(run_options& asked) {
  const suite_filter& filter = asked.filter;
  if (filter.tags.empty() && filter.layers.empty() && filter.groups.empty()) return;
  if (!asked.scenarios.empty()) {
    throw CLI::ValidationError("SCENARIO", "--tag, --layer and --group choose among all");
  }
  asked.all = true;
}

void check_client_commands(const raw_run& asked) {
  if (asked.commands.empty()) return;
  if (asked.world != "real") {
    throw CLI::ValidationError("--client-cmd",
                               "another program has no virtual time: it needs "
                               "--world real");
  }
  if (asked.run.all) {
    throw CLI::ValidationError("--client-cmd",
                               "the suite says nothing of this client: 'hassle grade' holds it "
                               "against what is expected of the best one");
  }
  if (!asked.attribute.empty()) {
    throw CLI::ValidationError("--client-cmd", "another program has none of our layers");
  }
}

verb add_run(CLI::App& app) {
  const auto into = std::make_shared<raw_run>();
  into->run.jobs = std::clamp(std::thread::hardware_concurrency(), 1U, jobs_max);
  CLI::App& run = *app.add_subcommand("run", "Run scenarios and report how often clients fail");
  run.footer(std::string(run_footer) + "\n" + list_of_formats());
  auto* scenarios = run.add_option("SCENARIO", into->run.scenarios,
                                   "Names ('hassle list') or paths of scenarios");
  auto* all = run.add_flag("--all", into->run.all,
                           "Every scenario of the suite with naive, the clients it names and "
                           "production; with --leave-one-out: what production loses");
  all->excludes(scenarios);
  add_filter(run, into->run.filter, nullptr);
  add_world(run, *into);
  auto* client = run.add_option("--client", into->run.named_clients,
                                "Client profiles, by name or path; the scenario's own otherwise");
  client->delimiter(',')->type_name("PROFILE,...");
  auto* ladder = run.add_flag("--ladder", into->ladder, "From naive up, one layer more each time");
  auto* leave = run.add_flag("--leave-one-out", into->leave_one_out,
                             "production, and production without each of its layers");
  client->excludes(ladder)->excludes(leave)->excludes(all);
  add_client_commands(run, into->commands)->excludes(ladder)->excludes(leave);
  all->excludes(ladder);
  ladder->excludes(leave);
  auto* attribute =
      run.add_option("--attribute", into->attribute,
                     "What each layer saves, whatever the others are: 'report' for the field "
                     "report's five (all 32 sets), 'all' for production's (random orders)");
  attribute->type_name("report|all")
      ->check(CLI::IsMember({std::string(attribute_report), std::string(attribute_all)}));
  attribute->excludes(client)->excludes(ladder)->excludes(leave)->excludes(all);
  run.add_option("--permutations", into->run.permutations,
                 "With --attribute all: random orders of the layers, an even number")
      ->check(CLI::Validator(check_permutations, ""))
      ->needs(attribute)
      ->capture_default_str();
  run.add_option("--seeds", into->run.seeds, "Runs per client; the scenario's own otherwise")
      ->check(CLI::Range(std::uint32_t{1}, seeds_max));
  run.add_option("--seed", into->run.first_seed, "The first seed")->capture_default_str();
  auto* until = run.add_option("--until", into->until,
                               "Add seeds until the 95 % interval of each error rate is at most so "
                               "wide (0.5%), or each expectation's verdict is certain; begins with "
                               "10 seeds, or those of --seeds");
  until->type_name("WIDTH|certain")->check(CLI::Validator(check_until, ""));
  run.add_option("--max-seeds", into->seeds_max, "With --until: no more than these")
      ->check(CLI::Range(std::uint32_t{2}, seeds_max))
      ->needs(until)
      ->capture_default_str();
  run.add_option("--duration", into->run.duration,
                 "Instead of the scenario's, such as 2h; its expectations are not checked then");
  add_changes(run, into->run.changes);
  run.add_option("--jobs", into->run.jobs, "Threads; the figures do not depend on it")
      ->check(CLI::Range(1U, jobs_max))
      ->capture_default_str();
  add_reports(run, into->reports);
  add_report_directory(run, into->run.report_directory);
  run.add_option_function<std::string>(
         "--shard", [into](const std::string& text) { into->run.part = parse_shard(text); },
         "Only the runs of this shard, such as 3/16, with --report measurement=PATH for 'merge'")
      ->type_name("N/COUNT")
      ->excludes(until)
      ->check(CLI::Validator(check_shard, ""));
  run.add_option("--journal", into->run.journals, "Directory for the journal of each run")
      ->type_name("DIR");
  run.add_flag("--errors", into->run.errors, "Show the most frequent errors of each client");
  run.add_flag("--waterfall", into->run.waterfall,
               "Show what recoveries waited for, stage by stage");
  // One of the two is needed; a list that may be empty cannot say so itself.
  run.callback([into] {
    choose_suite(into->run);
    check_client_commands(*into);
    if (!into->run.all && into->run.scenarios.empty())
      throw CLI::RequiredError("SCENARIO or --all");
    if (into->run.part) {
      check_shard_reports(into->reports, into->run.report_directory.has_value());
    }
    if (into->until.empty()) return;
    const std::uint32_t first = into->run.seeds.value_or(first_seeds);
    if (first < 2) throw CLI::ValidationError("--seeds", "--until needs two seeds at least");
    if (first > into->seeds_max) {
      throw CLI::ValidationError(
          "--max-seeds", fmt::format("{} is less than the first {}", into->seeds_max, first));
    }
  });
  run.add_flag("!--no-progress", into->run.progress, "No progress line");
  return {&run, [into] { return options(finished(*into)); }};
}

verb add_list(CLI::App& app) {
  CLI::App& list = *app.add_subcommand("list", "List the scenarios and the client profiles");
  const auto into = std::make_shared<list_options>();
  add_filter(list, into->filter, nullptr);
  list.add_flag("--json", into->json, "For programs");
  return {&list, [into] { return options(*into); }};
}

verb add_show(CLI::App& app) {
  const auto into = std::make_shared<show_options>();
  CLI::App& show = *app.add_subcommand("show", "Show what happens in a scenario, and when");
  show.add_option("SCENARIO", into->scenario, "Name or path")->required();
  show.add_option("--seed", into->seed, "The seed to plan for")->capture_default_str();
  add_changes(show, into->changes);
  auto* toml =
      show.add_flag("--toml", into->toml, "Print the plan as a scenario with explicit times");
  show.add_flag("--list", into->list, "Print everything that is planned, commands too")
      ->excludes(toml);
  return {&show, [into] { return options(*into); }};
}

verb add_validate(CLI::App& app) {
  const auto into = std::make_shared<validate_options>();
  CLI::App& validate = *app.add_subcommand("validate", "Check scenario files");
  validate.add_option("FILE", into->files, "Scenario files")->required();
  add_changes(validate, into->changes);
  return {&validate, [into] { return options(*into); }};
}

verb add_schema(CLI::App& app) {
  const auto into = std::make_shared<schema_options>();
  CLI::App& schema =
      *app.add_subcommand("schema", "Print what may stand in a scenario file, or in a report");
  schema.footer(std::string(schema_footer));
  auto* json = schema.add_flag("--json", into->json, "As a JSON Schema, for editors");
  schema
      .add_flag("--report", into->report, "The JSON Schema of reports (--report json=PATH) instead")
      ->excludes(json);
  return {&schema, [into] { return options(*into); }};
}

verb add_explain(CLI::App& app) {
  const auto into = std::make_shared<explain_options>();
  CLI::App& explain =
      *app.add_subcommand("explain", "Tell why a command, or a run, ended as it did");
  explain.footer(std::string(explain_footer));
  explain.add_option("JOURNAL", into->journal, "Written by 'run --journal'")->required();
  auto* command = explain.add_option("--command", into->command, "The command's number");
  explain.add_option("--oracle", into->oracle, "Of the first violation of this oracle")
      ->excludes(command);
  return {&explain, [into] { return options(*into); }};
}

verb add_lint(CLI::App& app) {
  const auto into = std::make_shared<lint_options>();
  CLI::App& lint = *app.add_subcommand("lint", "Say how long a client's settings take to recover");
  lint.footer(std::string(lint_footer));
  auto* settings =
      lint.add_option("SETTINGS", into->settings,
                      "A file of settings, or lee, lee-listings, official-js, production");
  auto* toml = lint.add_flag("--toml", into->toml, "Print the settings instead");
  auto* reference = lint.add_flag("--reference", into->reference, "Print all settings there are");
  reference->excludes(settings)->excludes(toml);
  toml->needs(settings);
  // One of the two is needed, which is not the same as one option that is required.
  lint.require_option(1, 2);
  return {&lint, [into] { return options(*into); }};
}

unsigned usual_jobs() { return std::clamp(std::thread::hardware_concurrency(), 1U, jobs_max); }

verb add_explore(CLI::App& app) {
  const auto into = std::make_shared<explore_options>();
  into->jobs = usual_jobs();
  CLI::App& explore = *app.add_subcommand(
      "explore", "Run random scenarios until a client breaks one of its promises");
  explore.footer(std::string(explore_footer));
  explore.add_option("--client", into->client, "Client profile, by name or path")
      ->capture_default_str();
  explore.add_option("--runs", into->runs, "How many; a thousand unless there is a --for")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  explore.add_option("--for", into->time, "No more runs are begun after this time, such as 60s");
  explore.add_option("--seed", into->first_seed, "The first seed")->capture_default_str();
  explore.add_option("--length", into->length, "Of the scenarios")->capture_default_str();
  add_changes(explore, into->changes);
  explore.add_option("--out", into->out, "Directory for the scenarios that fail")->type_name("DIR");
  explore.add_option("--jobs", into->jobs, "Threads; what is found does not depend on it")
      ->check(CLI::Range(1U, jobs_max))
      ->capture_default_str();
  explore.add_flag("!--no-progress", into->progress, "No progress line");
  return {&explore, [into] { return options(*into); }};
}

verb add_shrink(CLI::App& app) {
  const auto into = std::make_shared<shrink_options>();
  CLI::App& shrink =
      *app.add_subcommand("shrink", "Reduce a failing run to the least that fails in the same way");
  shrink.footer(std::string(shrink_footer));
  shrink.add_option("SCENARIO", into->scenario, "Name or path")->required();
  add_changes(shrink, into->changes);
  shrink.add_option("--seed", into->seed, "Of the run that fails")->capture_default_str();
  shrink.add_option("--client", into->client, "Client profile, by name or path")
      ->capture_default_str();
  shrink.add_option("--failure", into->failure,
                    "Which failure to keep, by a part of its name; the first otherwise");
  shrink.add_option("--out", into->out, "File for the result; standard output otherwise")
      ->type_name("FILE");
  shrink.add_option("--runs", into->runs, "At most so many runs")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
  shrink.add_flag("!--no-progress", into->progress, "No progress line");
  return {&shrink, [into] { return options(*into); }};
}

/// In the order in which the help lists them.
constexpr std::array verbs = {add_run,     add_list,    add_show,    add_validate, add_schema,
                              add_explain, add_lint,    add_explore, add_shrink,   add_merge,
                              add_compare, add_diverge, add_bench,   add_grade,    add_proxy};

}  // namespace

std::expected<options, exit_status> read_options(int argc, char** argv) {
  CLI::App app("Gives a Home Assistant client a hard time before the network does.", "hassle");
  app.footer(std::string(footer));
  app.set_version_flag("--version", std::string(version));
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  std::vector<verb> known;
  known.reserve(verbs.size());
  for (const auto& add : verbs) known.push_back(add(app));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_error = error.get_exit_code() != 0;
    app.exit(error);
    return std::unexpected(is_error ? exit_status::bad_input : exit_status::passed);
  }
  for (const verb& each : known) {
    if (app.got_subcommand(each.app)) return each.asked();
  }
  return std::unexpected(exit_status::our_bug);  // One is required.
}

}  // namespace hassle::harness::cli
