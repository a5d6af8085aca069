#pragma once

#include <atomic>

namespace hassle::harness::cli {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM set a flag instead of ending the program; a second
/// one ends it at once. At most one at a time.
class interrupt_guard {
 public:
  interrupt_guard();
  interrupt_guard(const interrupt_guard&) = delete;
  interrupt_guard& operator=(const interrupt_guard&) = delete;
  ~interrupt_guard();

  [[nodiscard]] const std::atomic<bool>* flag() const noexcept;
};

}  // namespace hassle::harness::cli
