#include "harness/explore/explorer.hpp"

#include "harness/explore/abort_notice.hpp"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <thread>
#include <utility>

namespace hassle::harness::explore {

namespace {

/// Hands out seeds in their order. What was handed out is completed, unless the user interrupts: so
/// that what is complete is always the runs of the first so many seeds.
class crew {
 public:
  crew(const subject& whom, const explorer_options& options) : whom_(whom), options_(options) {}

  exploration run() {
    {
      std::vector<std::jthread> threads;
      const std::size_t count = std::min<std::size_t>(options_.jobs, options_.runs);
      for (std::size_t i = 1; i < count; ++i) threads.emplace_back([this] { work(); });
      work();
    }
    return finished();
  }

 private:
  [[nodiscard]] bool interrupted() const {
    return options_.interrupted != nullptr && options_.interrupted->load();
  }

  void work() {
    for (;;) {
      if (interrupted() || enough_.load()) return;
      if (options_.time_is_up && options_.time_is_up()) return;
      const std::size_t mine = next_.fetch_add(1);
      if (mine >= options_.runs) return;
      run_one(options_.first_seed + mine);
    }
  }

  void run_one(std::uint64_t seed) {
    const abort_notice notice(seed);
    const scenario::scenario what = random_scenario(seed, options_.rules);
    trial tried = tried_or_bug(what, seed);
    const std::lock_guard lock(mutex_);
    if (tried.interrupted) return;
    ++result_.runs;
    result_.digest += tried.digest;
    count_kinds(what, tried.hit_faults);
    if (!tried.failures.empty()) {
      result_.findings.push_back({.seed = seed, .failures = std::move(tried.failures)});
      enough_ = result_.findings.size() >= options_.enough;
    }
    if (options_.on_progress) options_.on_progress(result_.runs, result_.findings.size());
  }

  [[nodiscard]] trial tried_or_bug(const scenario::scenario& what, std::uint64_t seed) const {
    auto tried = try_scenario(whom_, what, seed, options_.interrupted);
    if (tried) return std::move(*tried);
    trial bad;
    bad.failures.push_back(
        {.name = "bug", .text = "a bug of the grammar: " + tried.error().text()});
    return bad;
  }

  void count_kinds(const scenario::scenario& what, const std::vector<std::string>& hit) {
    for (const scenario::fault& each : what.faults) {
      const std::string_view kind = kind_of(each.what);
      auto found = result_.coverage.find(kind);
      if (found == result_.coverage.end()) {
        found = result_.coverage.emplace(std::string(kind), kind_coverage{}).first;
      }
      ++found->second.drawn;
      if (std::ranges::binary_search(hit, each.name)) ++found->second.hit;
    }
  }

  exploration finished() {
    result_.interrupted = interrupted();
    std::ranges::sort(result_.findings, {}, &finding::seed);
    if (result_.findings.size() >= options_.enough) {
      // Others were still running when there were enough: which of them is chance.
      result_.findings.resize(options_.enough);
      result_.runs = result_.findings.back().seed - options_.first_seed + 1;
    }
    return std::move(result_);
  }

  const subject& whom_;
  const explorer_options& options_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> enough_ = false;
  std::mutex mutex_;  // Guards what follows.
  exploration result_;
};

}  // namespace

exploration explore_seeds(const subject& whom, const explorer_options& options) {
  assert(options.jobs > 0 && options.runs > 0 && options.enough > 0);
  crew all(whom, options);
  return all.run();
}

}  // namespace hassle::harness::explore
