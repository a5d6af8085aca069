#pragma once

#include <optional>
#include <vector>

namespace hassle::harness::bench {

/// Measurements of one thing, in any unit.
class samples {
 public:
  void add(double value) { values_.push_back(value); }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  /// The nearest rank; nothing if nothing was measured. REQUIRES: 0 < part <= 1.
  [[nodiscard]] std::optional<double> quantile(double part) const;
  [[nodiscard]] std::optional<double> median() const { return quantile(0.5); }

 private:
  std::vector<double> values_;
};

}  // namespace hassle::harness::bench
