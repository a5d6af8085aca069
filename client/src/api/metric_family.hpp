#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::client {

// Metrics by OpenMetrics 1.0: families with at most one label, whose values are a closed set.

/// What the families of numbers share.
struct metric_values {
  metric_values(std::string_view family, std::string_view about, std::string_view by,
                std::vector<std::string_view> words);

  std::string_view name;
  std::string_view help;
  std::string_view label;                ///< Empty = none.
  std::vector<std::string_view> values;  ///< Of the label; the last one stands for all others.
  std::vector<double> numbers;           ///< One for each of them; one where there is no label.

  /// That of a value; what is not among them is the last one.
  [[nodiscard]] double& at(std::string_view value);
};

struct counter_family : metric_values {
  counter_family(std::string_view family, std::string_view about, std::string_view by = "",
                 std::vector<std::string_view> words = {})
      : metric_values(family, about, by, std::move(words)) {}
  void count(std::string_view value = "") { at(value) += 1; }
};

struct gauge_family : metric_values {
  gauge_family(std::string_view family, std::string_view about, std::string_view by = "",
               std::vector<std::string_view> words = {})
      : metric_values(family, about, by, std::move(words)) {}
  void set(double value) { numbers.front() = value; }
  /// 1 for this value, 0 for the others.
  void choose(std::string_view value);
};

/// Of seconds.
struct histogram_family {
  histogram_family(std::string_view family, std::string_view about, std::vector<double> upto);
  void observe(double seconds);

  std::string_view name;  ///< Without the unit.
  std::string_view help;
  std::vector<double> bounds;
  std::vector<std::uint64_t> counts;  ///< One for each bound, and one above them.
  double sum = 0;
};

/// Whether it may name a label of the caller's.
[[nodiscard]] bool is_label_name(std::string_view name);

/// The exposition.
class metrics_text {
 public:
  metrics_text(std::string_view prefix, const std::map<std::string, std::string>& labels);

  void write(const counter_family& family);
  void write(const gauge_family& family);
  void write(const histogram_family& family);
  [[nodiscard]] std::string finish() &&;

 private:
  void head(std::string_view name, std::string_view type, std::string_view help,
            std::string_view unit);
  void sample(std::string_view name, std::string_view suffix, std::string_view label,
              std::string_view value, double number);
  void write_values(const metric_values& family, std::string_view type, std::string_view suffix);

  std::string prefix_;
  std::string labels_;  ///< `a="b",c="d"`
  std::string text_;
};

}  // namespace hassle::client
