#pragma once

#include "scenarios/plan.hpp"

#include <hassle/client/command.hpp>
#include <hassle/client/state_mirror.hpp>
#include <hassle/net/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace hassle::harness {

/// One life of the client under test, from cold start to its end, whoever wrote that client: our
/// own in this program (`process`), or anybody's behind an adapter.
///
/// Thread-safety: single-threaded.
class subject {
 public:
  using done = std::function<void(const scenario::planned_command&, const client::outcome&)>;
  /// Nothing if it keeps no mirror of the home, or has none at the moment.
  using shown = std::function<void(const client::state_mirror*)>;

  subject() = default;
  subject(const subject&) = delete;
  subject& operator=(const subject&) = delete;
  virtual ~subject() = default;

  /// Boots: `cold_start` passes, then the program subscribes and the client starts.
  virtual void boot(net::duration cold_start) = 0;

  /// Sends a command once it is up. `on_done` is called when the client has its outcome, and never
  /// after `kill` began.
  virtual void issue(const scenario::planned_command& command, done on_done) = 0;

  /// Up, with nothing left to do by itself.
  [[nodiscard]] virtual bool is_up() const noexcept = 0;

  /// Its machine stands still from now on, as the machine itself sees to; here for those who live
  /// elsewhere. Told in turns.
  virtual void freeze() {}
  virtual void thaw() {}

  /// Calls `then` once, at once or later, with the live mirror of the home that it keeps. Never
  /// after `kill` began.
  virtual void show_mirror(const shown& then) { then(nullptr); }

  /// Ends everything that runs in it, and waits for it.
  [[nodiscard]] virtual boost::asio::awaitable<void> kill() = 0;

  /// Called once it is up.
  std::function<void()> on_up;
};

}  // namespace hassle::harness
