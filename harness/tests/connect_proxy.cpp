#include "connect_proxy.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/waiting.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>

namespace hassle::harness {

using namespace net;

namespace {

using moved = result<std::size_t>;

template <class Start>
asio::awaitable<moved> wait(byte_stream& on, Start start) {
  co_return co_await wait_for<moved>(
      [&start](completion<moved> done) {
        start([done = std::move(done)](error_code ec, std::size_t size) mutable {
          done(ec ? moved(std::unexpected(ec)) : moved(size));
        });
      },
      [&on] { on.close(); });
}

/// Carries bytes until the end, which it passes on.
asio::awaitable<void> carry(byte_stream& from, byte_stream& to) {
  std::string buffer(16'384, '\0');
  for (;;) {
    const auto got = co_await wait(from, [&](byte_stream::handler done) {
      from.read_some(asio::buffer(buffer), std::move(done));
    });
    if (!got) {
      if (got.error() == asio::error::eof) {
        to.shutdown_send();
      } else {
        to.close();
      }
      co_return;
    }
    for (std::size_t sent = 0; sent < *got;) {
      const asio::const_buffer rest(buffer.data() + sent, *got - sent);
      const auto put = co_await wait(
          to, [&](byte_stream::handler done) { to.write_some({&rest, 1}, std::move(done)); });
      if (!put) {
        from.close();
        co_return;
      }
      sent += *put;
    }
  }
}

}  // namespace

result<endpoint> connect_proxy::start(endpoint local) {
  auto listening = world_.listen(std::move(local));
  if (!listening) return std::unexpected(listening.error());
  const endpoint at = (*listening)->local_endpoint();
  tasks_.spawn(listen(*this, std::move(*listening)));
  return at;
}

asio::awaitable<void> connect_proxy::stop() {
  tasks_.stop();
  co_await tasks_.join();
}

asio::awaitable<void> connect_proxy::listen(connect_proxy& self, std::unique_ptr<acceptor> from) {
  for (;;) {
    auto arrived = co_await from->accept();
    if (!arrived) co_return;
    self.tasks_.spawn(serve(self, std::move(*arrived)));
  }
}

asio::awaitable<void> connect_proxy::serve(connect_proxy& self,
                                           std::unique_ptr<byte_stream> client) {
  struct counted {
    std::size_t& open;
    explicit counted(std::size_t& of) : open(of) { ++open; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { --open; }
  };
  const counted one(self.open_);
  const auto http = make_http_connection(std::move(client));
  const auto request = co_await http->read();
  if (!request) co_return;
  self.asked.push_back(request->target);
  const std::string* const login = request->find("Proxy-Authorization");
  http_response answer;
  std::unique_ptr<byte_stream> server;
  if (request->method != "CONNECT") {
    answer.status = 405;
  } else if (!self.login.empty() && (login == nullptr || *login != self.login)) {
    answer.status = 407;
    answer.headers.push_back({"Proxy-Authenticate", "Basic realm=\"test\""});
  } else {
    server = co_await self.dial(request->target);
    answer.status = server ? 200 : 502;
  }
  auto answering = http->write(std::move(answer), !server);
  const auto ec = co_await std::move(answering);
  if (ec || !server) co_return;
  std::string early;
  auto stream = http->release(early);
  auto joined = join(std::move(stream), std::move(server));
  co_await std::move(joined);
}

asio::awaitable<void> connect_proxy::join(std::unique_ptr<byte_stream> one,
                                          std::unique_ptr<byte_stream> other) {
  using namespace asio::experimental::awaitable_operators;
  co_await (carry(*one, *other) && carry(*other, *one));
}

asio::awaitable<std::unique_ptr<byte_stream>> connect_proxy::dial(std::string authority) {
  const std::size_t colon = authority.rfind(':');
  endpoint to(authority.substr(0, colon),
              static_cast<std::uint16_t>(std::stoi(authority.substr(colon + 1))));
  const auto known = hosts.find(to.host);
  if (known != hosts.end()) to.host = known->second;
  const auto addresses = co_await world_.resolve(to);
  if (!addresses) co_return nullptr;
  auto stream = co_await world_.connect(addresses->front());
  if (!stream) co_return nullptr;
  co_return std::move(*stream);
}

}  // namespace hassle::harness
