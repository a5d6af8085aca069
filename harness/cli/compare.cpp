#include "harness/bench/bench_file.hpp"
#include "harness/cli/input_file.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "reports/compare_input.hpp"
#include "reports/compare_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

namespace hassle::harness::cli {

namespace {

constexpr double report_threshold = 5;
constexpr double bench_threshold = 10;

/// Nothing after complaining.
std::optional<std::string> text_of(const std::string& file) {
  auto text = read_file(file);
  if (text) return *std::move(text);
  complain(text.error());
  return std::nullopt;
}

/// Nothing after complaining.
std::optional<bench::bench_file> read_bench(const std::string& text, const std::string& file) {
  auto read = bench::read_bench_file(text);
  if (read) return *std::move(read);
  complain(fmt::format("{}: {}", file, read.error()));
  return std::nullopt;
}

exit_status compare_as_benches(const compare_options& asked, const std::string& base_text,
                               const std::string& now_text) {
  const auto base = read_bench(base_text, asked.base);
  const auto now = read_bench(now_text, asked.now);
  if (!base || !now) return exit_status::bad_input;
  if (base->bench != now->bench) {
    complain(
        fmt::format("'{}' is of {}, '{}' of {}", asked.base, base->bench, asked.now, now->bench));
    return exit_status::bad_input;
  }
  const auto rows =
      bench::compare_benches(*base, *now, asked.threshold_percent.value_or(bench_threshold) / 100);
  const auto count = [&](bench::bench_change what) {
    return std::ranges::count(rows, what, &bench::row_comparison::change);
  };
  fmt::print("{}", bench::comparison_table(rows, asked.all, stdout_width(), stdout_wants_colour()));
  const auto worse = count(bench::bench_change::worse);
  const auto gone = count(bench::bench_change::gone);
  fmt::print("{}: {} better, {} worse, {} the same, {} gone\n", base->bench,
             count(bench::bench_change::better), worse, count(bench::bench_change::same), gone);
  if (worse > 0) return exit_status::failed;
  return gone > 0 ? exit_status::inconclusive : exit_status::passed;
}

/// Nothing after complaining.
std::optional<reports::compared_report> read(const std::string& text, const std::string& file) {
  auto report = reports::read_compared_report(text, file);
  if (report) return *std::move(report);
  complain(report.error());
  return std::nullopt;
}

exit_status status_of(reports::change_verdict v) {
  switch (v) {
    case reports::change_verdict::worse:
      return exit_status::failed;
    case reports::change_verdict::inconclusive:
      return exit_status::inconclusive;
    case reports::change_verdict::same:
    case reports::change_verdict::better:
    case reports::change_verdict::different:
      return exit_status::passed;
  }
  return exit_status::our_bug;
}

}  // namespace

exit_status perform(const compare_options& asked) {
  const auto base_text = text_of(asked.base);
  const auto now_text = text_of(asked.now);
  if (!base_text || !now_text) return exit_status::bad_input;
  if (bench::is_bench_file(*base_text) || bench::is_bench_file(*now_text)) {
    return compare_as_benches(asked, *base_text, *now_text);
  }
  const auto base = read(*base_text, asked.base);
  const auto now = read(*now_text, asked.now);
  if (!base || !now) return exit_status::bad_input;
  const auto result =
      reports::compare(*base, *now, asked.threshold_percent.value_or(report_threshold) / 100);
  fmt::print("{}", asked.markdown
                       ? reports::compare_markdown(result)
                       : reports::compare_console(result, {.colour = stdout_wants_colour(),
                                                           .width = stdout_width(),
                                                           .all_figures = asked.all}));
  return status_of(result.verdict);
}

}  // namespace hassle::harness::cli
