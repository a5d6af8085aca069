#include "reports/attribution.hpp"

#include "reports/attribution_words.hpp"
#include "reports/statistics/holm.hpp"
#include "reports/statistics/shapley.hpp"
#include "reports/statistics/student.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace hassle::reports {
namespace {

using cells_by_set = std::map<player_set, const cell*>;

// All that was measured of one scenario, by sets of layers.
struct game {
  const cell* whole = nullptr;  // With all layers.
  cells_by_set cells;

  [[nodiscard]] unsigned players() const { return static_cast<unsigned>(whole->layers.size()); }
  [[nodiscard]] bool has(std::span<const player_set> sets) const {
    return std::ranges::all_of(sets, [&](player_set each) { return cells.contains(each); });
  }
};

std::optional<player_set> set_of(const cell& c, const std::vector<std::string>& all) {
  player_set set = 0;
  for (const std::string& layer : c.layers) {
    const auto found = std::ranges::find(all, layer);
    if (found == all.end()) return std::nullopt;
    set |= player_set{1} << static_cast<unsigned>(found - all.begin());
  }
  return set;
}

game game_of(std::span<const cell> cells) {
  game all;
  for (const cell& each : cells) {
    if (all.whole == nullptr || each.layers.size() > all.whole->layers.size()) all.whole = &each;
  }
  if (all.whole->layers.size() > players_max) return {};
  for (const cell& each : cells) {
    if (const auto set = set_of(each, all.whole->layers)) all.cells.emplace(*set, &each);
  }
  return all;
}

// Of two, which are the reverse of each other, there are no others to compare with.
constexpr std::size_t interaction_orders_min = 4;

// How many of the sampled orders, from the first on, met nobody who was not measured.
std::size_t orders_of(const game& all) {
  std::size_t n = 0;
  while (n < orders_max && all.has(sets_along(sampled_order(all.players(), n)))) ++n;
  return n - n % 2;  // An order and its reverse belong together.
}

// What one seed says of every client that is needed.
class seed_table {
 public:
  void add(player_set set, const run_figures& run) { runs_[set] = &run; }
  [[nodiscard]] std::size_t size() const { return runs_.size(); }
  // The same commands are issued to all: then whole numbers are counted, and nothing is rounded.
  void settle() {
    const std::uint64_t commands = runs_.begin()->second->commands;
    alike_ = commands > 0 && std::ranges::all_of(runs_, [&](const auto& each) {
               return each.second->commands == commands;
             });
    unit_ = alike_ ? static_cast<double>(commands) : 1.0;
  }
  // How much better than nothing, in units: errors not made.
  [[nodiscard]] double value(player_set set) const {
    const run_figures& run = *runs_.at(set);
    if (!alike_) return -run.error_rate();
    std::uint64_t errors = 0;
    for (std::size_t i = 0; i < run.outcomes.size(); ++i) {
      if (is_error(static_cast<outcome>(i))) errors += run.outcomes[i];
    }
    return -static_cast<double>(errors);
  }
  [[nodiscard]] double unit() const { return unit_; }
  [[nodiscard]] double error_rate(player_set set) const { return runs_.at(set)->error_rate(); }

 private:
  std::map<player_set, const run_figures*> runs_;
  bool alike_ = false;
  double unit_ = 1;
};

// By seed; only seeds that every one of the sets has.
std::map<std::uint64_t, seed_table> tables_of(const game& all, std::span<const player_set> sets) {
  std::map<std::uint64_t, seed_table> tables;
  for (const player_set set : sets) {
    for (const run_figures& run : all.cells.at(set)->runs) tables[run.seed].add(set, run);
  }
  std::erase_if(tables, [&](const auto& each) { return each.second.size() != sets.size(); });
  for (auto& [seed, table] : tables) table.settle();
  return tables;
}

// What a layer saves: by seed, and then by pair of orders.
using samples = std::vector<std::vector<double>>;

layer_effect effect_of(const samples& rows) {
  const tested_mean found = crossed_mean(rows, usual_confidence);
  return {.errors_saved = found.range, .p = found.p};
}

void correct(std::span<layer_effect* const> effects) {
  std::vector<double> plain;
  plain.reserve(effects.size());
  for (const layer_effect* each : effects) plain.push_back(each->p);
  const std::vector<double> adjusted = holm(plain);
  for (std::size_t i = 0; i < effects.size(); ++i) {
    effects[i]->p_holm = adjusted[i];
    effects[i]->significant = adjusted[i] < significance;
  }
}

// Of layers, and of pairs of them: first and second, first and third, ...
struct all_samples {
  std::vector<samples> layers;
  std::vector<samples> pairs;
};

void add_row(std::vector<samples>& to, std::size_t at, std::vector<double> row) {
  if (to.size() <= at) to.resize(at + 1);
  to[at].push_back(std::move(row));
}

all_samples all_subsets(const game& all, const std::map<std::uint64_t, seed_table>& tables) {
  const unsigned players = all.players();
  all_samples found;
  for (const auto& [seed, table] : tables) {
    std::vector<double> value(std::size_t{1} << players);
    for (player_set set = 0; set < value.size(); ++set) value[set] = table.value(set);
    const std::vector<double> gains = shapley_values(value, players);
    for (unsigned i = 0; i < players; ++i) add_row(found.layers, i, {gains[i] / table.unit()});
    std::size_t pair = 0;
    for (unsigned i = 0; i < players; ++i) {
      for (unsigned j = i + 1; j < players; ++j, ++pair) {
        add_row(found.pairs, pair, {shapley_interaction(value, players, i, j) / table.unit()});
      }
    }
  }
  return found;
}

// What each layer adds in each of the orders, of one seed.
using gain_table = std::vector<std::vector<double>>;

// What layer `i` adds more where `j` is there, by pair of orders. What it adds on average over all
// other orders is subtracted, which changes nothing but the spread.
std::vector<double> more_with(const std::vector<std::vector<unsigned>>& orders,
                              const gain_table& gains, unsigned i, unsigned j) {
  double sum = 0;
  for (const std::vector<double>& each : gains) sum += each[i];
  const auto others = static_cast<double>(orders.size() - 2);
  std::vector<double> more;
  more.reserve(orders.size() / 2);
  for (std::size_t n = 0; n < orders.size(); n += 2) {
    const double rest = sum - gains[n][i] - gains[n + 1][i];
    const auto part = [&](std::size_t k) {
      // In whole numbers first: what is always the same leaves nothing behind.
      return (others * gains[k][i] - rest) / others * interaction_weight(orders[k], i, j);
    };
    more.push_back((part(n) + part(n + 1)) / 2);
  }
  return more;
}

// Shares of different numbers of commands do not cancel out to the last digit.
double settled(double share) { return std::abs(share) < 1e-12 ? 0 : share; }

void add_interactions(all_samples& into, const std::vector<std::vector<unsigned>>& orders,
                      const gain_table& gains, double unit) {
  const auto players = static_cast<unsigned>(orders.front().size());
  std::size_t pair = 0;
  for (unsigned i = 0; i < players; ++i) {
    for (unsigned j = i + 1; j < players; ++j, ++pair) {
      std::vector<double> row = more_with(orders, gains, i, j);
      const std::vector<double> other_way = more_with(orders, gains, j, i);
      for (std::size_t k = 0; k < row.size(); ++k) {
        row[k] = settled((row[k] + other_way[k]) / 2 / unit);
      }
      add_row(into.pairs, pair, std::move(row));
    }
  }
}

all_samples sampled(const game& all, const std::map<std::uint64_t, seed_table>& tables,
                    std::size_t count) {
  const unsigned players = all.players();
  std::vector<std::vector<unsigned>> orders;
  orders.reserve(count);
  for (std::size_t n = 0; n < count; ++n) orders.push_back(sampled_order(players, n));
  all_samples found;
  for (const auto& [seed, table] : tables) {
    const auto value = [&](player_set set) { return table.value(set); };
    gain_table gains;
    gains.reserve(count);
    for (const auto& order : orders) gains.push_back(gains_along(order, value));
    for (unsigned i = 0; i < players; ++i) {
      std::vector<double> row;
      row.reserve(count / 2);
      for (std::size_t n = 0; n < count; n += 2) {
        row.push_back((gains[n][i] + gains[n + 1][i]) / 2 / table.unit());
      }
      add_row(found.layers, i, std::move(row));
    }
    if (count >= interaction_orders_min) add_interactions(found, orders, gains, table.unit());
  }
  return found;
}

void add_layers(attribution& a, const game& all, const std::vector<samples>& by_layer) {
  for (std::size_t i = 0; i < by_layer.size(); ++i) {
    a.layers.push_back(
        {.layer = all.whole->layers[i], .effect = effect_of(by_layer[i]), .share = {}});
    if (a.errors_saved.low > 0) {
      a.layers.back().share = a.layers.back().effect.errors_saved.mean / a.errors_saved.mean;
    }
  }
  std::vector<layer_effect*> effects;
  effects.reserve(a.layers.size());
  for (layer_gain& each : a.layers) effects.push_back(&each.effect);
  correct(effects);
}

void add_pairs(attribution& a, const std::vector<samples>& pairs) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    for (std::size_t j = i + 1; j < a.layers.size() && next < pairs.size(); ++j, ++next) {
      a.pairs.push_back({.first = a.layers[i].layer,
                         .second = a.layers[j].layer,
                         .effect = effect_of(pairs[next])});
    }
  }
  std::vector<layer_effect*> effects;
  effects.reserve(a.pairs.size());
  for (layer_interaction& each : a.pairs) effects.push_back(&each.effect);
  correct(effects);
}

// Not below none and not above all.
interval share_of(std::span<const double> rates) {
  interval i = mean_interval(rates, usual_confidence);
  i.low = std::max(i.low, 0.0);
  i.high = std::min(i.high, 1.0);
  return i;
}

void add_ends(attribution& a, const std::map<std::uint64_t, seed_table>& tables,
              player_set everyone) {
  std::vector<double> without;
  std::vector<double> with;
  for (const auto& [seed, table] : tables) {
    without.push_back(table.error_rate(0));
    with.push_back(table.error_rate(everyone));
  }
  a.errors_without = share_of(without);
  a.errors_with = share_of(with);
  a.errors_saved = paired_difference(with, without);
}

// Faults that must hit something and hit nobody.
std::set<std::string> idle_faults(const game& all) {
  std::set<std::string> idle;
  std::set<std::string> hit;
  for (const auto& [set, c] : all.cells) {
    for (const run_figures& run : c->runs) {
      idle.insert(run.idle_faults.begin(), run.idle_faults.end());
      hit.insert(run.hit_faults.begin(), run.hit_faults.end());
    }
  }
  for (const std::string& name : hit) idle.erase(name);
  return idle;
}

// "flap" of "flap-12".
std::string without_number(std::string_view fault) {
  const std::size_t end = fault.find_last_not_of("0123456789");
  const bool numbered =
      end != std::string_view::npos && end + 1 < fault.size() && end > 0 && fault[end] == '-';
  return std::string(numbered ? fault.substr(0, end) : fault);
}

std::vector<std::string> faults_of(const game& all) {
  std::set<std::string> kinds;
  std::set<std::string> names;
  for (const auto& [set, c] : all.cells) {
    for (const run_figures& run : c->runs) {
      for (const staged_recovery& each : run.recovery_stages) kinds.insert(each.fault_kind);
      for (const std::string& each : run.hit_faults) names.insert(without_number(each));
    }
  }
  kinds.erase("");
  const std::set<std::string>& told = kinds.empty() ? names : kinds;
  return {told.begin(), told.end()};
}

std::optional<attribution> attribution_of(std::span<const cell> cells) {
  const game all = game_of(cells);
  if (all.whole == nullptr || all.players() == 0) return std::nullopt;
  const unsigned players = all.players();
  attribution a{.scenario = all.whole->scenario,
                .world = all.whole->world,
                .title = all.whole->title,
                .client = all.whole->client};
  const bool whole = players <= players_of_all_sets_max;
  if (!whole) a.orders = orders_of(all);
  if (!whole && a.orders == 0) return std::nullopt;
  const std::vector<player_set> needed =
      whole ? all_sets(players) : sets_of_orders(players, a.orders);
  if (!all.has(needed)) return std::nullopt;
  const auto tables = tables_of(all, needed);
  if (tables.empty()) return std::nullopt;
  a.seeds = tables.size();
  a.first_seed = tables.begin()->first;
  a.clients = needed.size();
  add_ends(a, tables, needed.back());
  const all_samples found = whole ? all_subsets(all, tables) : sampled(all, tables, a.orders);
  add_layers(a, all, found.layers);
  add_pairs(a, found.pairs);
  a.faults = faults_of(all);
  const std::set<std::string> idle = idle_faults(all);
  a.findings = findings_of(a);
  a.doubts = doubts_of(a, {idle.begin(), idle.end()});
  return a;
}

}  // namespace

std::vector<attribution> attributions(std::span<const cell> cells) {
  std::vector<attribution> found;
  for (std::size_t begin = 0; begin < cells.size();) {
    std::size_t end = begin;
    while (end < cells.size() && cells[end].scenario == cells[begin].scenario &&
           cells[end].world == cells[begin].world) {
      ++end;
    }
    if (auto one = attribution_of(cells.subspan(begin, end - begin))) {
      found.push_back(*std::move(one));
    }
    begin = end;
  }
  return found;
}

}  // namespace hassle::reports
