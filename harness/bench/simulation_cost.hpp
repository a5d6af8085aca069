#pragma once

#include "harness/bench/figures.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace hassle::harness::bench {

struct simulation_options {
  bool quick = false;  ///< Up to 1,000 connections and one hour only.
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(std::size_t done, std::size_t all)> on_progress = {};
};

struct simulation_result {
  std::vector<figure> rows;
  bool complete = true;
};

/// What the simulated world costs, in processor time of one thread: events and round trips a
/// second, memory of a connection with both its ends (resident), how both grow with connections and
/// with hours. And, which is no cost but is measured there: how long `production` takes to notice
/// connections that die without a word, and whether it takes a busy server for a dead one.
[[nodiscard]] simulation_result measure_simulation(const simulation_options& how);

/// Whether the goals of noticing are reached, in sentences.
[[nodiscard]] std::string simulation_goals(const simulation_result& measured);

}  // namespace hassle::harness::bench
