#include "harness/real/real_network.hpp"

#include "harness/real/real_stream.hpp"
#include "harness/simulation/network.hpp"
#include "scenarios/distribution.hpp"

#include <hassle/net/waiting.hpp>

#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

namespace hassle::harness {

namespace {

constexpr const char* loopback = "127.0.0.1";
/// Turns that a connection waits, at most, until the relay has heard that it is complete.
constexpr int turns_max = 10'000;

/// Waits until the host is awake, as everything does that reaches its programs.
asio::awaitable<void> awake(host& on) {
  using nothing = net::result<bool>;
  std::ignore = co_await net::wait_for<nothing>(
      [&on](net::completion<nothing> done) {
        on.deliver([done = std::move(done)]() mutable { done(true); });
      },
      [] {});
}

}  // namespace

/// Listens for a host; what it accepts gets the number that the client knows it by.
class real_network::guarded_acceptor final : public net::acceptor {
 public:
  guarded_acceptor(real_network& of, host& on, std::unique_ptr<net::acceptor> socket)
      : network_(&of), host_(&on), socket_(std::move(socket)) {}
  guarded_acceptor(const guarded_acceptor&) = delete;
  guarded_acceptor& operator=(const guarded_acceptor&) = delete;
  ~guarded_acceptor() override { close(); }

  [[nodiscard]] asio::awaitable<stream_result> accept() override {
    auto accepted = co_await socket_->accept();
    co_await awake(*host_);
    if (!accepted) co_return std::unexpected(accepted.error());
    const std::uint32_t raw = (*accepted)->connection_id();
    const std::uint32_t number = co_await network_->number_of_accepted(raw);
    co_return std::make_unique<real_stream>(*network_, *host_, std::move(*accepted), number);
  }

  void close() noexcept override {
    if (!std::exchange(open_, false)) return;
    network_->refuse();
    socket_->close();
  }
  [[nodiscard]] net::endpoint local_endpoint() const override { return socket_->local_endpoint(); }

 private:
  real_network* network_;
  host* host_;
  std::unique_ptr<net::acceptor> socket_;
  bool open_ = true;
};

real_network::real_network(simulated_world& world, asio::io_context& sockets,
                           const scenario::network& path, recorder record)
    : world_(&world),
      sockets_(&sockets),
      record_(std::move(record)),
      machine_(sockets, world.seed()) {
  relay_host_ = &add_host("relay");
  relay_ = std::make_unique<relay>(*relay_host_, net::endpoint(loopback, 0), path, world.seed(),
                                   record_);
}

real_network::~real_network() {
  // Suspended programs own streams, and what waits in the context for a socket owns suspended
  // programs: all of it goes while the streams' register is there.
  const auto streams = streams_;
  for (real_stream* each : streams) each->close();
  relay_->stop();
  world_->abandon();
  for (auto& each : hosts_) each->abandon();
  sockets_->poll();  // The aborted ones.
  for (auto& each : hosts_) each->abandon();
  world_->abandon();
  relay_.reset();
}

host& real_network::add_host(std::string name) {
  host& added =
      *hosts_.emplace_back(std::make_unique<host>(*world_, *this, hosts_.size(), std::move(name)));
  added.move_to(loopback);
  return added;
}

void real_network::add_name(std::string, const host&) {}  // All names lead to the relay.

void real_network::add_endpoint(std::string, host&, std::optional<net::duration>) {
  assert(false && "not_in_the_real_world refuses further endpoints");
}

bool real_network::begin_fault(const scenario::fault& fault,
                               const scenario::planned_fault& occurrence) {
  return relay_->begin_fault(fault, occurrence);
}

bool real_network::end_fault(const scenario::fault& fault,
                             const scenario::planned_fault& occurrence) {
  if (!relay::can_play(fault)) return false;
  relay_->end_fault(occurrence);
  return true;
}

void real_network::reset_host(host& which, ending how) {
  const auto streams = streams_;  // Ends may destroy some.
  for (real_stream* each : streams) {
    if (&each->where() != &which || !each->held()) continue;
    if (how == ending::silent) relay_->forget_client(each->connection_id());
    each->end(how);
  }
}

std::size_t real_network::connections_of(const host& which) const noexcept {
  const auto held = std::ranges::count_if(
      streams_, [&](const real_stream* each) { return &each->where() == &which && each->held(); });
  const auto dialing = dials_.find(&which);
  return static_cast<std::size_t>(held) + (dialing == dials_.end() ? 0 : dialing->second);
}

asio::awaitable<lan::lookup_result> real_network::resolve(host& from, net::endpoint name) {
  co_await awake(from);
  name.host = loopback;
  co_return std::vector{std::move(name)};
}

asio::awaitable<lan::stream_result> real_network::connect(host& from, net::endpoint to) {
  co_await asio::this_coro::throw_if_cancelled(false);
  if (&from == relay_host_) {
    auto upstream = co_await machine_.connect(std::move(to));
    co_return upstream;
  }
  const std::uint32_t number = relay_->announce([this, &from](direction way) {
    return way == direction::to_client ? from.frozen() : server_ != nullptr && server_->frozen();
  });
  record_({.kind = reports::event_kind::dialed,
           .connection = number,
           .text = to.host + ":" + std::to_string(to.port)});
  ++dials_[&from];
  auto dialed = co_await dial(from, number);
  co_await awake(from);
  --dials_[&from];
  if (!dialed) {
    record_({.kind = reports::event_kind::dial_failed,
             .connection = number,
             .text = error_text(dialed.error())});
    co_return std::unexpected(dialed.error());
  }
  record_({.kind = reports::event_kind::connected, .connection = number});
  co_return std::make_unique<real_stream>(*this, from, std::move(*dialed), number);
}

asio::awaitable<lan::stream_result> real_network::dial(host& from, std::uint32_t number) {
  const error_code ec = co_await shake_hands(from, number);
  if (ec) {
    relay_->end_connect(number, {});
    co_return std::unexpected(ec);
  }
  relay_->begin_connect(number);
  net::endpoint there = relay_->local_endpoint();
  auto dialed = co_await machine_.connect(std::move(there));
  std::optional<std::uint32_t> peer;
  if (dialed) peer = (*dialed)->connection_id();
  relay_->end_connect(number, peer);
  co_return dialed;
}

asio::awaitable<error_code> real_network::shake_hands(host& from, std::uint32_t number) {
  net::time_source& time = relay_host_->time();
  handshake& over_path = relay_->handshake_of(number);
  for (;;) {
    const handshake::peers now{.client_frozen = from.frozen(),
                               .server_frozen = server_ != nullptr && server_->frozen(),
                               .listening = relay_->listening()};
    if (const auto ended = over_path.advance(time.now(), now)) co_return *ended;
    if (over_path.parked()) {
      co_await awake(from);
      continue;
    }
    const error_code ec = co_await net::sleep_until(time, over_path.due());
    if (ec) co_return ec;
  }
}

net::result<std::unique_ptr<net::acceptor>> real_network::listen(host& where, net::endpoint local) {
  if (&where == relay_host_) return machine_.listen(std::move(local));
  // Of ports that were asked for another program may have one by now.
  auto opened = machine_.listen({loopback, 0});
  if (!opened) return opened;
  server_ = &where;
  relay_->forward_to((*opened)->local_endpoint());
  const std::uint16_t port = kept_port_ ? kept_port_->local_endpoint().port() : std::uint16_t{0};
  if (const error_code ec = relay_->listen({loopback, port}); ec) return std::unexpected(ec);
  return std::make_unique<guarded_acceptor>(*this, where, std::move(*opened));
}

void real_network::refuse() noexcept { relay_->refuse(); }

asio::awaitable<std::uint32_t> real_network::number_of_accepted(std::uint32_t upstream_id) {
  net::time_source& time = relay_host_->time();
  for (int turn = 0; turn < turns_max; ++turn) {
    const auto number = relay_->number_of(upstream_id);
    if (number) co_return *number;
    const net::time_point soon = time.now();
    const error_code ec = co_await net::sleep_until(time, soon);
    if (ec) break;
  }
  // It has ended already. It is somebody's, and nobody's that a journal knows.
  co_return relay_->take_number();
}

void real_network::expect_strangers() {
  // They know one port, however often the server has been away: nobody else gets it meanwhile.
  // Bound and not listening, it refuses.
  using asio::ip::tcp;
  kept_port_.emplace(*sockets_, tcp::v4());
  kept_port_->set_option(tcp::socket::reuse_address(true));
  kept_port_->bind({asio::ip::make_address(loopback), 0});
  relay_->tell_of_strangers([this](std::uint32_t number) { on_stranger(number); });
}

void real_network::on_stranger(std::uint32_t number) {
  strangers_.insert(number);
  const net::endpoint& at = dialed();
  record_({.kind = reports::event_kind::dialed,
           .connection = number,
           .text = at.host + ":" + std::to_string(at.port)});
  record_({.kind = reports::event_kind::connected, .connection = number});
}

void real_network::forget_strangers() {
  for (const std::uint32_t number : std::exchange(strangers_, {})) relay_->forget_client(number);
}

asio::awaitable<void> real_network::stop() {
  relay_->stop();
  co_await relay_->join();
}

}  // namespace hassle::harness
