#include "harness/runner.hpp"

#include "harness/client_settings.hpp"
#include "harness/scenario_check.hpp"
#include "harness/version.hpp"
#include "reports/journal_file.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

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

struct kept_candidate {
  std::uint64_t worth = 0;
  std::optional<reports::kept_run> run;
};

/// FNV-1a over texts, each with its end.
class fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) take(static_cast<unsigned char>(c));
    take(0x100);
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void take(std::uint64_t symbol) { value_ = (value_ ^ symbol) * 1099511628211ULL; }

  std::uint64_t value_ = reports::empty_digest;
};

std::string text_of(const scenario::setting& each) {
  const auto value = std::visit(
      [](const auto& of) {
        if constexpr (std::is_same_v<std::decay_t<decltype(of)>, std::vector<std::string>>) {
          return fmt::format("[{}]", fmt::join(of, "\n"));
        } else {
          return fmt::format("{}", of);
        }
      },
      each.value);
  return fmt::format("{}.{}={}", each.layer, each.key, value);
}

std::uint64_t plan_of(const std::vector<entry>& entries, std::uint64_t first_seed) {
  fingerprint all;
  const scenario::scenario* last = nullptr;
  for (const entry& each : entries) {
    if (each.what != last) all.add(scenario::write_scenario(*each.what));
    last = each.what;
    all.add(fmt::format("{} {} {}+{}", each.client.name, scenario::name_of(each.client.style),
                        first_seed, each.seeds));
    for (const std::string& layer : each.client.layers) all.add(layer);
    for (const scenario::setting& one : each.client.settings) all.add(text_of(one));
  }
  return all.value();
}

/// Hands out tasks to threads and collects what they return.
class batch {
 public:
  batch(std::vector<prepared_entry> entries, const batch_options& options)
      : entries_(std::move(entries)), options_(options) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      for (std::uint64_t n = 0; n < entries_[i].what->seeds; ++n) {
        const bool mine = all_++ % options.part.count + 1 == options.part.number;
        if (mine) tasks_.push_back({i, options.first_seed + entries_[i].what->skip + n});
      }
    }
    figures_.resize(tasks_.size());
    kept_.resize(entries_.size());
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
    for (auto& [client, fault] : client_faults_) all.client_faults.push_back(std::move(fault));
    std::size_t next = 0;
    for (const prepared_entry& each : entries_) {
      reports::cell cell = cell_of(*each.what);
      if (options_.where != nullptr) cell.world = options_.where->name;
      for (; next < tasks_.size() && &entries_[tasks_[next].entry] == &each; ++next) {
        if (figures_[next]) {
          cell.runs.push_back(std::move(*figures_[next]));
        } else {
          cell.complete = false;
          all.interrupted = all.interrupted || !all.bug;
        }
      }
      all.cells.push_back(std::move(cell));
    }
    for (kept_candidate& each : kept_) {
      if (each.run) all.kept.push_back(std::move(*each.run));
    }
    return all;
  }

 private:
  static reports::cell cell_of(const entry& from) {
    reports::cell cell{.scenario = from.what->name,
                       .client = from.client.name,
                       .world = "simulated",
                       .runs = {},
                       .layers = from.judge().layers,
                       .expectations = {},
                       .title = from.what->title};
    for (const scenario::expectation& each : from.what->expectations) {
      if (each.client != from.judge().name) continue;
      cell.expectations.push_back(
          {.figure = each.figure,
           .min = each.min,
           .max = each.max,
           .why = each.why,
           .where = {.file = from.what->file_at(each.where), .line = each.where.line}});
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
    run_result result = run(each, *plan);
    result.context.layers = each.what->client.layers;
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
    if (result.client_fault) note_fault(result);
    if (options_.keep_runs) keep(tasks_[index].entry, figures, std::move(result));
    figures_[index] = std::move(figures);
    ++done_;
    if (options_.on_progress) options_.on_progress(done_, tasks_.size());
  }

  run_result run(const prepared_entry& each, const scenario::plan& plan) {
    const scenario::scenario& what = *each.what->what;
    const std::string& client = each.what->client.name;
    if (options_.where == nullptr) {
      return simulate(what, plan, each.settings, client, options_.interrupted, {},
                      {.wire = options_.keep_wire});
    }
    return options_.where->run({.what = &what,
                                .plan = &plan,
                                .settings = &each.settings,
                                .client_name = client,
                                .interrupted = options_.interrupted});
  }

  /// Called with the lock held. Runs of one entry come in any order.
  void keep(std::size_t entry, const reports::run_figures& figures, run_result result) {
    kept_candidate& best = kept_[entry];
    const std::uint64_t worth =
        reports::worth_keeping(figures, entries_[entry].what->judge().layers);
    const bool better = !best.run || worth > best.worth ||
                        (worth == best.worth && result.context.seed < best.run->context.seed);
    if (!better) return;
    best.worth = worth;
    best.run = reports::kept_run{.context = std::move(result.context),
                                 .events = std::move(result.journal),
                                 .wire = std::move(result.wire)};
  }

  /// Called with the lock held.
  void note_fault(const run_result& of) {
    const reports::run_context& run = of.context;
    client_faults_.try_emplace(run.client, batch_result::client_fault{.client = run.client,
                                                                      .scenario = run.scenario,
                                                                      .seed = run.seed,
                                                                      .what = *of.client_fault});
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
  std::size_t all_ = 0;  // Runs of all shards together.
  std::vector<task> tasks_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  // Guards what follows.
  std::vector<std::optional<reports::run_figures>> figures_;
  std::vector<kept_candidate> kept_;  // By entry.
  std::size_t done_ = 0;
  std::optional<std::string> bug_;
  std::map<std::string, batch_result::client_fault> client_faults_;  // By client.
};

}  // namespace

std::string journal_name(const reports::run_context& context) {
  return fmt::format("{}.{}.{}.jsonl", context.scenario, context.client, context.seed);
}

std::expected<batch_result, scenario::input_error> run_batch(const std::vector<entry>& entries,
                                                             const batch_options& options) {
  assert(options.jobs > 0);
  assert(options.part.number >= 1 && options.part.number <= options.part.count);
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
  batch_result result = all.result();
  result.plan = plan_of(entries, options.first_seed);
  return result;
}

}  // namespace hassle::harness
