#include "peak_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace hassle::harness {
namespace {

std::size_t in_use = 0;
std::size_t peak = 0;

[[maybe_unused]] void* take(void* got) {
  if (got == nullptr) throw std::bad_alloc();
  in_use += malloc_usable_size(got);
  peak = std::max(peak, in_use);
  return got;
}

[[maybe_unused]] void give_back(void* what) noexcept {
  if (what != nullptr) in_use -= malloc_usable_size(what);
  std::free(what);  // NOLINT(cppcoreguidelines-no-malloc): this is operator delete.
}

}  // namespace

std::size_t memory_in_use() noexcept { return in_use; }
std::size_t peak_memory() noexcept { return peak; }
void forget_peak() noexcept { peak = in_use; }

}  // namespace hassle::harness

// A sanitizer brings an allocator of its own, which must stay: there nothing is counted, and the
// tests are about what it finds.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HASSLE_COUNTS_NOTHING
#endif
#endif
#ifndef HASSLE_COUNTS_NOTHING
void* operator new(std::size_t size) {
  return hassle::harness::take(std::malloc(std::max<std::size_t>(size, 1)));
}
void* operator new(std::size_t size, std::align_val_t align) {
  const auto alignment = static_cast<std::size_t>(align);
  return hassle::harness::take(
      std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment));
}
void operator delete(void* what) noexcept { hassle::harness::give_back(what); }
void operator delete(void* what, std::size_t) noexcept { hassle::harness::give_back(what); }
void operator delete(void* what, std::align_val_t) noexcept { hassle::harness::give_back(what); }
void operator delete(void* what, std::size_t, std::align_val_t) noexcept {
  hassle::harness::give_back(what);
}
#endif
