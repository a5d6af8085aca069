#include "harness/proxy/control_server.hpp"

#include "harness/proxy/control_api.hpp"

#include <hassle/net/within.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace hassle::harness {

namespace {

asio::awaitable<net::result<bool>> as_result(asio::awaitable<error_code> operation) {
  const error_code ec = co_await std::move(operation);
  if (ec) co_return std::unexpected(ec);
  co_return true;
}

}  // namespace

control_server::control_server(net::world& world, proxy_board& board, const control_limits& limits)
    : world_(world),
      time_(world.time()),
      board_(board),
      limits_(limits),
      tasks_(world.executor()) {}

control_server::~control_server() = default;

net::result<net::endpoint> control_server::start(net::endpoint listen) {
  auto listener = world_.listen(std::move(listen));
  if (!listener) return std::unexpected(listener.error());
  rules_.at = (*listener)->local_endpoint();
  listener_ = listener->get();
  tasks_.spawn(accept_all(std::move(*listener)));
  return rules_.at;
}

asio::awaitable<void> control_server::stop() {
  if (listener_ != nullptr) std::exchange(listener_, nullptr)->close();
  tasks_.stop();
  co_await tasks_.join();
}

asio::awaitable<void> control_server::accept_all(std::unique_ptr<net::acceptor> from) {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!tasks_.stopping()) {
    auto stream = co_await from->accept();
    if (tasks_.stopping()) co_return;
    if (stream && connections_ >= limits_.connections_max) {
      (*stream)->reset();
    } else if (stream) {
      tasks_.spawn(serve(std::move(*stream)));
    } else {
      constexpr net::duration pause = std::chrono::seconds(1);
      co_await net::sleep_until(time_, time_.now() + pause);
    }
  }
}

asio::awaitable<void> control_server::serve(std::unique_ptr<net::byte_stream> stream) {
  co_await asio::this_coro::throw_if_cancelled(false);
  ++connections_;
  auto http = net::make_http_connection(std::move(stream), limits_.http);
  for (bool goes_on = true; goes_on && !tasks_.stopping();) {
    auto asked = co_await net::within(time_, time_.now() + limits_.request, http->read());
    if (tasks_.stopping()) break;
    std::optional<net::http_response> answer;
    if (!asked) {
      answer = net::refusal(asked.error());
      goes_on = false;
    } else {
      answer = mockha::refuse_admin(rules_, *asked, false);
      if (!answer) answer = answer_control(board_, *asked);
      goes_on = asked->keep_alive;
    }
    if (!answer) break;
    const bool written = co_await write(http.get(), std::move(*answer), !goes_on);
    goes_on = goes_on && written;
  }
  --connections_;
}

asio::awaitable<bool> control_server::write(net::http_connection* to, net::http_response answer,
                                            bool close) {
  const auto done = co_await net::within(time_, time_.now() + limits_.write,
                                         as_result(to->write(std::move(answer), close)));
  co_return done.has_value();
}

}  // namespace hassle::harness
