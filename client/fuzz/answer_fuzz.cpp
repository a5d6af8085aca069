// Fuzzes what a client is answered on its way: by a proxy, by the token service, by whom it wants
// to be a WebSocket; and the texts that people write about that way.
#include "client/src/engine/token_request.hpp"
#include "manual_world.hpp"
#include "memory_stream.hpp"

#include <hassle/client/endpoint.hpp>
#include <hassle/net/http.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/websocket.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hassle::client {
namespace {

constexpr net::http_limits limits{.header_bytes_max = 4096, .body_bytes_max = 16'384};

/// One of our ways to ask, and somebody who answers what the fuzzer says.
struct conversation {
  net::manual_world world;
  std::shared_ptr<net::wire> peer = std::make_shared<net::wire>(world.executor());
  net::task_group tasks{world.executor()};
  bool over = false;

  std::unique_ptr<net::byte_stream> stream() const {
    return std::make_unique<net::memory_stream>(peer);
  }
  /// In two pieces, then the end: whoever asked must have come to an end as well.
  void hear(std::string_view input) {
    world.settle();
    const std::size_t half = input.empty() ? 0 : static_cast<unsigned char>(input.front());
    peer->give(input.substr(0, std::min(half, input.size())));
    world.settle();
    peer->give(input.substr(std::min(half, input.size())));
    world.settle();
    peer->give_fin();
    world.settle();
    assert(over);
    assert(tasks.size() == 0);
  }
};

asio::awaitable<void> exchange(conversation& with) {
  net::http_request request;
  request.method = "POST";
  request.target = "/auth/token";
  const auto answer = co_await net::http_exchange(with.stream(), std::move(request), limits);
  assert(!answer || (answer->status >= 200 && answer->body.size() <= limits.body_bytes_max));
  with.over = true;
}

asio::awaitable<void> dig(conversation& with) {
  net::tunnel_wish wish;
  wish.authority = "ha.test:443";
  auto through = co_await net::http_tunnel(with.world.time(), with.stream(), std::move(wish),
                                           limits.header_bytes_max);
  if (!through) assert(through.error().http_status == 0 || through.error().http_status >= 300);
  with.over = true;
}

asio::awaitable<void> upgrade(conversation& with) {
  net::client_upgrade wish;
  wish.host = "ha.test";
  net::websocket_limits of_socket;
  of_socket.unpredictable_masks = false;
  of_socket.header_bytes_max = limits.header_bytes_max;
  auto socket =
      co_await net::websocket_connect(with.world.time(), with.stream(), std::move(wish), of_socket);
  if (!socket) assert(socket.error().http_status != 101);
  with.over = true;
}

void converse(asio::awaitable<void> (*about)(conversation&), std::string_view input) {
  conversation with;
  with.tasks.spawn(about(with));
  with.hear(input);
}

void read_texts(std::string_view input) {
  const auto wait = net::retry_after_of(input, std::chrono::system_clock::time_point{});
  assert(!wait || *wait >= duration::zero());
  const auto token = read_fresh_token(input);
  assert(!token || !token->text.empty());
  (void)refusal_text(400, input);
  const auto endpoint = endpoint_from_url(input);
  assert(!endpoint || (endpoint->server.port != 0 && !host_header(*endpoint).empty()));
  const auto proxy = proxy_from_url(input, input);
  assert(!proxy || proxy->server.port != 0);
  if (proxy) (void)bypasses(*proxy, input);
}

}  // namespace
}  // namespace hassle::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  hassle::client::converse(hassle::client::exchange, input);
  hassle::client::converse(hassle::client::dig, input);
  hassle::client::converse(hassle::client::upgrade, input);
  hassle::client::read_texts(input);
  return 0;
}
