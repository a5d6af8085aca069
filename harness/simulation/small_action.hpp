#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace hassle::harness {

/// A move-only `void()` that keeps up to `inline_bytes` of captures in place.
///
/// `std::move_only_function` allocates beyond a few words; a completion handler with its error and
/// byte count (72 bytes) does not fit there, and millions of them pass through a run.
class small_action {
 public:
  static constexpr std::size_t inline_bytes = 80;

  small_action() noexcept = default;

  template <class Function>
    requires(!std::same_as<std::decay_t<Function>, small_action> &&
             std::invocable<std::decay_t<Function>&>)
  small_action(Function&& function) {  // Implicit, like std::function.
    using stored = std::decay_t<Function>;
    if constexpr (fits<stored>) {
      ::new (static_cast<void*>(bytes_)) stored(std::forward<Function>(function));
      operations_ = &in_place<stored>;
    } else {
      auto owner = std::make_unique<stored>(std::forward<Function>(function));
      ::new (static_cast<void*>(bytes_)) stored*(owner.release());
      operations_ = &on_heap<stored>;
    }
  }

  small_action(small_action&& other) noexcept { take(other); }
  small_action& operator=(small_action&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~small_action() { reset(); }

  explicit operator bool() const noexcept { return operations_ != nullptr; }

  void operator()() {
    assert(operations_ != nullptr);
    operations_->run(bytes_);
  }

  void reset() noexcept {
    if (const auto* old = std::exchange(operations_, nullptr)) old->destroy(bytes_);
  }

 private:
  struct operations {
    void (*run)(void*);
    void (*move)(void* to, void* from) noexcept;  // Leaves `from` destroyed.
    void (*destroy)(void*) noexcept;
  };

  template <class Stored>
  static constexpr bool fits =
      sizeof(Stored) <= inline_bytes && alignof(Stored) <= alignof(std::max_align_t) &&
      std::is_nothrow_move_constructible_v<Stored>;

  template <class Stored>
  static constexpr operations in_place{
      [](void* at) { (*static_cast<Stored*>(at))(); },
      [](void* to, void* from) noexcept {
        ::new (to) Stored(std::move(*static_cast<Stored*>(from)));
        static_cast<Stored*>(from)->~Stored();
      },
      [](void* at) noexcept { static_cast<Stored*>(at)->~Stored(); }};

  template <class Stored>
  static constexpr operations on_heap{
      [](void* at) { (**static_cast<Stored**>(at))(); },
      [](void* to, void* from) noexcept { ::new (to) Stored*(*static_cast<Stored**>(from)); },
      [](void* at) noexcept { delete *static_cast<Stored**>(at); }};

  void take(small_action& other) noexcept {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) operations_->move(bytes_, other.bytes_);
  }

  alignas(std::max_align_t) std::byte bytes_[inline_bytes];
  const operations* operations_ = nullptr;
};

}  // namespace hassle::harness
