#pragma once

#include <cstdint>

namespace hassle::harness::explore {

/// While one lives, an assertion that ends the process also says on standard error which seed its
/// thread was at: without that the run could not be repeated. One per thread at a time.
class abort_notice {
 public:
  explicit abort_notice(std::uint64_t seed);
  abort_notice(const abort_notice&) = delete;
  abort_notice& operator=(const abort_notice&) = delete;
  ~abort_notice();
};

}  // namespace hassle::harness::explore
