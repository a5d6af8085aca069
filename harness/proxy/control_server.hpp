#pragma once

#include "harness/proxy/proxy_board.hpp"
#include "mockha/admin_guard.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/world.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace hassle::harness {

struct control_limits {
  std::size_t connections_max = 64;                  ///< More are reset. > 0
  net::duration request = std::chrono::seconds(60);  ///< Until the next request is there. > 0
  net::duration write = std::chrono::seconds(10);    ///< Until an answer is taken. > 0
  net::http_limits http{.header_bytes_max = std::size_t{16} << 10U,
                        .body_bytes_max = std::size_t{1} << 20U};
};

/// The control API on a port. Only for programs of this machine by its own names, as mockha's
/// without a token. The world and the board outlive it; `stop` it before it dies.
/// Thread-safety: single-threaded.
class control_server {
 public:
  control_server(net::world& world, proxy_board& board, const control_limits& limits = {});
  control_server(const control_server&) = delete;
  control_server& operator=(const control_server&) = delete;
  ~control_server();

  [[nodiscard]] net::result<net::endpoint> start(net::endpoint listen);
  /// Cuts everybody off, and waits until nothing is left.
  [[nodiscard]] asio::awaitable<void> stop();

 private:
  asio::awaitable<void> accept_all(std::unique_ptr<net::acceptor> from);
  asio::awaitable<void> serve(std::unique_ptr<net::byte_stream> stream);
  asio::awaitable<bool> write(net::http_connection* to, net::http_response answer, bool close);

  net::world& world_;
  net::time_source& time_;
  proxy_board& board_;
  mockha::admin_rules rules_;
  control_limits limits_;
  net::acceptor* listener_ = nullptr;  // Its task owns it.
  std::size_t connections_ = 0;
  net::task_group tasks_;
};

}  // namespace hassle::harness
