#pragma once

#include "reports/gauges.hpp"
#include "reports/journal.hpp"
#include "reports/recovery_stages.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::reports {

/// What a run was, beside its journal.
struct run_context {
  std::string scenario;
  std::string client;
  std::string world = "simulated";
  std::uint64_t seed = 0;
  std::chrono::nanoseconds simulated{};  ///< Length of the run.
  std::chrono::nanoseconds healed{};     ///< After this instant nothing is broken any more.
  /// Faults that must hit something, by name.
  std::vector<std::string> faults_that_must_hit;
  /// Kinds of the scenario's faults ("restart") by their names, ordered by name.
  std::map<std::string, std::string, std::less<>> fault_kinds;
  std::vector<std::string> layers;  ///< Of the client.
  /// What the client's settings promise: the longest time from the end of a fault to a fresh
  /// answer. Empty where they promise none.
  std::optional<std::chrono::nanoseconds> recovery_bound;

  /// The kind of a fault; where it is not listed, its name without the "-<n>" behind it.
  [[nodiscard]] std::string_view kind_of(std::string_view fault) const;
};

/// Something that must never happen, counted in every run.
struct oracle_result {
  std::string_view name;  ///< See `oracles()`.
  std::uint64_t violations = 0;
  std::uint32_t first_command = 0;      ///< Of the first violation, if it is about a command.
  std::chrono::nanoseconds first_at{};  ///< When the first violation was complete.
  std::string first;                    ///< What the first violation was, in words.
  std::uint64_t first_seed = 0;         ///< The run of the first violation. Set by `summarise`.
  bool promised = false;                ///< By a layer the client has. Set by `summarise`.

  bool operator==(const oracle_result&) const = default;
};

/// An oracle, and the layer that promises it: a violation fails a run only of a client that has it.
struct oracle_description {
  std::string_view name;
  std::string_view layer;  ///< Empty: promised by every client.
  std::string_view meaning;
};
/// All of them, in a fixed order; README.md says what each looks at and what it lets pass.
[[nodiscard]] std::span<const oracle_description> oracles();

/// The figures of one run. Pure function of its journal.
struct run_figures {
  std::uint64_t commands = 0;
  std::array<std::uint64_t, 5> outcomes{};  ///< Indexed by `outcome`.
  /// Of outcomes that are errors: class and detail ("other: wrong_answer") and count, most first.
  std::vector<std::pair<std::string, std::uint64_t>> errors;
  /// From due to done, of commands answered (fresh or stale). Sorted.
  std::vector<std::chrono::nanoseconds> latencies;
  /// From first sent to done, of commands that were sent and answered: what whoever measures
  /// without regard to due times would see. Sorted.
  std::vector<std::chrono::nanoseconds> uncorrected_latencies;
  /// Of connections that became ready. In the order of their ends.
  std::vector<std::chrono::nanoseconds> lifetimes;
  std::uint64_t duplicates = 0;     ///< Executions beyond the first of one command.
  std::uint64_t wrong_answers = 0;  ///< Answers of other commands that were taken.
  std::uint64_t past_limit = 0;     ///< Commands that were still unanswered when their limit ended.
  std::uint64_t lost = 0;           ///< Service calls that failed for the user and never ran.
  std::uint64_t unknown = 0;        ///< Service calls that failed for the user, yet ran.
  std::uint64_t attempts = 0;       ///< Connection attempts.
  std::uint64_t connections = 0;    ///< Attempts that became ready.
  /// Fault over -> first fresh answer to a command issued after it.
  std::vector<std::chrono::nanoseconds> recoveries;
  std::vector<staged_recovery> recovery_stages;             ///< Of each of them. See `waterfall`.
  std::uint64_t executions = 0;                             ///< Of the workload's service calls.
  std::vector<std::chrono::nanoseconds> failure_latencies;  ///< Of failed commands. Sorted.
  std::vector<std::chrono::nanoseconds> detections;         ///< See `connecting_times`.
  std::vector<std::chrono::nanoseconds> connect_times;      ///< Of attempts that succeeded.
  std::vector<std::chrono::nanoseconds> reconnections;
  gauge_values gauges{};
  /// Names out of `faults_that_must_hit` that hit nothing.
  std::vector<std::string> idle_faults;
  std::vector<std::string> hit_faults;  ///< Names of faults that hit something. Sorted.
  std::vector<oracle_result> oracles;   ///< One for each of `oracles()`, in that order.
  std::chrono::nanoseconds simulated{};
  std::uint64_t seed = 0;
  std::uint64_t digest = 0;

  [[nodiscard]] double error_rate() const noexcept;  ///< 0 without commands.
};

/// What happened to one command, joined from all sides of the journal.
struct command_story {
  std::uint32_t number = 0;
  std::size_t issued = 0;  ///< Index of its command_issued.
  std::size_t done = 0;    ///< Index of its first command_done; 0 = none.
  outcome what{};  ///< After the wrong-answer check. Without command_done: other, "no outcome".
  std::string detail;
  struct sending {
    std::uint32_t connection = 0;
    std::int64_t id = 0;
  };
  std::vector<sending> sendings;
  std::uint32_t executions = 0;
  bool wrong_answer = false;
  bool past_limit = false;
  std::uint32_t outcomes = 0;  ///< How many command_done it has. More or less than one is a bug.
  std::uint32_t wrong_answers = 0;  ///< How many answers of others were taken for it.
  std::int64_t stray_id = 0;        ///< Of a wrong answer: the id in the message that was taken.
};
/// In the order they were issued. A command_issued of a number that was issued before, and events
/// about a command that was never issued, belong to no story.
[[nodiscard]] std::vector<command_story> command_stories(const journal& j);

/// True for a service call ("light.toggle light.kitchen"), false for a state read ("get_states").
[[nodiscard]] bool is_service_call(std::string_view command) noexcept;
/// True if running it twice is the same as running it once: state reads, turn_on, turn_off.
[[nodiscard]] bool is_idempotent(std::string_view command) noexcept;
/// Executions of a command beyond its first, if each of them does something more.
[[nodiscard]] std::uint32_t repeated_effects(const journal& j, const command_story& story) noexcept;
/// True for the outcomes that count as errors: connection, timeout, other.
[[nodiscard]] bool is_error(outcome o) noexcept;

[[nodiscard]] run_figures analyse(const run_context& context, const journal& j);

/// A mean with its 95 % interval (Student's t over seeds). With one seed, low = mean = high.
struct interval {
  double mean = 0;
  double low = 0;
  double high = 0;
};
[[nodiscard]] interval mean_interval(std::span<const double> values);
/// Of the differences b[i] - a[i]. REQUIRES: same size.
[[nodiscard]] interval paired_difference(std::span<const double> a, std::span<const double> b);

/// Where something stands in a file of the user's. Never an absolute path.
struct file_place {
  std::string file;
  std::uint32_t line = 0;  ///< From 1; 0 = the file as a whole.

  bool operator==(const file_place&) const = default;
};

/// What a scenario expects of a client's figure.
struct expectation {
  std::string figure;         ///< See `figure_names`.
  std::optional<double> min;  ///< At least one of the two.
  std::optional<double> max;
  std::string why;     ///< Shown beside the verdict.
  file_place where{};  ///< May be unknown.
};

/// All seeds of one client in one scenario.
struct cell {
  std::string scenario;
  std::string client;
  std::string world;
  std::vector<run_figures> runs;    ///< In the order of their seeds.
  bool complete = true;             ///< False if the run was interrupted.
  std::vector<std::string> layers;  ///< Of the client: what it promises, see `oracles`.
  std::vector<expectation> expectations;
  std::string title;  ///< Of the scenario; may be empty.
};

/// An expectation held against what was measured.
struct expectation_result {
  std::string text;     ///< "error_rate between 0.15 and 0.2"
  std::string verdict;  ///< passed, failed, inconclusive
  double measured = 0;
  std::string why;
  file_place where{};  ///< Of the expectation.
};

/// The figures of a cell, as all reports show them.
struct summary {
  std::string scenario, client, world, title;
  std::vector<std::string> layers;
  std::uint64_t seeds = 0, first_seed = 0, commands = 0;
  std::array<std::uint64_t, 5> outcomes{};
  std::vector<std::pair<std::string, std::uint64_t>> errors;
  /// Of the runs' error rates. Without a single error, `high` is 3/n (the rule of three), not 0.
  interval error_rate;
  std::optional<interval> change;  ///< Against the rung below, paired by seed.
  double latency_p50_ms = 0, latency_p90_ms = 0, latency_p99_ms = 0, latency_max_ms = 0;
  double lifetime_mean_s = 0, lifetime_max_s = 0;
  double recovery_p50_s = 0, recovery_max_s = 0;
  std::uint64_t duplicates = 0, wrong_answers = 0, past_limit = 0, lost = 0, unknown = 0,
                attempts = 0, connections = 0;
  std::uint64_t recoveries = 0;  ///< How many were measured.
  std::uint64_t executions = 0;
  /// Of pooled times: empty where there were none.
  std::optional<double> failure_p50_ms, failure_max_ms, detect_p50_s, detect_max_s, connect_max_s,
      reconnect_max_s, latency_uncorrected_p50_ms, latency_uncorrected_p90_ms,
      latency_uncorrected_p99_ms, latency_uncorrected_max_ms;
  std::vector<recovery_waterfall> waterfall;  ///< See `pooled_waterfall`.
  gauge_values gauges{};                      ///< The largest of its runs.
  double simulated_s = 0;                     ///< Of all its runs together.
  bool complete = true;
  std::string digest;  ///< Over the digests of its runs, hexadecimal.
  std::vector<oracle_result> oracles;
  std::vector<std::string> idle_faults;  ///< Faults that hit nothing in any seed.
  std::vector<expectation_result> expectations;
  std::string verdict;               ///< passed, failed, inconclusive
  std::vector<std::string> reasons;  ///< Why it is not "passed", in sentences.
  std::vector<std::string> notes;    ///< What a reader should know, with the mechanism.
};
/// Quantiles are exact: nearest rank over the answers of all runs.
[[nodiscard]] summary summarise(const cell& c);

/// The value of a named figure: those of figures.cpp, and all `gauges`. Nothing if the name is
/// unknown; zero where nothing was measured, see `has_figure`.
[[nodiscard]] std::optional<double> figure(const summary& s, std::string_view name);
/// False if there was nothing to measure the figure with: zero says nothing then.
[[nodiscard]] bool has_figure(const summary& s, std::string_view name);
/// All that `figure` knows: the same as `scenario::figure_names`.
[[nodiscard]] std::span<const std::string_view> figure_names();

}  // namespace hassle::reports
