#pragma once

#include "mockha/bench/server_threads.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hassle::mockha {

/// What a WebSocket server costs that does nothing: plain Boost.Beast on Asio's sockets, as in its
/// examples, without timeouts. Answers each message with one of a given size.
class echo_server {
 public:
  echo_server(boost::asio::io_context& context, std::size_t answer_bytes);
  echo_server(const echo_server&) = delete;
  echo_server& operator=(const echo_server&) = delete;
  ~echo_server();

  [[nodiscard]] std::uint16_t port() const;
  /// Accepts no more. The connections end with their clients.
  void stop();

 private:
  class listener;
  std::unique_ptr<listener> listener_;
};

class echo_thread {
 public:
  explicit echo_thread(std::size_t answer_bytes) : server_(thread_.context, answer_bytes) {
    thread_.start();
  }
  echo_thread(const echo_thread&) = delete;
  echo_thread& operator=(const echo_thread&) = delete;
  /// The clients must have gone.
  ~echo_thread();

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] double processor_time() const { return thread_.processor_time(); }

 private:
  server_thread thread_;
  echo_server server_;
};

}  // namespace hassle::mockha
