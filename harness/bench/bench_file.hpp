#pragma once

#include "harness/bench/figures.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::bench {

/// What a benchmark's JSON says.
struct bench_file {
  std::string bench;  ///< "reconnect"
  std::string cpu;
  std::string kernel;
  std::string compiler;
  std::string date;  ///< "2026-01-31"
  std::int64_t cores = 0;
  bool complete = true;
  std::vector<figure> rows;
};

/// Whether it is one, as far as its first members tell: other reports are compared elsewhere.
[[nodiscard]] bool is_bench_file(std::string_view json);

/// The error says what is wrong with it, for people.
[[nodiscard]] std::expected<bench_file, std::string> read_bench_file(std::string_view json);

/// Whether more of a figure is better. Nothing: neither is, it only counts something.
[[nodiscard]] std::optional<bool> more_is_better(std::string_view bench, const figure& row);

enum class bench_change : std::uint8_t {
  better,
  worse,
  same,       ///< By less than the noise.
  different,  ///< Of what is neither better nor worse.
  gone,       ///< Only in the old one, or without a value now.
  added,      ///< Only in the new one.
};
[[nodiscard]] std::string_view name_of(bench_change change) noexcept;

struct row_comparison {
  std::string name;
  std::string unit;
  bool of_ratios =
      false;  ///< To baselines of their own runs: what a machine's day takes no part in.
  std::optional<double> before;
  std::optional<double> now;
  bench_change change = bench_change::same;
  /// now / before, where there are both and `before` is not zero.
  [[nodiscard]] std::optional<double> factor() const;
};

/// Row by row, by their names. `noise`: a change by a smaller part is none. Ratios are compared
/// where both rows have one, values otherwise. Of a zero that was, everything else is a change.
[[nodiscard]] std::vector<row_comparison> compare_benches(const bench_file& before,
                                                          const bench_file& now, double noise);

/// For people; `all`: with the rows that are the same.
[[nodiscard]] std::string comparison_table(std::span<const row_comparison> rows, bool all,
                                           std::size_t width, bool coloured);

/// As a table in Markdown: of each file the rows that matter most, and where it was measured.
[[nodiscard]] std::string summary_markdown(std::span<const bench_file> files);

}  // namespace hassle::harness::bench
