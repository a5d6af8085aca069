#pragma once

#include "event_queue.hpp"
#include "pending.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/ha_client.hpp>
#include <hassle/net/gate.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace hassle::client {

/// What is behind a ha_client: a world of its own, the engine, and the operations under way. Lives
/// until the last operation's handler has been called. Used on the executor, but for `begin`.
struct ha_client::core : std::enable_shared_from_this<ha_client::core> {
  core(executor_type where, config given, observer* telemetry);
  core(const core&) = delete;
  core& operator=(const core&) = delete;
  ~core();

  /// For any thread: an operation begins. `body` makes its coroutine, on the executor.
  template <class Result, class Handler, class Body>
  void begin(Handler handler, Body body);

  // The operations.
  asio::awaitable<nothing> start();
  asio::awaitable<outcome> send(command what, duration limit);
  asio::awaitable<outcome> render(std::string text, duration limit);
  asio::awaitable<event_stream> subscribe(subscription_request what, stream_options options);
  asio::awaitable<client_status> wait_for(client_phase phase, duration limit);
  /// Ends all operations but those that stop.
  asio::awaitable<nothing> stop();

  [[nodiscard]] net::time_point until(duration limit) const;
  void on_status_changed(const client_status& now);

  executor_type executor;
  config settings;
  std::unique_ptr<net::world> world;
  std::unique_ptr<resilient_client> client;
  std::function<void(const client_status&)> hears;
  /// Calls and reads on behalf of users that have not ended.
  std::atomic<std::size_t> outstanding = 0;
  bool used = false;
  bool stopped = false;

 private:
  template <class Result>
  void run(std::uint64_t number, asio::awaitable<Result> body, pending<Result> done);
  template <class Result>
  void ended(std::uint64_t number, const std::exception_ptr& error, Result result,
             pending<Result> done);
  void cancel(std::uint64_t number);
  void signal_change();
  void unsubscribe(subscription_handle which);

  struct operation {
    asio::cancellation_signal cancel;
  };
  std::atomic<std::uint64_t> numbers_ = 0;
  std::map<std::uint64_t, operation> running_;
  std::size_t stopping_ = 0;  ///< Of them, those that stop.
  std::shared_ptr<net::gate> changed_ = std::make_shared<net::gate>();  ///< Status, or who runs.
  /// What wakes those who read a subscription, when the client is stopped.
  std::map<subscription_handle, std::function<void()>> subscriptions_;
};

}  // namespace hassle::client
