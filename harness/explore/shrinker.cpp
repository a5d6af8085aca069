#include "harness/explore/shrinker.hpp"

#include "harness/explore/ddmin.hpp"
#include "harness/explore/fault_table.hpp"
#include "harness/explore/frozen_actions.hpp"
#include "harness/scenario_check.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace hassle::harness::explore {

namespace {

using namespace std::chrono_literals;
using scenario::duration;
using edit = std::function<void(scenario::scenario&)>;

/// Taking away and simplifying help each other; more rounds than this find nothing more.
constexpr int rounds_max = 4;
constexpr int bisections_max = 12;

/// The least length of time that is as good to read: 7.3 s -> 8 s, 431 ms -> 500 ms.
duration rounded_up(duration exact) {
  std::int64_t unit = 1;
  while (exact.count() / unit >= 10) unit *= 10;
  return duration((exact.count() + unit - 1) / unit * unit);
}

const failure* find_failure(const std::vector<failure>& all, const std::string& part) {
  const auto found = std::ranges::find_if(
      all, [&](const failure& each) { return each.name.find(part) != std::string::npos; });
  return found == all.end() ? nullptr : &*found;
}

class shrinker {
 public:
  shrinker(const subject& whom, const shrinker_options& options) : whom_(whom), options_(options) {}

  std::expected<shrunk, std::string> run(const scenario::scenario& given) {
    auto first = try_scenario(whom_, given, options_.seed, options_.interrupted);
    if (!first) return std::unexpected(first.error().text());
    const failure* const kept = find_failure(first->failures, options_.failure);
    if (kept == nullptr) return std::unexpected(no_failure());
    result_.kept = *kept;
    best_ = only_this_client(given);
    if (!freeze()) {
      return std::unexpected("with explicit times the run does not fail in this way any more");
    }
    for (int round = 0; round < rounds_max; ++round) {
      const std::string before = scenario::write_scenario(best_);
      take_away();
      simplify();
      shorten();
      if (scenario::write_scenario(best_) == before) break;
    }
    result_.complete = !is_over();
    result_.what = std::move(best_);
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::string no_failure() const {
    return options_.failure.empty()
               ? fmt::format("seed {} does not fail with {}", options_.seed, whom_.name)
               : fmt::format("seed {} does not fail with {} in a way named '{}'", options_.seed,
                             whom_.name, options_.failure);
  }

  [[nodiscard]] scenario::scenario only_this_client(scenario::scenario what) const {
    what.clients = {whom_.name};
    what.seeds = 1;
    std::erase_if(what.expectations, [this](const scenario::expectation& each) {
      return each.client != whom_.name || !result_.kept.name.starts_with("expectation");
    });
    // What a smaller scenario does not hit any more is taken away, not complained about.
    for (scenario::fault& each : what.faults) each.must_hit = false;
    return what;
  }

  [[nodiscard]] bool is_over() const {
    return result_.runs >= options_.runs_max ||
           (options_.interrupted != nullptr && options_.interrupted->load());
  }

  /// Takes the candidate if it fails as it should. It goes through its text: what is kept is what
  /// people will run.
  bool take_if_failing(const scenario::scenario& candidate) {
    if (is_over()) return false;
    auto read = scenario::parse_scenario(scenario::write_scenario(candidate), candidate.file);
    // Not every smaller scenario makes sense: `hassle run` would refuse it.
    if (!read || find_scenario_error(*read)) return false;
    const auto tried = try_scenario(whom_, *read, options_.seed, options_.interrupted);
    ++result_.runs;
    const auto same = [&](const failure& each) { return each.name == result_.kept.name; };
    const bool fails = tried && std::ranges::any_of(tried->failures, same);
    if (fails) {
      result_.kept = *std::ranges::find_if(tried->failures, same);
      best_ = std::move(*read);
    }
    if (options_.on_progress) {
      options_.on_progress(result_.runs, occurrences_of(best_), best_.load.commands->size());
    }
    return fails;
  }

  bool freeze() {
    const auto plan = scenario::make_plan(best_, options_.seed);
    if (!plan) return false;
    auto frozen = scenario::parse_scenario(scenario::frozen_scenario(best_, *plan), best_.file);
    if (!frozen) return false;
    // Those that wait for a command which the workload may send, but did not with this seed.
    drop_senseless_faults(*frozen);
    for (scenario::timed_command& each : *frozen->load.commands) {
      if (each.limit == frozen->load.limit) each.limit.reset();
    }
    return take_if_failing(*frozen);
  }

  // ---- Taking away: what is not needed ----------------------------------------------------------

  void take_away() {
    using kind = frozen_action::kind;
    for (const kind each : {kind::occurrence, kind::recycle, kind::command}) {
      const scenario::scenario whole = best_;
      const auto fails = [&](const std::vector<frozen_action>& rest) {
        return take_if_failing(with_only(whole, each, rest));
      };
      static_cast<void>(ddmin<frozen_action>(actions_of(whole, each), fails));
    }
  }

  // ---- Simplifying: settings go back to their defaults ------------------------------------------

  bool try_edit(const edit& change) {
    scenario::scenario candidate = best_;
    change(candidate);
    if (scenario::write_scenario(candidate) == scenario::write_scenario(best_)) return false;
    return take_if_failing(candidate);
  }

  void simplify() {
    // All at once first: mostly none of it matters.
    try_edit([](scenario::scenario& s) {
      s.path = {};
      s.ha = {};
      s.where_client_lives = {.recycle_at = s.where_client_lives.recycle_at};
    });
    simplify_surroundings();
    for (std::size_t n = 0; n < best_.faults.size(); ++n) simplify_fault(n);
    for (std::size_t n = 0; n < best_.load.commands->size(); ++n) {
      try_edit([n](scenario::scenario& s) { s.load.commands->at(n).limit.reset(); });
      try_edit([n](scenario::scenario& s) { s.load.commands->at(n).target = "light.kitchen"; });
    }
  }

  void simplify_surroundings() {
    const scenario::scenario usual;
    const std::vector<edit> edits = {
        [&](scenario::scenario& s) { s.path = usual.path; },
        [&](scenario::scenario& s) { s.path.box = usual.path.box; },
        [&](scenario::scenario& s) { s.path.jitter = usual.path.jitter; },
        [&](scenario::scenario& s) { s.path.bandwidth = usual.path.bandwidth; },
        [&](scenario::scenario& s) { s.path.latency = usual.path.latency; },
        [&](scenario::scenario& s) { s.ha = usual.ha; },
        [&](scenario::scenario& s) { s.ha.service_time = usual.ha.service_time; },
        [&](scenario::scenario& s) { s.ha.heartbeat = usual.ha.heartbeat; },
        [&](scenario::scenario& s) { s.ha.idle_close = usual.ha.idle_close; },
        [](scenario::scenario& s) { s.where_client_lives.cold_start = {}; },
        [](scenario::scenario& s) { s.where_client_lives.freeze_between_invocations = false; },
        [&](scenario::scenario& s) { s.load.limit = usual.load.limit; },
        [&](scenario::scenario& s) { s.load.at_limit = usual.load.at_limit; },
    };
    for (const edit& each : edits) try_edit(each);
  }

  void simplify_fault(std::size_t n) {
    const auto of = [n](auto change) {
      return [n, change](scenario::scenario& s) { change(s.faults.at(n)); };
    };
    try_edit(of([](scenario::fault& f) {
      f.scope = {.hits = f.scope.hits, .chance = 1, .connections = {}, .command = {}};
    }));
    try_edit(of([](scenario::fault& f) { f.scope.hits.reset(); }));
    try_edit(of([](scenario::fault& f) { f.scope.chance = 1; }));
    try_edit(of([](scenario::fault& f) { f.scope.connections.clear(); }));
    try_edit(of([](scenario::fault& f) { f.scope.command.clear(); }));
    try_edit(of([](scenario::fault& f) { f.after.reset(); }));
    try_edit(of([](scenario::fault& f) {
      const auto row = std::ranges::find(fault_table(), kind_of(f.what), &fault_row::kind);
      if (row != fault_table().end()) f.what = row->initial;
    }));
  }

  // ---- Shortening: durations and instants by bisection ------------------------------------------

  /// The shortest length of time from `least` up with which it still fails, to about a tenth;
  /// longer than now if that is rounder, but never for longer.
  void bisect(duration now, duration least, const std::function<edit(duration)>& with) {
    if (now <= least || is_over()) return;
    if (try_edit(with(least))) return;
    duration good = now;
    duration bad = least;
    for (int n = 0; n < bisections_max && good - bad > std::max<duration>(good / 10, 1ms); ++n) {
      const duration middle = bad + (good - bad) / 2;
      const duration nicer = rounded_up(middle);
      const duration next = nicer < good ? nicer : middle;
      (try_edit(with(next)) ? good : bad) = next;
    }
    if (rounded_up(good) < now) try_edit(with(rounded_up(good)));
  }

  void shorten() {
    for (std::size_t n = 0; n < best_.faults.size(); ++n) {
      for (std::size_t i = 0; i < best_.faults[n].occurrences->size(); ++i) shorten_fault(n, i);
    }
    close_gaps();
    bisect(best_.settle, 0s, [](duration d) { return [d](auto& s) { s.settle = d; }; });
    bisect(best_.length, 1s, [](duration d) { return [d](auto& s) { s.length = d; }; });
    for (const duration unit : {duration(10s), duration(1s), duration(100ms)}) round_instants(unit);
  }

  void shorten_fault(std::size_t n, std::size_t i) {
    const auto shorten_part = [&](auto part) {
      const auto with = [n, i, part](duration d) {
        return
            [n, i, part, d](scenario::scenario& s) { part(s.faults.at(n).occurrences->at(i)) = d; };
      };
      bisect(part(best_.faults[n].occurrences->at(i)), 0s, with);
    };
    shorten_part([](scenario::fault_occurrence& o) -> duration& { return o.lasts; });
    shorten_part([](scenario::fault_occurrence& o) -> duration& { return o.amount; });
    shorten_part([](scenario::fault_occurrence& o) -> duration& { return o.phases.stopping; });
    shorten_part([](scenario::fault_occurrence& o) -> duration& { return o.phases.refused; });
    shorten_part([](scenario::fault_occurrence& o) -> duration& { return o.phases.not_running; });
    shorten_part([](scenario::fault_occurrence& o) -> duration& { return o.phases.starting; });
  }

  /// What happens later comes earlier, together with the end.
  void close_gaps() {
    const std::size_t count = instants_of(best_).size();
    for (std::size_t n = 0; n < count; ++n) {
      std::vector<duration> sorted = {0s};
      for (const duration* each : instants_of(best_)) sorted.push_back(*each);
      std::ranges::sort(sorted);
      const duration from = sorted[n];
      const duration now = sorted[n + 1] - from;
      bisect(now, 0s, [from](duration gap) {
        return [until = from + gap, from](scenario::scenario& s) { move_earlier(s, from, until); };
      });
    }
  }

  /// What comes behind `from` begins at `until` already.
  static void move_earlier(scenario::scenario& s, duration from, duration until) {
    duration next = scenario::duration_max;
    for (const duration* each : instants_of(s)) {
      if (*each > from) next = std::min(next, *each);
    }
    if (next == scenario::duration_max || next <= until) return;
    const duration by = next - until;
    for (duration* each : instants_of(s)) {
      if (*each > from) *each -= by;
    }
    if (s.length > by) s.length -= by;
  }

  void round_instants(duration unit) {
    const std::size_t count = instants_of(best_).size();
    for (std::size_t n = 0; n < count; ++n) {
      try_edit([n, unit](scenario::scenario& s) {
        duration& at = *instants_of(s)[n];
        at = at / unit * unit;
      });
    }
  }

  const subject& whom_;
  const shrinker_options& options_;
  scenario::scenario best_;
  shrunk result_;
};

}  // namespace

std::size_t occurrences_of(const scenario::scenario& what) {
  std::size_t sum = 0;
  for (const scenario::fault& each : what.faults) {
    sum += each.occurrences ? each.occurrences->size() : 0;
  }
  return sum;
}

std::expected<shrunk, std::string> shrink_run(const subject& whom, const scenario::scenario& what,
                                              const shrinker_options& options) {
  shrinker all(whom, options);
  return all.run(what);
}

}  // namespace hassle::harness::explore
