#pragma once

#include <cstdint>

namespace hassle::bench {

/// Calls of operator new so far, of a program that is linked with counting_new.cpp. One thread.
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace hassle::bench
