#pragma once

#include <hassle/net/gate.hpp>
#include <hassle/net/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <list>
#include <utility>

namespace hassle::client {

namespace asio = boost::asio;

/// Lets one in at a time, in the order of their coming. Outlives those who wait and those who are
/// in. Thread-safety: single-threaded.
class turnstile {
 public:
  turnstile() = default;
  turnstile(const turnstile&) = delete;
  turnstile& operator=(const turnstile&) = delete;
  ~turnstile();

  /// Who holds it is in.
  class turn {
   public:
    turn() = default;
    explicit turn(turnstile& at) noexcept : at_(&at) {}
    turn(turn&& other) noexcept : at_(std::exchange(other.at_, nullptr)) {}
    turn& operator=(turn&&) = delete;
    ~turn() {
      if (at_ != nullptr) at_->leave();
    }
    [[nodiscard]] bool is_in() const noexcept { return at_ != nullptr; }

   private:
    turnstile* at_ = nullptr;
  };

  /// Not in = the caller was cancelled.
  [[nodiscard]] asio::awaitable<turn> enter(net::time_source& time);

 private:
  void leave() noexcept;

  bool taken_ = false;
  std::list<net::gate> waiting_;
};

}  // namespace hassle::client
