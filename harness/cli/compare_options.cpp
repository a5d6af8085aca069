#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace hassle::harness::cli {

namespace {

constexpr std::string_view compare_footer = R"(Examples:
  hassle run --all --seeds 20 --report json=base.json    on the branch that is there
  hassle run --all --seeds 20 --report json=new.json     on the one that is proposed
  hassle compare base.json new.json                      what became better, what worse
  hassle compare base.json new.json --format md          the same for a pull request

Runs of the same seeds are compared in pairs, which tells most. A client is held against another
where each report has only one.

A figure became better or worse if the change is significant (p < 0.05 with Holm's correction over
all figures of all cells) and larger than --threshold, a part of the base's mean, and than what
anybody notices: 0.1 percentage points of all commands, 1 ms, 0.1 s. It is the same if the whole
95 % interval of the difference is smaller than twice the threshold, or than 0.5 percentage points,
5 ms, 0.5 s. Otherwise it is inconclusive: that no change was found does not make it the same.
A scenario is the same if its error rate is, no other figure became better or worse, and no promise
that the base kept (no wrong answer, no lost event...) was broken. What is inconclusive says how
many seeds it would take; three prove nothing, twenty say something.
Two files of 'hassle bench NAME --report json=PATH' are compared row by row: the ratios to the
baselines of their own runs where they have them. What changed by less than --threshold is the same.
Exit status: 0 nothing became worse, 1 something did, 2 bad input, 3 too few runs to tell, or a
row of a benchmark is gone.
)";

}  // namespace

verb add_compare(CLI::App& app) {
  const auto into = std::make_shared<compare_options>();
  CLI::App& compare = *app.add_subcommand("compare", "Compare two reports, figure by figure");
  compare.footer(std::string(compare_footer));
  compare.add_option("BASE", into->base, "Written by 'run --report json=PATH', or by 'bench'")
      ->required();
  compare.add_option("NEW", into->now, "The one that should not be worse")->required();
  compare
      .add_option("--threshold", into->threshold_percent,
                  "A change of a figure by less percent is none; 5, of benchmarks 10")
      ->check(CLI::Range(0.0, 1000.0));
  compare
      .add_option_function<std::string>(
          "--format", [into](const std::string& format) { into->markdown = format == "md"; },
          "console, or md for a pull request")
      ->check(CLI::IsMember({"console", "md"}));
  compare.add_flag("--all", into->all, "Show the figures that are the same, too");
  return {&compare, [into] { return options(*into); }};
}

}  // namespace hassle::harness::cli
