#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace hassle::harness::cli {

/// A line on the terminal that tells how far a batch is, rewritten in place and wiped at the end.
/// Prints nothing where it is off. REQUIRES: one thread at a time.
class progress {
 public:
  explicit progress(bool on);
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  ~progress();

  void update(std::size_t done, std::size_t all);
  /// As above, where it is not known how much there is to do.
  void update(std::string_view how_far);
  /// Since it was made.
  [[nodiscard]] std::chrono::duration<double> elapsed() const;

 private:
  [[nodiscard]] bool is_due();

  bool on_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace hassle::harness::cli
