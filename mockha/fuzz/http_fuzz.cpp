// Fuzzes what a client may send over HTTP: the bytes of a connection, from requests to the answers
// that Home Assistant's side of it makes of them.
#include "manual_world.hpp"
#include "memory_stream.hpp"
#include "mockha/tests/http_story.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/task_group.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace hassle::mockha {
namespace {

constexpr std::size_t requests_max = 16;

net::asio::awaitable<void> serve(http_story& home, net::http_connection& connection) {
  for (std::size_t i = 0; i < requests_max; ++i) {
    auto asked = co_await connection.read();
    if (!asked) {
      auto refused = net::refusal(asked.error());
      if (!refused) co_return;
      auto last = connection.write(std::move(*refused), true);
      (void)co_await std::move(last);
      co_return;
    }
    std::vector<std::string> headers;
    for (const auto& each : asked->headers) headers.push_back(each.name + ": " + each.value);
    auto outcome = home.asks(asked->method, asked->target, std::move(headers), asked->body);
    auto* answer = std::get_if<net::http_response>(&outcome);
    if (!answer) co_return;  // An upgrade.
    auto writing = connection.write(std::move(*answer));
    const auto ec = co_await std::move(writing);
    if (ec) co_return;
  }
}

void play(std::string_view input) {
  net::manual_world world;
  const auto peer = std::make_shared<net::wire>(world.executor());
  http_story home;
  const auto connection = net::make_http_connection(std::make_unique<net::memory_stream>(peer),
                                                    {.body_bytes_max = 1U << 16U});
  net::task_group tasks(world.executor());
  tasks.spawn(serve(home, *connection));
  peer->give(input);
  peer->give_fin();
  world.settle();
  tasks.stop();
  world.settle();
}

}  // namespace
}  // namespace hassle::mockha

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hassle::mockha::play({reinterpret_cast<const char*>(data), size});
  return 0;
}
