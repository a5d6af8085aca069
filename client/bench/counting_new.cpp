// A translation unit of its own, so that the compiler does not look through new and delete.
#include "counting_new.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::uint64_t count = 0;

}  // namespace

std::uint64_t hassle::bench::allocations() noexcept { return count; }

void* operator new(std::size_t size) {
  ++count;
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
void* operator new(std::size_t size, std::align_val_t align) {
  ++count;
  void* const memory = std::aligned_alloc(static_cast<std::size_t>(align), size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
