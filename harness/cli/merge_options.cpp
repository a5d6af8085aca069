#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string_view>

namespace hassle::harness::cli {

namespace {

constexpr std::string_view merge_footer = R"(Examples:
  hassle run --all --shard 1/2 --report measurement=1.json    on one machine
  hassle run --all --shard 2/2 --report measurement=2.json    on another
  hassle merge 1.json 2.json --report junit=hassle.xml        what 'run --all' would have said

A measurement of all runs (without --shard) is good, too: for a report that was not thought of.
Exit status: as of 'hassle run'; 2 also if the shards are not those of one whole.
)";

constexpr std::string_view diverge_footer = R"(Examples:
  hassle diverge a/lee-day.naive.1.jsonl b/lee-day.naive.1.jsonl

Exit status: 0 they are equal, 1 they differ, 2 bad input.
)";

struct raw_merge {
  merge_options merge;
  std::vector<std::string> reports;
};

}  // namespace

verb add_merge(CLI::App& app) {
  const auto into = std::make_shared<raw_merge>();
  CLI::App& merge = *app.add_subcommand("merge", "Put shards together and report on the whole");
  merge.footer(std::string(merge_footer) + "\n" + list_of_formats());
  merge.add_option("FILE", into->merge.files, "Written by 'run --report measurement=FILE'")
      ->required();
  add_reports(merge, into->reports);
  add_report_directory(merge, into->merge.report_directory);
  merge.add_flag("--errors", into->merge.errors, "Show the most frequent errors of each client");
  merge.add_flag("--waterfall", into->merge.waterfall,
                 "Show what recoveries waited for, stage by stage");
  return {&merge, [into] {
            into->merge.reports = targets_of(into->reports);
            return options(std::move(into->merge));
          }};
}

verb add_diverge(CLI::App& app) {
  const auto into = std::make_shared<diverge_options>();
  CLI::App& diverge =
      *app.add_subcommand("diverge", "Show where two journals differ for the first time");
  diverge.footer(std::string(diverge_footer));
  diverge.add_option("A", into->a, "Written by 'run --journal'")->required();
  diverge.add_option("B", into->b, "Another one, which should be the same")->required();
  diverge.add_option("--before", into->before, "Events shown before the difference")
      ->check(CLI::Range(0U, 10'000U))
      ->capture_default_str();
  diverge.add_option("--after", into->after, "And from the difference on, of each")
      ->check(CLI::Range(1U, 10'000U))
      ->capture_default_str();
  return {&diverge, [into] { return options(*into); }};
}

}  // namespace hassle::harness::cli
