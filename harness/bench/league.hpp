#pragma once

#include "harness/bench/figures.hpp"
#include "harness/bench/recovery_lag.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::bench {

/// The outages of the league, and those that a restart of a proxy or of Home Assistant makes.
[[nodiscard]] outage_range all_outages(unsigned per_cell);
[[nodiscard]] outage_range short_outages(unsigned per_cell);

/// Ours must have at most this part of the official client's median lag after short outages, with
/// no more attempts.
inline constexpr double lag_ratio_most = 0.5;

struct league_entry {
  std::string_view name;
  std::string_view source;
  lag_curve all;            ///< Over `all_outages`.
  lag_figures after_short;  ///< Over `short_outages`.
  bool front = false;       ///< On the Pareto front of median lag against attempts a minute.
};

struct league {
  unsigned per_cell = 0;
  std::uint64_t seed = 0;
  bool complete = true;  ///< False: interrupted; the policies that were finished are there.
  std::vector<league_entry> entries;  ///< Fastest first.
};

struct league_options {
  unsigned per_cell = 1'000;
  std::uint64_t seed = 1;
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(std::size_t done, std::size_t all)> on_progress = {};
};

/// All known policies through the same outages.
[[nodiscard]] league play_league(const league_options& how);

/// Every figure, with the official client's as the baseline.
[[nodiscard]] std::vector<figure> figures_of(const league& played);

/// The rows that the goal is about: ours and the official client's after short outages. Empty
/// unless both were measured.
[[nodiscard]] std::vector<figure> goal_figures(const league& played);

/// Whether it is reached, in a sentence with its figures. Empty where `goal_figures` is.
[[nodiscard]] std::string goal_text(const league& played);

/// For people.
[[nodiscard]] std::string league_table(const league& played, std::size_t width, bool coloured);

/// For programs: `to_json` with the curves of lag over outage.
[[nodiscard]] std::string league_json(const league& played);

}  // namespace hassle::harness::bench
