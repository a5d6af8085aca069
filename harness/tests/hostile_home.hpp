#pragma once

#include <hassle/net/task_group.hpp>
#include <hassle/net/websocket.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

namespace asio = boost::asio;

/// A server that logs clients in and answers their commands as Home Assistant does, as far as a
/// client needs it, and does something evil when it is told to.
class hostile_home {
 public:
  class visitor;

  /// What it does to a client. Each function may be empty: then it behaves.
  struct manners {
    std::function<void(visitor&)> greet;                     ///< Instead of auth_required.
    std::function<void(visitor&)> after_login;               ///< After auth_ok.
    std::function<void(visitor&)> drained;                   ///< All that was sent has gone.
    std::function<bool(visitor&, std::int64_t id)> command;  ///< True: instead of an answer.
  };

  explicit hostile_home(net::world& world) : world_(world), tasks_(world.executor()) {}
  void start(net::endpoint at);
  [[nodiscard]] asio::awaitable<void> stop();

  manners evil;

  /// One client's connection.
  class visitor final : public net::websocket_events {
   public:
    visitor(hostile_home& owner, std::unique_ptr<net::websocket> socket)
        : owner_(owner), socket_(std::move(socket)) {}
    void start();
    void send(std::string text) { (void)socket_->send(std::move(text)); }
    [[nodiscard]] net::websocket& socket() noexcept { return *socket_; }
    [[nodiscard]] bool gone() const noexcept { return gone_; }

   private:
    void on_text(std::string_view message) override;
    void on_drained() override;
    void on_end(const net::websocket_end&) override { gone_ = true; }
    void answer(std::int64_t id, std::string_view type);

    hostile_home& owner_;
    std::unique_ptr<net::websocket> socket_;
    bool logged_in_ = false;
    bool gone_ = false;
  };

  /// Connections that came so far.
  [[nodiscard]] std::size_t visits() const noexcept { return visits_; }

 private:
  asio::awaitable<void> listen();
  asio::awaitable<void> receive(std::unique_ptr<net::byte_stream> stream);
  void clear_gone();

  net::world& world_;
  std::unique_ptr<net::acceptor> door_;
  std::vector<std::unique_ptr<visitor>> visitors_;
  std::size_t visits_ = 0;
  net::task_group tasks_;
};

}  // namespace hassle::harness
