#pragma once

#include "harness/household.hpp"
#include "harness/simulated_run.hpp"
#include "reports/report.hpp"
#include "scenarios/error.hpp"
#include "scenarios/profile.hpp"
#include "scenarios/scenario.hpp"

#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hassle::harness {

/// One scenario with one client: a row of the report.
struct entry {
  const scenario::scenario* what = nullptr;
  scenario::client_profile client;
  std::uint32_t seeds = 1;
  std::uint64_t skip = 0;  ///< Seeds that have been run before: it begins so many later.
  /// Whose expectations and promises are held against it; its own where null. Outlives the runs.
  const scenario::client_profile* judged_as = nullptr;

  [[nodiscard]] const scenario::client_profile& judge() const {
    return judged_as == nullptr ? client : *judged_as;
  }
};

/// Which of the runs are done here; all by default.
struct shard {
  std::uint32_t number = 1;  ///< From 1 to `count`.
  std::uint32_t count = 1;
};

/// Where runs take place, other than in the simulated world.
struct run_world {
  std::string name;                                 ///< In reports: "real".
  std::function<run_result(const run_order&)> run;  ///< Called from any of the threads.
};

struct batch_options {
  std::uint64_t first_seed = 1;
  const run_world* where = nullptr;  ///< The simulated world where null.
  /// The runs are dealt out one by one, so that every entry is spread over all shards. An entry has
  /// its cell in each of them, and it may be without a run.
  shard part{};
  unsigned jobs = 1;  ///< Threads; the results do not depend on it. > 0.
  std::optional<std::filesystem::path> journals;  ///< Existing directory for all journals.
  /// Keep of each entry the run in which there is most to see: see `reports::worth_keeping`.
  bool keep_runs = false;
  bool keep_wire = false;  ///< And with it what went over the wires.
  const std::atomic<bool>* interrupted = nullptr;
  /// Called from any of the threads, one at a time, after each run.
  std::function<void(std::size_t done, std::size_t all)> on_progress;
};

struct batch_result {
  std::vector<reports::cell> cells;  ///< In the order of the entries; runs in the order of seeds.
  /// In the order of the entries; of an entry none of whose runs was done there is none.
  std::vector<reports::kept_run> kept;
  bool interrupted = false;
  /// Of all that was to be run, in this shard or another: scenarios, clients, seeds.
  std::uint64_t plan = 0;
  std::optional<std::string> bug;  ///< The first defect of ours that was met.
  /// The first that was wrong with the program behind each client: see `run_result`.
  struct client_fault {
    std::string client;
    std::string scenario;
    std::uint64_t seed = 0;
    std::string what;
  };
  std::vector<client_fault> client_faults;
};

/// Runs every entry with all its seeds, side by side. Everything that can be wrong with the input
/// is found before the first run.
[[nodiscard]] std::expected<batch_result, scenario::input_error> run_batch(
    const std::vector<entry>& entries, const batch_options& options);

/// "lee-day.naive.7.jsonl"
[[nodiscard]] std::string journal_name(const reports::run_context& context);

}  // namespace hassle::harness
