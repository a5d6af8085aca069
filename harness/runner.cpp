#include "harness/runner.hpp"

#include "harness/client_settings.hpp"
#include "harness/scenario_check.hpp"
#include "harness/version.hpp"
#include "reports/journal_file.hpp"
#include "scenarios/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <mutex>
#include <thread>
#include <utility>

namespace hassle::harness {

namespace {

struct task {
  std::size_t entry;
  std::uint64_t seed;
};

struct prepared_entry {
  const entry* what;
  client::config settings;
};

/// Hands out tasks to threads and collects what they return.
class batch {
 public:
  batch(std::vector<prepared_entry> entries, const batch_options& options)
      : entries_(std::move(entries)), options_(options) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      for (std::uint64_t n = 0; n < entries_[i].what->seeds; ++n) {
        tasks_.push_back({i, options.first_seed + n});
      }
    }
    figures_.resize(tasks_.size());
  }

  void run() {
    std::vector<std::jthread> threads;
    const std::size_t count = std::min<std::size_t>(options_.jobs, tasks_.size());
    for (std::size_t i = 1; i < count; ++i) threads.emplace_back([this] { work(); });
    work();
  }

  batch_result result() {
    batch_result all;
    all.bug = std::move(bug_);
    std::size_t next = 0;
    for (const prepared_entry& each : entries_) {
      reports::cell cell = cell_of(*each.what);
      for (std::uint64_t n = 0; n < each.what->seeds; ++n, ++next) {
        if (figures_[next]) {
          cell.runs.push_back(std::move(*figures_[next]));
        } else {
          cell.complete = false;
          all.interrupted = all.interrupted || !all.bug;
        }
      }
      all.cells.push_back(std::move(cell));
    }
    return all;
  }

 private:
  static reports::cell cell_of(const entry& from) {
    reports::cell cell{.scenario = from.what->name,
                       .client = from.client.name,
                       .world = "simulated",
                       .runs = {},
                       .layers = from.client.layers,
                       .expectations = {},
                       .title = from.what->title};
    for (const scenario::expectation& each : from.what->expectations) {
      if (each.client != from.client.name) continue;
      cell.expectations.push_back(
          {.figure = each.figure, .min = each.min, .max = each.max, .why = each.why});
    }
    return cell;
  }

  [[nodiscard]] bool interrupted() const {
    return options_.interrupted != nullptr && options_.interrupted->load();
  }

  void work() {
    for (;;) {
      const std::size_t mine = next_.fetch_add(1);
      if (mine >= tasks_.size() || interrupted() || failed_.load()) return;
      run_one(mine);
    }
  }

  void run_one(std::size_t index) {
    const prepared_entry& each = entries_[tasks_[index].entry];
    const auto plan = scenario::make_plan(*each.what->what, tasks_[index].seed);
    assert(plan && "run_batch has tried a plan before");
    run_result result = simulate(*each.what->what, *plan, each.settings, each.what->client.name,
                                 options_.interrupted);
    if (result.bug) return report_bug(result.context, *result.bug);
    if (result.interrupted) return;
    if (options_.journals) {
      const auto file = *options_.journals / journal_name(result.context);
      if (auto written = reports::write_journal(file, result.context, result.journal, version);
          !written) {
        return report_bug(result.context, written.error().text());
      }
    }
    auto figures = reports::analyse(result.context, result.journal);
    const std::lock_guard lock(mutex_);
    figures_[index] = std::move(figures);
    ++done_;
    if (options_.on_progress) options_.on_progress(done_, tasks_.size());
  }

  void report_bug(const reports::run_context& context, const std::string& what) {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    if (bug_) return;
    bug_ = fmt::format("{} with {}, seed {}: {}", context.scenario, context.client, context.seed,
                       what);
  }

  std::vector<prepared_entry> entries_;
  const batch_options& options_;
  std::vector<task> tasks_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  // Guards what follows.
  std::vector<std::optional<reports::run_figures>> figures_;
  std::size_t done_ = 0;
  std::optional<std::string> bug_;
};

}  // namespace

std::string journal_name(const reports::run_context& context) {
  return fmt::format("{}.{}.{}.jsonl", context.scenario, context.client, context.seed);
}

std::expected<batch_result, scenario::input_error> run_batch(const std::vector<entry>& entries,
                                                             const batch_options& options) {
  assert(options.jobs > 0);
  std::vector<prepared_entry> prepared;
  for (const entry& each : entries) {
    if (auto error = find_scenario_error(*each.what)) return std::unexpected(std::move(*error));
    auto settings = client_settings(each.client);
    if (!settings) return std::unexpected(std::move(settings.error()));
    // What cannot be planned for the first seed is refused before anything runs.
    if (auto plan = scenario::make_plan(*each.what, options.first_seed); !plan) {
      return std::unexpected(std::move(plan.error()));
    }
    prepared.push_back({&each, std::move(*settings)});
  }
  batch all(std::move(prepared), options);
  all.run();
  return all.result();
}

}  // namespace hassle::harness
