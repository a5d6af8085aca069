#pragma once

#include "../cores/bulkhead.hpp"
#include "waiting_room.hpp"

#include <cstdint>
#include <vector>

namespace hassle::client {

/// Who of the callers may run, and who waits for its turn (`bulkhead`).
class turns {
 public:
  explicit turns(const admission_config& settings) : core_(settings) {}
  turns(const turns&) = delete;
  turns& operator=(const turns&) = delete;

  /// A caller's place, in its frame: given back when it goes.
  class place {
   public:
    enum class phase : std::uint8_t { none, waiting, running, dropped };

    explicit place(waiter& wakes) noexcept : wakes_(wakes) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
      if (owner_ != nullptr) owner_->leave(*this);
    }
    [[nodiscard]] phase now() const noexcept { return phase_; }

   private:
    friend turns;
    waiter& wakes_;
    turns* owner_ = nullptr;
    bulkhead::ticket number_ = 0;
    phase phase_ = phase::none;
  };

  /// Afterwards it runs, waits (it is woken when that changes), or is dropped: there is no room.
  void enter(place& mine, net::time_point now);

  /// When those who waited too long are to be dropped, at the latest: by whoever waits.
  [[nodiscard]] net::time_point next() const noexcept { return core_.next(); }
  void drop_expired(net::time_point now);

  /// Wakes all who wait; their places are as they were.
  void wake_all() {
    for (place* each : waiting_) each->wakes_.wake();
  }

 private:
  void leave(place& gone) noexcept;
  void tell(bulkhead::ticket number, place::phase what);

  bulkhead core_;
  std::vector<place*> waiting_;  ///< In the order of their numbers.
};

}  // namespace hassle::client
