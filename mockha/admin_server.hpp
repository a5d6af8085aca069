#pragma once

#include "mockha/admin.hpp"
#include "mockha/admin_guard.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace hassle::mockha {

namespace asio = boost::asio;

struct admin_limits {
  std::size_t connections_max = 64;  ///< More are reset. > 0
  std::size_t streams_max = 16;      ///< Of the journal, at once; more are a 503. > 0
  net::duration request = std::chrono::seconds(60);  ///< Until the next request is there. > 0
  net::duration write = std::chrono::seconds(10);    ///< Until an answer, or a piece, is taken. > 0
  net::duration keep_alive = std::chrono::seconds(15);  ///< A silent stream says so. > 0
  std::size_t piece_bytes = std::size_t{64} << 10U;     ///< Of a stream, about. > 0
  net::http_limits http{.header_bytes_max = std::size_t{16} << 10U,
                        .body_bytes_max = std::size_t{1} << 20U};
};

/// The admin API and its page on a port. What is answered is decided elsewhere: admin.hpp,
/// admin_guard.hpp, admin_page.hpp.
///
/// The world and the desk must outlive it; `stop` must have completed before it is destroyed if it
/// was started. Thread-safety: single-threaded.
class admin_server {
 public:
  /// `token` is secret; empty: none is asked for.
  admin_server(net::world& world, admin_desk& desk, std::string token, admin_limits limits = {});
  admin_server(const admin_server&) = delete;
  admin_server& operator=(const admin_server&) = delete;
  ~admin_server();

  /// Listens from now on. The error is that of listening. Call once.
  [[nodiscard]] net::result<net::endpoint> start(net::endpoint listen);
  /// Cuts everybody off, and waits until nothing is left. Not cancellable.
  [[nodiscard]] asio::awaitable<void> stop();

 private:
  asio::awaitable<void> accept_loop(std::unique_ptr<net::acceptor> from);
  asio::awaitable<void> serve(std::unique_ptr<net::byte_stream> stream);
  [[nodiscard]] admin_answer decide(const net::http_request& asked);
  asio::awaitable<bool> write(net::http_connection* to, net::http_response answer, bool close);
  asio::awaitable<bool> stream_journal(net::http_connection* to, admin_answer answer);
  asio::awaitable<bool> send_events(net::http_connection* to, journal_wish wish);
  asio::awaitable<bool> send_piece(net::http_connection* to, std::string text);

  net::world& world_;
  net::time_source& time_;
  admin_desk& desk_;
  admin_rules rules_;
  const admin_limits limits_;
  net::acceptor* listener_ = nullptr;  // Owned by the accept loop.
  std::size_t connections_ = 0;
  std::size_t streams_ = 0;
  net::task_group tasks_;
};

}  // namespace hassle::mockha
