#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hassle::harness::bench {

/// A row of a benchmark's result.
struct figure {
  std::string name;                               ///< "grpc.lag_p50"
  std::optional<double> value;                    ///< Nothing: it never came to that.
  std::string unit;                               ///< "s", "1/s"; empty for a number without one.
  std::optional<double> baseline = std::nullopt;  ///< In the same unit, from the same run.

  /// value / baseline, where there are both.
  [[nodiscard]] std::optional<double> ratio() const;
};

/// As a table of name, value, unit, baseline and ratio.
[[nodiscard]] std::string to_table(std::span<const figure> all, std::size_t width, bool coloured);

/// "2.25", "never" for nothing: three significant places.
[[nodiscard]] std::string short_number(std::optional<double> value);

/// A document for programs: what was measured and where, and a row for each figure. Members of
/// `more` come between the two. Names no machine and no path.
[[nodiscard]] std::string to_json(std::string_view bench, std::span<const figure> all,
                                  bool complete, const boost::json::object& more);

}  // namespace hassle::harness::bench
