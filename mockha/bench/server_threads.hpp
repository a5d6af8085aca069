#pragma once

#include "mockha/server.hpp"

#include <hassle/net/real_world.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace hassle::mockha {

/// An event loop on a thread of its own, pinned to the first core, whose processor time is known.
class server_thread {
 public:
  server_thread() = default;
  server_thread(const server_thread&) = delete;
  server_thread& operator=(const server_thread&) = delete;

  void start();
  void join() { thread_.join(); }
  /// Seconds that this thread has computed so far, in the program and in the system's calls.
  [[nodiscard]] double processor_time() const;

  boost::asio::io_context context{1};

 private:
  std::thread thread_;
};

/// mockha without a journal, as `mockha` runs without one.
class mockha_thread {
 public:
  /// `prepare` is called before the thread starts.
  explicit mockha_thread(server_config config,
                         const std::function<void(server&)>& prepare = nullptr);
  mockha_thread(const mockha_thread&) = delete;
  mockha_thread& operator=(const mockha_thread&) = delete;
  /// The clients must have gone.
  ~mockha_thread();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] double processor_time() const { return thread_.processor_time(); }
  /// Runs something on the thread, soon.
  void post(std::function<void(server&)> what);
  /// … and waits for it.
  void call(const std::function<void(server&)>& what);

 private:
  server_thread thread_;
  net::real_world world_{thread_.context, 1};
  server server_;
  net::task_group tasks_{world_.executor()};
  std::uint16_t port_ = 0;
};

/// Lets the calling thread, a client, run on all cores but the servers'.
void stay_off_the_servers_core();

}  // namespace hassle::mockha
