#pragma once

#include <boost/system/error_code.hpp>

#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace hassle::net {

/// Keeps the handler of one outstanding operation, in memory that is used again for the next one:
/// Beast's handlers are large, and one is needed for every read and every write.
class parked_handler {
 public:
  using error_code = boost::system::error_code;

  parked_handler() = default;
  parked_handler(parked_handler&& other) noexcept : memory_(std::move(other.memory_)) {
    assert(other.kept_ == nullptr && "moved before its first operation only");
    size_ = std::exchange(other.size_, 0);
  }
  parked_handler& operator=(parked_handler&&) = delete;
  ~parked_handler() { drop(); }

  template <class Handler>
  void park(Handler handler) {
    assert(kept_ == nullptr && "one operation at a time");
    using kept_type = kept<Handler>;
    static_assert(alignof(kept_type) <= alignof(std::max_align_t));
    if (sizeof(kept_type) > size_) {
      memory_ = std::make_unique<std::byte[]>(sizeof(kept_type));
      size_ = sizeof(kept_type);
    }
    kept_ = ::new (memory_.get()) kept_type(std::move(handler));
  }

  /// Calls the handler, which may park the next one.
  void complete(error_code ec, std::size_t size) {
    std::exchange(kept_, nullptr)->complete(ec, size);
  }
  /// Destroys it uncalled, if there is one.
  void drop() noexcept {
    if (kept_ != nullptr) std::exchange(kept_, nullptr)->drop();
  }

  /// What completes the handler of its owner; dropped, it drops the handler. So a handler that
  /// keeps its own stream alive goes when the loop that should call it does.
  class call {
   public:
    explicit call(parked_handler& of) noexcept : of_(&of) {}
    call(call&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    call& operator=(call&&) = delete;
    ~call() {
      if (of_ != nullptr) of_->drop();
    }
    void operator()(error_code ec, std::size_t size) {
      std::exchange(of_, nullptr)->complete(ec, size);
    }
    /// The handler stays where it is, for another call.
    void forget() noexcept { of_ = nullptr; }

   private:
    parked_handler* of_;
  };

 private:
  struct any_kept {
    virtual void complete(error_code ec, std::size_t size) = 0;
    virtual void drop() noexcept = 0;

   protected:
    ~any_kept() = default;
  };

  template <class Handler>
  struct kept final : any_kept {
    explicit kept(Handler&& h) : handler(std::move(h)) {}
    void complete(error_code ec, std::size_t size) override {
      Handler last = std::move(handler);
      this->~kept();
      std::move(last)(ec, size);
    }
    void drop() noexcept override {
      // The handler may own the memory that this is in.
      [[maybe_unused]] const Handler last = std::move(handler);
      this->~kept();
    }
    Handler handler;
  };

  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_ = 0;
  any_kept* kept_ = nullptr;
};

}  // namespace hassle::net
