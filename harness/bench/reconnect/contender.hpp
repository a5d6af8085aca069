#pragma once

#include <hassle/net/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace hassle::harness::bench {

/// A client whose reconnect is measured. Each round is cold, lose, end. Thread-safety: used on the
/// thread of its world.
class contender {
 public:
  contender() = default;
  contender(const contender&) = delete;
  contender& operator=(const contender&) = delete;
  virtual ~contender() = default;

  /// Connects, upgrades, logs in and gets an answer to a first command: how long that took.
  /// Nothing if it could not.
  [[nodiscard]] virtual boost::asio::awaitable<std::optional<net::duration>> cold() = 0;
  /// Waits until it notices by itself that it has lost all its connections, asks at once, and ends
  /// with the first fresh answer: when that was, by net::machine_now. Nothing if there is none.
  [[nodiscard]] virtual boost::asio::awaitable<std::optional<net::time_point>>
  answer_after_loss() = 0;
  /// Wants answers until it is told to end: what it does to a server that throws it out.
  virtual void insist() = 0;
  /// Closes everything.
  [[nodiscard]] virtual boost::asio::awaitable<void> end() = 0;
};

}  // namespace hassle::harness::bench
