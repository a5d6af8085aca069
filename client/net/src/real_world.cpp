#include <hassle/net/real_world.hpp>
#include <hassle/net/waiting.hpp>

#include "tcp_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace hassle::net {

namespace {

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);
using resolved = result<std::vector<endpoint>>;

/// Asked first, because waiting in a cancelled coroutine would throw where callers want a value.
asio::awaitable<bool> cancelled_already() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

/// A lookup that can be left at once. The system's resolver cannot: it goes on in the background,
/// and nobody listens.
class lookup : public std::enable_shared_from_this<lookup> {
 public:
  lookup(const asio::any_io_executor& executor, completion<resolved> done)
      : resolver_(executor), done_(std::move(done)) {}

  void start(const endpoint& name) {
    resolver_.async_resolve(name.host, std::to_string(name.port),
                            asio::ip::resolver_base::numeric_service,
                            [self = shared_from_this(), port = name.port](
                                error_code ec, const asio::ip::tcp::resolver::results_type& found) {
                              self->on_resolved(ec, found, port);
                            });
  }

  void cancel() {
    resolver_.cancel();
    if (!done_) return;
    asio::post(resolver_.get_executor(), [done = std::exchange(done_, nullptr)]() mutable {
      done(std::unexpected(error_code(asio::error::operation_aborted)));
    });
  }

 private:
  void on_resolved(error_code ec, const asio::ip::tcp::resolver::results_type& found,
                   std::uint16_t port) {
    if (!done_) return;
    std::vector<endpoint> addresses;
    for (const auto& entry : found) {
      endpoint next{entry.endpoint().address().to_string(), port};
      if (std::ranges::find(addresses, next) == addresses.end()) {
        addresses.push_back(std::move(next));
      }
    }
    if (!ec && addresses.empty()) ec = asio::error::host_not_found;
    auto done = std::exchange(done_, nullptr);
    done(ec ? resolved(std::unexpected(ec)) : resolved(std::move(addresses)));
  }

  asio::ip::tcp::resolver resolver_;
  completion<resolved> done_;
};

/// Many timers on one of Asio's: equal deadlines must fire in the order in which they were made,
/// which Asio does not promise for timers of its own.
class real_time final : public time_source {
 public:
  explicit real_time(const asio::any_io_executor& executor)
      : begin_(std::chrono::steady_clock::now()), timer_(executor) {}

  [[nodiscard]] time_point now() const override {
    return time_point(std::chrono::steady_clock::now() - begin_);
  }

  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::now();
  }

  timer_id call_at(time_point at, std::move_only_function<void()> action) override {
    // A deadline that has passed takes its place among the others that are due now.
    const auto [added, fresh] =
        pending_.emplace(key{std::max(at, now()), ++last_}, std::move(action));
    deadlines_.emplace(last_, added->first.at);
    if (added == pending_.begin()) arm();
    return last_;
  }

  void cancel(timer_id timer) noexcept override {
    const auto deadline = deadlines_.find(timer);
    if (deadline == deadlines_.end()) return;
    const auto forgotten = pending_.extract(key{deadline->second, timer});
    deadlines_.erase(deadline);
    if (pending_.empty()) timer_.cancel();  // So that the context may run out of work.
  }

 private:
  struct key {
    time_point at;
    timer_id id;
    auto operator<=>(const key&) const = default;
  };

  void arm() {
    timer_.expires_at(begin_ + pending_.begin()->first.at.time_since_epoch());
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](error_code ec) {
      // It may have been due already when the world ended.
      if (!ec && !alive.expired()) on_timer();
    });
  }

  void on_timer() {
    if (pending_.empty()) return;
    if (pending_.begin()->first.at > now()) return arm();
    const auto due = pending_.extract(pending_.begin());
    deadlines_.erase(due.key().id);
    if (!pending_.empty()) arm();
    auto action = std::move(due.mapped());
    action();
  }

  std::chrono::steady_clock::time_point begin_;
  asio::steady_timer timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  std::map<key, std::move_only_function<void()>> pending_;
  std::map<timer_id, time_point> deadlines_;
  timer_id last_ = 0;
};

/// The host's addresses; not for numbers.
asio::awaitable<resolved> look_up(asio::any_io_executor executor, endpoint name) {
  std::shared_ptr<lookup> running;
  co_return co_await wait_for<resolved>(
      [&](completion<resolved> done) {
        running = std::make_shared<lookup>(executor, std::move(done));
        running->start(name);
      },
      [&running] { running->cancel(); });
}

bool is_address(const endpoint& name) {
  error_code not_numeric;
  asio::ip::make_address(name.host, not_numeric);
  return !not_numeric;
}

/// `socket` is not connected yet.
template <class Socket>
asio::awaitable<result<std::unique_ptr<byte_stream>>> connect_socket(Socket socket,
                                                                     endpoint address) {
  const bool cancelled = co_await cancelled_already();
  if (cancelled) {
    co_return std::unexpected(error_code(asio::error::operation_aborted));
  }
  error_code ec;
  const auto ip = asio::ip::make_address(address.host, ec);
  if (ec) co_return std::unexpected(ec);
  const asio::ip::tcp::endpoint where(ip, address.port);
  std::tie(ec) = co_await socket.async_connect(where, use_result);
  if (ec) co_return std::unexpected(ec);
  const auto local = socket.local_endpoint(ec);
  co_return make_tcp_stream(std::move(socket), ec ? 0 : local.port());
}

/// `socket` is not open yet.
template <class Acceptor>
result<std::unique_ptr<acceptor>> listen_with(Acceptor socket, const endpoint& local) {
  error_code ec;
  const auto ip = local.host.empty() ? asio::ip::address(asio::ip::address_v4::any())
                                     : asio::ip::make_address(local.host, ec);
  if (ec) return std::unexpected(ec);
  const asio::ip::tcp::endpoint where(ip, local.port);
  socket.open(where.protocol(), ec);
  if (!ec) socket.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) socket.bind(where, ec);
  if (!ec) socket.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return std::unexpected(ec);
  return make_tcp_acceptor(std::move(socket));
}

random_stream stream_of(std::uint64_t seed, std::string_view name) {
  std::uint64_t mixed = 14695981039346656037ULL ^ seed;  // FNV-1a, begun with the seed
  for (const char c : name) mixed = (mixed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  // The last characters alone would leave most bits equal.
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
  return random_stream(mixed ^ (mixed >> 31U));
}

/// As `real_world`, on any executor.
class executor_world final : public world {
 public:
  executor_world(asio::any_io_executor executor, std::uint64_t seed)
      : executor_(std::move(executor)), seed_(seed), time_(executor_) {}

  [[nodiscard]] asio::any_io_executor executor() override { return executor_; }
  [[nodiscard]] time_source& time() override { return time_; }
  [[nodiscard]] asio::awaitable<resolved> resolve(endpoint name) override {
    if (is_address(name)) co_return std::vector{std::move(name)};
    co_return co_await look_up(executor_, std::move(name));
  }
  [[nodiscard]] asio::awaitable<result<std::unique_ptr<byte_stream>>> connect(
      endpoint address) override {
    return connect_socket(asio::ip::tcp::socket(executor_), std::move(address));
  }
  [[nodiscard]] result<std::unique_ptr<acceptor>> listen(endpoint local) override {
    return listen_with(asio::ip::tcp::acceptor(executor_), local);
  }
  [[nodiscard]] random_stream random(std::string_view name) override {
    return stream_of(seed_, name);
  }

 private:
  asio::any_io_executor executor_;
  std::uint64_t seed_;
  real_time time_;
};

}  // namespace

real_world::real_world(asio::io_context& context, std::uint64_t seed)
    : context_(context), seed_(seed), time_(std::make_unique<real_time>(context.get_executor())) {}

real_world::~real_world() = default;

asio::any_io_executor real_world::executor() { return context_.get_executor(); }

time_source& real_world::time() { return *time_; }

asio::awaitable<resolved> real_world::resolve(endpoint name) {
  if (is_address(name)) co_return std::vector{std::move(name)};
  co_return co_await look_up(executor(), std::move(name));
}

asio::awaitable<result<std::unique_ptr<byte_stream>>> real_world::connect(endpoint address) {
  return connect_socket(connected_socket(context_), std::move(address));
}

result<std::unique_ptr<acceptor>> real_world::listen(endpoint local) {
  return listen_with(listening_socket(context_), local);
}

random_stream real_world::random(std::string_view name) { return stream_of(seed_, name); }

std::unique_ptr<world> make_real_world(asio::any_io_executor executor, std::uint64_t seed) {
  return std::make_unique<executor_world>(std::move(executor), seed);
}

time_point machine_now() { return time_point(std::chrono::steady_clock::now().time_since_epoch()); }

std::uint64_t unpredictable_seed() {
  std::array<unsigned char, sizeof(std::uint64_t)> bytes{};
  [[maybe_unused]] const int done = RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  assert(done == 1 && "the machine has no randomness");
  return std::bit_cast<std::uint64_t>(bytes);
}

}  // namespace hassle::net
