#include "harness/cli/verb.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace hassle::harness::cli {

namespace {

constexpr std::string_view grade_footer = R"(Examples:
  hassle grade                                         the suite's scenarios for CI, four clients
  hassle grade --tag s1 --client pool,production       the worst ones
  hassle grade dead-connection --report html=grade.html,json=grade.json
  hassle grade --seeds 1 --client production --client-cmd 'node official.mjs'

Each client is held against what is expected of 'production':
  ok            it keeps that
  non-strict    it breaks no oracle, but a figure is outside
  failed        it breaks an oracle, or a figure is far outside: missed by more than twice the
                bound's size, and by more than 5 percentage points, 2 s of latency, 30 s, or 10
  inconclusive  nothing can be said
Exit status: 0 graded, whatever the grades are; 2 bad input; 130 interrupted.
)";

struct raw_grade {
  grade_options grade;
  std::vector<std::string> reports;
  std::vector<std::string> commands;
};

constexpr std::string_view as_html = "html=";
constexpr std::string_view as_json = "json=";

std::string check_report(std::string& text) {
  for (const std::string_view each : {as_html, as_json}) {
    if (text.starts_with(each) && text.size() > each.size()) return {};
  }
  return fmt::format("'{}' is neither html=PATH nor json=PATH", text);
}

void add_choice(CLI::App& app, const char* name, std::vector<std::string>& into, const char* doc) {
  app.add_option(name, into, doc)->delimiter(',')->type_name("WORD,...")->allow_extra_args(false);
}

}  // namespace

verb add_grade(CLI::App& app) {
  const auto into = std::make_shared<raw_grade>();
  grade_options& asked = into->grade;
  asked.clients = {"naive", "reconnect", "pool", "production"};
  asked.jobs = std::max(1U, std::thread::hardware_concurrency());
  CLI::App& grade =
      *app.add_subcommand("grade", "The suite as a checklist, each client graded in each scenario");
  grade.footer(std::string(grade_footer));
  grade.add_option("SCENARIO", asked.scenarios,
                   "Names or paths; else those of the suite with the tag ci, or as chosen");
  grade.add_option("--client", asked.clients, "Profiles, by name or path")
      ->delimiter(',')
      ->type_name("NAME,...")
      ->capture_default_str();
  grade
      .add_option("--measured", asked.measured,
                  "Grade the clients of a file, too: 'run --report measurement=FILE', in any world")
      ->type_name("FILE")
      ->allow_extra_args(false);
  add_client_commands(grade, into->commands);
  grade
      .add_option("--time-scale", asked.time_scale, "Of --client-cmd: seconds of a scenario in one")
      ->check(CLI::Range(0.01, 10'000.0))
      ->capture_default_str();
  add_choice(grade, "--tag", asked.filter.tags, "Scenarios with one of these tags");
  add_choice(grade, "--layer", asked.filter.layers, "Those that one of these layers is for");
  add_choice(grade, "--group", asked.filter.groups, "Those in one of these folders of the suite");
  grade.add_option("--seeds", asked.seeds, "Runs of each client in each scenario")
      ->check(CLI::Range(std::uint32_t{1}, seeds_max))
      ->capture_default_str();
  grade.add_option("--seed", asked.first_seed, "The first seed")->capture_default_str();
  grade.add_option("--set", asked.changes, "Change the scenarios: network.latency=200ms")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  grade.add_option("--jobs", asked.jobs, "Threads; the grades do not depend on it")
      ->check(CLI::Range(1U, jobs_max))
      ->capture_default_str();
  grade
      .add_option("--report", into->reports,
                  "Write the matrix for people and for programs; '-' as PATH: standard output")
      ->delimiter(',')
      ->type_name("html=PATH,json=PATH")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check_report, ""));
  grade.add_flag("!--no-progress", asked.progress, "No progress line");
  return {&grade, [into] {
            for (const std::string& each : into->reports) {
              auto& target = each.starts_with(as_html) ? into->grade.html : into->grade.json;
              target = each.substr(as_html.size());
            }
            into->grade.commands = commands_of(into->commands);
            return options(std::move(into->grade));
          }};
}

}  // namespace hassle::harness::cli
