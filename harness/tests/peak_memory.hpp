#pragma once

#include <cstddef>

namespace hassle::harness {

/// Bytes taken by operator new and not given back, in a program that is linked with
/// peak_memory.cpp. One thread.
[[nodiscard]] std::size_t memory_in_use() noexcept;
/// The most that it ever was since `forget_peak`.
[[nodiscard]] std::size_t peak_memory() noexcept;
void forget_peak() noexcept;

}  // namespace hassle::harness
