#pragma once

#include "harness/simulated_run.hpp"
#include "reports/analysis.hpp"
#include "reports/journal.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

/// One run, taken apart for a test.
struct test_run {
  run_result raw;
  reports::run_figures figures;

  /// How many events of a kind, with a given text if one is given.
  [[nodiscard]] std::size_t count(reports::event_kind kind, std::string_view text = {}) const;
  /// Of an oracle, by its name.
  [[nodiscard]] std::uint64_t violations(std::string_view oracle) const;
  /// "fresh", "connection: …" in the order of the commands.
  [[nodiscard]] std::vector<std::string> outcomes() const;
  /// When the first event of a kind happened after `from`; asserts that there is one.
  [[nodiscard]] std::chrono::nanoseconds first(reports::event_kind kind,
                                               std::chrono::nanoseconds from = {}) const;
};

/// A scenario text: ten minutes without a jitter, one host, commands and faults as given; `more`
/// comes at the end of the workload.
[[nodiscard]] std::string story(std::string_view commands_and_faults, std::string_view more = "");
[[nodiscard]] std::string command(std::string_view at, std::string_view kind = "turn_on",
                                  std::string_view target = "light.kitchen");

/// Runs a scenario text with a client of the library; what is wrong with either fails the test.
[[nodiscard]] test_run run_text(std::string_view scenario_text, std::string_view client,
                                std::uint64_t seed = 1);

/// Runs a scenario of the library.
[[nodiscard]] test_run run_named(std::string_view name, std::string_view client,
                                 std::uint64_t seed = 1);

}  // namespace hassle::harness
