#pragma once

#include "reports/analysis.hpp"
#include "reports/attribution.hpp"
#include "reports/checks.hpp"
#include "reports/effort.hpp"
#include "reports/intervals.hpp"
#include "reports/journal.hpp"
#include "reports/wire_capture.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// What must come out for a scenario as a whole.
enum class wanted_verdict : std::uint8_t {
  passed,
  failed,        ///< The tag "must-fail": a harness gone silent would let it pass.
  inconclusive,  ///< The tag "must-be-inconclusive".
};
/// As `summary::verdict` has it.
[[nodiscard]] std::string_view name_of(wanted_verdict wanted) noexcept;

/// What a reader should know of a scenario beside its figures.
struct scenario_info {
  std::string name;
  std::string group;  ///< Its folder in the suite; empty for one of the user's own.
  wanted_verdict wanted = wanted_verdict::passed;
  std::string title;
  std::string mechanism;            ///< The comment at the head of its file, without the marks.
  std::string severity;             ///< "s1" the worst to "s3", or empty.
  std::vector<std::string> layers;  ///< That are responsible for it.
  /// "scenarios/suite/lee/lee-day.toml"; one of the user's own as it was named. Never an absolute
  /// path. May be unknown.
  std::string file;

  bool operator==(const scenario_info&) const = default;
};

/// A run kept whole, for the views that show one: timeline, story of a failure, trace.
struct kept_run {
  run_context context;
  journal events;
  wire_capture wire;  ///< Empty unless it was asked for.
};

/// What the change of a cell is measured against, within its scenario and world.
enum class baseline : std::uint8_t {
  none,
  rung_below,  ///< The cell before it: a ladder.
  first,       ///< The scenario's first cell: leave-one-out.
};

/// What question the runs were made for. It decides the verdict and the form of the console report.
enum class report_kind : std::uint8_t {
  clients,      ///< How do these clients do? Each must pass.
  suite,        ///< Is every scenario of the suite as it should be? See `suite_verdict`.
  losses,       ///< Which scenarios does production lose without a layer? See `loss_verdict`.
  attribution,  ///< What does each layer save? Clients have subsets of them. See `attributions`.
};

/// Which of the runs of an invocation a measurement holds, and what of them.
struct shard_part {
  std::uint32_t number = 1;  ///< From 1.
  std::uint32_t count = 1;   ///< 1: all runs.
  std::uint64_t plan = 0;    ///< The same if and only if all that was to be run was the same.
  bool keeps_runs = false;   ///< `measurement::kept` holds what it may.
  bool keeps_wire = false;   ///< And what went over the wires.

  bool operator==(const shard_part&) const = default;
};

/// How to ask for the same again.
struct rerun_options {
  std::vector<std::string> arguments;  ///< That changed the scenarios: "--set", "seeds=3".
  /// Of clients whose profile is the user's own: its file, by the client's name.
  std::map<std::string, std::string> client_files;
  /// Of clients that are none of ours: the words that choose them, by the client's name.
  std::map<std::string, std::vector<std::string>> client_commands = {};

  bool operator==(const rerun_options&) const = default;
};

/// Everything that an invocation measured: reports are made of this and nothing else, so that
/// shards that are put together give the same bytes as the whole.
struct measurement {
  std::string tool_version;
  report_kind kind = report_kind::clients;
  baseline against = baseline::none;
  std::vector<scenario_info> scenarios;  ///< In the order of their first cells. May lack some.
  std::vector<cell> cells;               ///< Those of a scenario and world side by side.
  /// At most one for each cell and in their order: see `worth_keeping`. May be empty.
  std::vector<kept_run> kept;
  bool interrupted = false;
  std::optional<effort_goal> until;  ///< Seeds were added until this was reached, or could not be.
  shard_part part{};
  rerun_options again{};
};

/// A measurement with all that follows from it.
struct report {
  measurement of;
  std::vector<summary> runs;            ///< For each of `of.cells`, in their order.
  std::string verdict;                  ///< passed, failed, inconclusive
  std::vector<cell_evidence> evidence;  ///< For each of `of.cells`, too.
  std::vector<attribution> attributed;  ///< Of that kind only.
  std::vector<check> checks;            ///< What the verdict is made of, one by one.

  /// What is known of the scenario of a cell; nothing but its name where nothing is.
  [[nodiscard]] scenario_info info_of(std::string_view scenario) const;
  /// What is known of the figures of `runs[i]`; nothing where nothing is.
  [[nodiscard]] const cell_evidence& evidence_at(std::size_t i) const;
  /// The run kept of a cell, or null.
  [[nodiscard]] const kept_run* kept_of(const summary& s) const;
};

/// The whole of an invocation: summaries, changes (paired by seed) and the verdict. A report
/// without a cell, or one that was interrupted before anything failed, is inconclusive.
[[nodiscard]] report make_report(measurement of);

/// How much there is to see in a run: of a cell the greatest is kept, and of equals the one with
/// the smallest seed, so that it does not depend on who ran first.
[[nodiscard]] std::uint64_t worth_keeping(const run_figures& run,
                                          const std::vector<std::string>& layers);

}  // namespace hassle::reports
