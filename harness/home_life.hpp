#pragma once

#include "mockha/server.hpp"
#include "scenarios/distribution.hpp"

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

namespace hassle::harness {

/// Somebody else at home: states change that no command asked for, one at a time. While Home
/// Assistant is not running, or its host stands still, nobody notices.
///
/// World and server outlive it. Thread-safety: single-threaded.
class home_life {
 public:
  /// `apart`: from one change to the next. Draws from a random stream of its own.
  home_life(net::world& where, mockha::server& home, scenario::duration_distribution apart);

  void begin() { wait(); }
  void end() noexcept { next_.cancel(); }
  void stand_still(bool frozen) noexcept { frozen_ = frozen; }

 private:
  void wait();
  void change();

  net::time_source& time_;
  mockha::server& home_;
  scenario::duration_distribution apart_;
  net::random_stream random_;
  net::timer next_;
  bool frozen_ = false;
};

}  // namespace hassle::harness
