#pragma once

#include "harness/door/outside_client.hpp"

#include <hassle/net/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace hassle::harness::door {

/// Lets anybody's client into a run: a process of its adapter for each life. After a fault there
/// are no more of them, and all lives fail at once.
///
/// Thread-safety: single-threaded. Whoever has awaited `open` awaits `close` before it goes.
class client_door {
 public:
  /// `command` is for the shell. `wall` is neither scaled nor jumped, and outlives it.
  client_door(asio::any_io_executor executor, net::time_source& wall, std::string command,
              double time_scale, adapter_limits limits = {});

  /// Has the first process say hello. What is wrong with it, if anything: it cannot be started, or
  /// knows too little of time for this scale.
  [[nodiscard]] asio::awaitable<std::optional<adapter_fault>> open();
  /// The process that is awaited has had time enough.
  void hurry();
  /// As if it had had this fault.
  void refuse(const adapter_fault& why) {
    if (!fault_) fault_ = why;
  }

  /// A new life. After `open`.
  struct life {
    outside_client::parts with;
    std::string url;    ///< "ws://127.0.0.1:8123/api/websocket"
    std::string token;  ///< Secret. An access token.
    std::string ca;     ///< PEM; empty: no TLS.
  };
  [[nodiscard]] std::unique_ptr<outside_client> begin_life(life made);

  [[nodiscard]] asio::awaitable<void> close();

  /// What it said of itself.
  [[nodiscard]] const hello_said& hello() const noexcept { return hello_; }
  /// The first of any life.
  [[nodiscard]] const std::optional<adapter_fault>& fault() const noexcept { return fault_; }

 private:
  void launch_next();

  asio::any_io_executor executor_;
  net::time_source& wall_;
  std::string command_;
  double time_scale_;
  adapter_limits limits_;
  std::unique_ptr<adapter> next_;
  hello_said hello_;
  std::optional<adapter_fault> fault_;
};

}  // namespace hassle::harness::door
