#pragma once

#include "harness/simulated_run.hpp"
#include "reports/analysis.hpp"
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
};

struct batch_options {
  std::uint64_t first_seed = 1;
  unsigned jobs = 1;  ///< Threads; the results do not depend on it. > 0.
  std::optional<std::filesystem::path> journals;  ///< Existing directory for all journals.
  const std::atomic<bool>* interrupted = nullptr;
  /// Called from any of the threads, one at a time, after each run.
  std::function<void(std::size_t done, std::size_t all)> on_progress;
};

struct batch_result {
  std::vector<reports::cell> cells;  ///< In the order of the entries; runs in the order of seeds.
  bool interrupted = false;
  std::optional<std::string> bug;  ///< The first defect of ours that was met.
};

/// Runs every entry with all its seeds, side by side. Everything that can be wrong with the input
/// is found before the first run.
[[nodiscard]] std::expected<batch_result, scenario::input_error> run_batch(
    const std::vector<entry>& entries, const batch_options& options);

/// "lee-day.naive.7.jsonl"
[[nodiscard]] std::string journal_name(const reports::run_context& context);

}  // namespace hassle::harness
