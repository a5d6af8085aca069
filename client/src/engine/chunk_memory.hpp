#pragma once

#include <boost/json/memory_resource.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace hassle::client {

/// Memory for one large JSON value that does not change any more: taken in chunks, given back all
/// at once. Boost's monotonic_resource doubles its blocks instead, and leaves up to half of the
/// memory unused.
class chunk_memory final : public boost::json::memory_resource {
 public:
  static constexpr std::size_t chunk_bytes = 1U << 16U;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (bytes > chunk_bytes / 4) return take(bytes);
    // New memory is aligned for everything; what is left of a chunk may not be.
    const std::size_t skip = (alignment - used_ % alignment) % alignment;
    if (chunk_ == nullptr || used_ + skip + bytes > chunk_bytes) {
      chunk_ = static_cast<std::byte*>(take(chunk_bytes));
      used_ = bytes;
      return chunk_;
    }
    void* const place = chunk_ + used_ + skip;
    used_ += skip + bytes;
    return place;
  }
  void do_deallocate(void* /*place*/, std::size_t /*bytes*/, std::size_t /*alignment*/) override {}
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  void* take(std::size_t bytes) {
    return all_.emplace_back(std::make_unique_for_overwrite<std::byte[]>(bytes)).get();
  }

  std::vector<std::unique_ptr<std::byte[]>> all_;
  std::byte* chunk_ = nullptr;  ///< The one that is being filled.
  std::size_t used_ = 0;        ///< Of it.
};

}  // namespace hassle::client

/// Values need not be taken apart before their memory goes.
template <>
struct boost::json::is_deallocate_trivial<hassle::client::chunk_memory> {
  static constexpr bool value = true;
};
