#pragma once

#include "harness/cli/exit_status.hpp"
#include "harness/cli/suite_filter.hpp"
#include "harness/runner.hpp"
#include "reports/writers.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hassle::harness::cli {

/// What a command line may ask for at most.
inline constexpr unsigned jobs_max = 1024;
inline constexpr std::uint32_t seeds_max = 1'000'000;

/// Which clients `run` takes.
enum class client_choice : std::uint8_t {
  of_scenario,
  named,
  ladder,
  leave_one_out,
  subsets_of_report,      ///< All subsets of the field report's five layers.
  subsets_of_production,  ///< Those that some random orders of all its layers meet.
};

struct report_target {
  const reports::writer* as = nullptr;
  std::string path;  ///< "-" = standard output
};

/// Real sockets in place of the simulated network.
struct real_options {
  double time_scale = 1;
  bool skip = true;
};

/// Anybody's client: the program that speaks for it.
struct client_command {
  std::string name;     ///< In reports; empty: as it calls itself.
  std::string command;  ///< For the shell.
};

struct run_options {
  std::vector<std::string> scenarios;
  bool all = false;     ///< The whole suite instead, as far as it fits the filter.
  suite_filter filter;  ///< Of `all`.
  std::optional<real_options> real;
  client_choice clients = client_choice::of_scenario;
  std::vector<std::string> named_clients;
  std::vector<client_command> commands;  ///< Beside those. In the real world only.
  std::uint32_t permutations = 12;       ///< Of `subsets_of_production`. Even.
  std::optional<std::uint32_t> seeds;
  std::uint64_t first_seed = 1;
  /// Seeds are added until this is reached; `seeds` are the first ones then.
  std::optional<reports::effort_goal> until;
  std::optional<shard> part;  ///< Only these runs, for 'merge'.
  std::optional<std::string> duration;
  std::vector<std::string> changes;  ///< "network.latency=200ms", in each of the scenarios.
  unsigned jobs = 1;
  std::vector<report_target> reports;
  std::optional<std::filesystem::path> report_directory;  ///< For all formats.
  std::optional<std::filesystem::path> journals;
  bool errors = false;     ///< Show the most frequent errors of each client.
  bool waterfall = false;  ///< Show what recoveries waited for.
  bool progress = true;
};
struct list_options {
  suite_filter filter;
  bool json = false;  ///< For programs.
};
struct schema_options {
  bool json = false;    ///< As a JSON Schema.
  bool report = false;  ///< That of reports instead.
};
struct show_options {
  std::string scenario;
  std::uint64_t seed = 1;
  bool toml = false;  ///< The plan as a scenario with explicit times.
  bool list = false;  ///< Everything in the order of time, commands too, without a drawing.
  std::vector<std::string> changes;
};
struct validate_options {
  std::vector<std::string> files;
  std::vector<std::string> changes;
};
struct explain_options {
  std::string journal;
  std::optional<std::uint32_t> command;
  std::optional<std::string> oracle;
};

struct lint_options {
  std::string settings;    ///< A path, or the name of known settings.
  bool toml = false;       ///< The settings themselves, as a file.
  bool reference = false;  ///< All settings there are, as Markdown.
};

struct explore_options {
  std::string client = "production";
  std::optional<std::uint64_t> runs;  ///< Without it and without `time`: a thousand.
  std::optional<std::string> time;    ///< "60s"
  std::uint64_t first_seed = 1;
  std::string length = "10m";                ///< Of the scenarios.
  std::vector<std::string> changes;          ///< In each of them.
  std::optional<std::filesystem::path> out;  ///< Directory for the scenarios that fail.
  unsigned jobs = 1;
  bool progress = true;
};

struct shrink_options {
  std::string scenario;
  std::vector<std::string> changes;
  std::string client = "production";
  std::uint64_t seed = 1;
  std::optional<std::string> failure;  ///< Which one to keep, by a part of its name.
  std::optional<std::string> out;      ///< File; without: standard output.
  std::optional<std::uint64_t> runs;   ///< At most.
  bool progress = true;
};

struct merge_options {
  std::vector<std::string> files;
  std::vector<report_target> reports;
  std::optional<std::filesystem::path> report_directory;  ///< For all formats.
  bool errors = false;
  bool waterfall = false;
};

struct diverge_options {
  std::string a;  ///< Journals.
  std::string b;
  unsigned before = 10;  ///< Events shown before the difference.
  unsigned after = 5;    ///< And after it, of each.
};

struct compare_options {
  std::string base;  ///< JSON reports.
  std::string now;
  /// Nothing: 5, of benchmarks 10.
  std::optional<double> threshold_percent;
  bool markdown = false;
  bool all = false;  ///< Figures that are the same, too.
};

/// What all benchmarks have.
struct bench_common {
  std::optional<std::string> json;  ///< Path of the report; "-" = standard output.
  std::uint64_t seed = 1;
  bool progress = true;
};

struct bench_policy_options {
  bench_common common;
  unsigned outages = 1'000;          ///< In each eighth of an order of magnitude.
  std::optional<std::string> chart;  ///< Path of a picture.
};

struct bench_herd_options {
  bench_common common;
  std::vector<std::uint32_t> clients = {1'000, 10'000, 100'000};
  std::vector<std::string> policies;  ///< Empty: all.
  double capacity = 1'000;            ///< Handshakes a second.
  unsigned backlog = 128;
  std::string away = "20s";
  std::optional<std::string> target;  ///< "99%=60s"
};

struct bench_reconnect_options {
  bench_common common;
  std::vector<std::string> clients = {"reconnect", "best", "production"};  ///< Profiles.
  unsigned rounds = 200;
  std::vector<std::string> peers;  ///< "NAME=COMMAND"
  std::string storm = "10s";       ///< "0s" = none.
};

struct bench_simulation_options {
  bench_common common;
  bool quick = false;  ///< Smaller sizes.
};

struct bench_mockha_options {
  bench_common common;
  std::vector<std::string> peers;  ///< "NAME=COMMAND"
  unsigned turns = 40;
};

struct bench_relay_options {
  bench_common common;
  unsigned round_trips = 20'000;
};

struct bench_table_options {
  std::vector<std::string> files;
};

struct grade_options {
  std::vector<std::string> scenarios;  ///< Empty: those of the suite that fit the filter.
  suite_filter filter;
  std::vector<std::string> clients;      ///< Profiles.
  std::vector<std::string> measured;     ///< Files with the runs of further clients.
  std::vector<client_command> commands;  ///< Clients of anybody's, in the real world.
  double time_scale = 20;                ///< Of those.
  std::uint32_t seeds = 3;
  std::uint64_t first_seed = 1;
  std::vector<std::string> changes;  ///< In each of the scenarios.
  unsigned jobs = 1;
  std::optional<std::string> html;  ///< Paths of reports; "-" = standard output.
  std::optional<std::string> json;
  bool progress = true;
};

struct proxy_options {
  std::string upstream;  ///< Empty: none, until the API asks for one.
  std::string listen = "127.0.0.1:0";
  std::string scenario;  ///< Name or path; empty: none.
  std::string admin;     ///< Empty: no API.
  std::uint64_t seed = 1;
  std::size_t connections = 4096;  ///< At once.
  bool keep_compression = false;
};

using options =
    std::variant<proxy_options, run_options, list_options, schema_options, show_options,
                 validate_options, explain_options, lint_options, explore_options, shrink_options,
                 compare_options, merge_options, diverge_options, bench_policy_options,
                 bench_herd_options, bench_reconnect_options, bench_simulation_options,
                 bench_mockha_options, bench_relay_options, bench_table_options, grade_options>;

/// Reads the command line. Help, version and errors are printed here; then the exit status is all
/// that is left to do.
[[nodiscard]] std::expected<options, exit_status> read_options(int argc, char** argv);

}  // namespace hassle::harness::cli
