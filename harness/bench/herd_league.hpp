#pragma once

#include "harness/bench/figures.hpp"
#include "harness/bench/policies/known_policies.hpp"
#include "harness/bench/stampede.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hassle::harness::bench {

struct herd_options {
  std::vector<std::uint32_t> clients;  ///< Herds of these sizes, none twice. > 0
  std::vector<const known_policy*> policies;
  stampede_server server;
  std::uint64_t seed = 1;
  /// Search what ours needs to have 99 % of each herd back so soon.
  std::optional<net::duration> target;
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(std::size_t done, std::size_t all)> on_progress = {};
};

struct herd_entry {
  std::uint32_t clients = 0;
  const known_policy* policy = nullptr;
  stampede_figures figures;
};

/// What of ours meets the target with a cap on its delays.
struct herd_tuning {
  std::uint32_t clients = 0;
  net::duration cap{};
  /// The smallest restart_spread that does, of 0 and powers of two of a second up to 128 s, for
  /// three seeds; 0 = that after any other end, half a second; nothing: none does.
  std::optional<net::duration> spread;
};

struct herd_result {
  herd_options asked;
  bool complete = true;              ///< False: interrupted; what was finished is there.
  std::vector<herd_entry> entries;   ///< By size; in each the quickest first.
  std::vector<herd_tuning> tunings;  ///< By size, then by cap. Empty without a target.
};

[[nodiscard]] herd_result run_herds(const herd_options& how);

/// Whether there is a tuning for every size.
[[nodiscard]] bool target_is_met(const herd_result& of);

/// Every figure. The baseline is what the door alone would allow: of times the least time, of
/// rates its capacity.
[[nodiscard]] std::vector<figure> figures_of(const herd_result& of);

/// For people.
[[nodiscard]] std::string herd_tables(const herd_result& of, std::size_t width, bool coloured);

/// For programs.
[[nodiscard]] std::string herd_json(const herd_result& of);

}  // namespace hassle::harness::bench
