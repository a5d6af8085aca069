#include "dialler.hpp"

#include "../cores/endpoint_order.hpp"
#include "bounded.hpp"
#include "happy_eyeballs.hpp"
#include "trust.hpp"
#include "turnstile.hpp"
#include "user_agent.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/tls.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cassert>
#include <deque>
#include <utility>

namespace hassle::client {

using kind = client_event_kind;

namespace {

/// Of a peer that sent a Close and then neither reads nor ends (field failures
/// abrupt-or-half-close, half-open-no-fin): nobody waits for it any longer.
constexpr duration close_handshake = 2s;

/// Two of the largest messages that Home Assistant takes; what is beyond them is turned away (field
/// failure outbound-memory-growth).
constexpr std::size_t unsent_bytes_max = 8U << 20U;

net::websocket_limits socket_limits(const config& settings) {
  net::websocket_limits limits{.message_bytes_max = settings.message_bytes_max};
  limits.close_handshake = close_handshake;
  limits.send_queue_bytes_max = unsent_bytes_max;
  limits.unpredictable_masks = settings.unpredictable_masks;
  limits.deflate = settings.deflate;
  return limits;
}

/// What an HTTP answer that was not wanted means for the next attempt.
void put_status(dial_error& into, unsigned status, std::optional<duration> retry_after) {
  if (status == 0) return;
  into.http_status = status;
  into.retry_after = retry_after;
  into.why = failure_of_status(status);
  into.text = std::string(name_of(into.stage)) + ": HTTP " + std::to_string(status);
}

}  // namespace

std::string_view name_of(dial_stage stage) noexcept {
  switch (stage) {
    case dial_stage::resolve:
      return "resolve";
    case dial_stage::tcp:
      return "tcp";
    case dial_stage::proxy:
      return "proxy";
    case dial_stage::tls:
      return "tls";
    case dial_stage::upgrade:
      return "upgrade";
  }
  assert(false);
  return {};
}

/// One attempt on its way.
struct dialler::journey {
  std::size_t endpoint = 0;
  std::uint32_t attempt = 0;
  net::time_point bound = net::never;  ///< Of all stages together.
  std::uint32_t connection = 0;
  std::optional<address_family> family;  ///< That TCP was reached by.
};

struct dialler::parts {
  struct each_endpoint {
    turnstile turns;
    std::optional<address_family> worked_last;
    std::shared_ptr<net::tls_client> tls;  ///< Made when it is needed first.
    bool no_deflate = false;
  };
  std::deque<each_endpoint> endpoints;  ///< A turnstile does not move.
};

dialler::dialler(engine_context& shared) : shared_(shared), parts_(std::make_unique<parts>()) {
  const config& settings = shared.settings;
  endpoint_config first;
  first.server = settings.server;
  first.target = settings.target;
  first.tls = settings.tls;
  endpoints_.push_back(std::move(first));
  if (settings.failover) {
    endpoints_.insert(endpoints_.end(), settings.failover->others.begin(),
                      settings.failover->others.end());
  }
  parts_->endpoints.resize(endpoints_.size());
}

dialler::~dialler() = default;

net::time_point dialler::limit(const journey& way, duration deadline_config::* own) const {
  const auto& layer = shared_.settings.deadline;
  return layer ? std::min(way.bound, shared_.now() + (*layer).*own) : way.bound;
}

void dialler::remember_family(const journey& way, bool worked) {
  if (!way.family) return;
  const auto other =
      *way.family == address_family::ipv4 ? address_family::ipv6 : address_family::ipv4;
  parts_->endpoints[way.endpoint].worked_last = worked ? *way.family : other;
}

bool dialler::give_up_deflate(std::size_t endpoint) noexcept {
  return shared_.settings.deflate && !std::exchange(parts_->endpoints[endpoint].no_deflate, true);
}

dialler::journey dialler::set_out(std::size_t endpoint, std::uint32_t attempt) const {
  assert(endpoint < endpoints_.size());
  journey way;
  way.endpoint = endpoint;
  way.attempt = attempt;
  const config& settings = shared_.settings;
  if (!settings.deadline && settings.reconnect) {
    way.bound = shared_.now() + settings.reconnect->connect_limit;
  }
  return way;
}

void dialler::tell(const journey& way, std::string_view stage) const {
  if (way.attempt == 0) return;
  shared_.tell({.kind = kind::attempt_stage,
                .connection = way.connection,
                .value = way.attempt,
                .text = stage});
}

dial_error dialler::failed(const journey& way, dial_stage stage, net::error_code ec) {
  dial_error error;
  error.stage = stage;
  error.ec = ec;
  error.text = std::string(name_of(stage)) + ": " + ec.message();
  error.connection = way.connection;
  return error;
}

asio::awaitable<dialler::opened> dialler::reach_server(journey& way, net::endpoint server) {
  net::world& world = shared_.world;
  const auto& failover = shared_.settings.failover;
  auto& memory = parts_->endpoints[way.endpoint];
  auto looking = bounded(world.time(), limit(way, &deadline_config::resolve_limit),
                         world.resolve(std::move(server)));
  auto resolved = co_await std::move(looking);
  if (!resolved) co_return std::unexpected(failed(way, dial_stage::resolve, resolved.error()));
  tell(way, "resolved");
  std::vector<net::endpoint> addresses(1, resolved->front());
  if (failover) {
    addresses = address_order(*resolved, memory.worked_last, failover->addresses_max);
  }
  const auto delay = failover ? failover->address_delay : duration::zero();
  auto connecting = bounded(world.time(), limit(way, &deadline_config::tcp_limit),
                            connect_first(world, addresses, delay));
  auto first = co_await std::move(connecting);
  if (!first) co_return std::unexpected(failed(way, dial_stage::tcp, first.error()));
  way.family = family_of(addresses[first->address]);
  way.connection = first->stream->connection_id();
  tell(way, "tcp");
  co_return std::move(first->stream);
}

asio::awaitable<dialler::opened> dialler::pass_proxy(journey& way,
                                                     std::unique_ptr<net::byte_stream> stream) {
  const proxy_config& proxy = *shared_.settings.proxy;
  net::tunnel_wish wish;
  wish.authority = authority_of(endpoints_[way.endpoint].server);
  wish.user = proxy.user;
  wish.password = proxy.password;
  wish.headers.push_back({"User-Agent", std::string(user_agent)});
  net::time_source& time = shared_.world.time();
  auto asking = bounded(time, limit(way, &deadline_config::proxy_limit),
                        net::http_tunnel(time, std::move(stream), std::move(wish)));
  auto through = co_await std::move(asking);
  if (!through) {
    dial_error error = failed(way, dial_stage::proxy, through.error().ec);
    put_status(error, through.error().http_status, through.error().retry_after);
    co_return std::unexpected(std::move(error));
  }
  tell(way, "proxied");
  co_return std::move(*through);
}

asio::awaitable<dialler::opened> dialler::secure(journey& way,
                                                 std::unique_ptr<net::byte_stream> stream) {
  // Another attempt may have been turned away since, and have dropped what is trusted.
  auto trusting = prepare_trust(way);
  if (!trusting) co_return std::unexpected(std::move(trusting.error()));
  auto& client = parts_->endpoints[way.endpoint].tls;
  const auto kept = client;  // Or may replace it from now on.
  net::time_source& time = shared_.world.time();
  auto shaking = bounded(
      time, limit(way, &deadline_config::tls_limit),
      kept->connect(std::move(stream), tls_name(endpoints_[way.endpoint]), time.wall_now()));
  auto secured = co_await std::move(shaking);
  if (!secured) {
    dial_error error = failed(way, dial_stage::tls, secured.error().ec);
    if (!secured.error().text.empty()) error.text = "tls: " + secured.error().text;
    if (secured.error().certificate) {
      error.why = dial_failure::unwelcome;
      client.reset();  // What is trusted may be another set of files next time.
    }
    co_return std::unexpected(std::move(error));
  }
  tell(way, "tls");
  co_return std::move(*secured);
}

std::expected<void, dial_error> dialler::prepare_trust(const journey& way) {
  const auto& settings = endpoints_[way.endpoint].tls;
  auto& client = parts_->endpoints[way.endpoint].tls;
  if (!settings || client) return {};
  auto made = make_trusting(*settings);
  if (made) {
    client = std::move(*made);
    return {};
  }
  dial_error error = failed(way, dial_stage::tls, asio::error::invalid_argument);
  error.text = "tls: " + made.error();
  error.why = dial_failure::unwelcome;
  return std::unexpected(std::move(error));
}

asio::awaitable<dialler::opened> dialler::reach(journey& way) {
  const endpoint_config& where = endpoints_[way.endpoint];
  const auto& proxy = shared_.settings.proxy;
  const bool proxied = proxy && !bypasses(*proxy, where.server.host);
  // Without anything to trust nobody need be dialled.
  auto trusting = prepare_trust(way);
  if (!trusting) co_return std::unexpected(std::move(trusting.error()));
  auto stream = co_await reach_server(way, proxied ? proxy->server : where.server);
  if (stream && proxied) {
    auto through = co_await pass_proxy(way, std::move(*stream));
    stream = std::move(through);
  }
  if (stream && where.tls) {
    auto secured = co_await secure(way, std::move(*stream));
    stream = std::move(secured);
  }
  co_return stream;
}

asio::awaitable<dialler::opened> dialler::open_stream(std::size_t endpoint, std::uint32_t attempt) {
  journey way = set_out(endpoint, attempt);
  auto stream = co_await reach(way);
  remember_family(way, stream.has_value());
  co_return stream;
}

asio::awaitable<std::expected<dialled, dial_error>> dialler::dial(std::size_t endpoint,
                                                                  std::uint32_t attempt) {
  journey way = set_out(endpoint, attempt);
  std::optional<turnstile::turn> turn;
  if (shared_.settings.jitter) {
    auto entered = co_await parts_->endpoints[endpoint].turns.enter(shared_.world.time());
    turn.emplace(std::move(entered));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (!turn->is_in() || state.cancelled() != asio::cancellation_type::none) {
      co_return std::unexpected(failed(way, dial_stage::resolve, asio::error::operation_aborted));
    }
    way = set_out(endpoint, attempt);  // The time for its turn is not the attempt's.
  }
  auto stream = co_await reach(way);
  if (!stream) {
    remember_family(way, false);
    co_return std::unexpected(std::move(stream.error()));
  }

  const endpoint_config& where = endpoints_[endpoint];
  net::client_upgrade wish;
  wish.host = host_header(where);
  wish.target = where.target;
  wish.headers.push_back({"User-Agent", std::string(user_agent)});
  net::time_source& time = shared_.world.time();
  net::websocket_limits limits = socket_limits(shared_.settings);
  limits.deflate = limits.deflate && !parts_->endpoints[endpoint].no_deflate;
  auto upgrading =
      bounded(time, limit(way, &deadline_config::upgrade_limit),
              net::websocket_connect(time, std::move(*stream), std::move(wish), limits));
  auto socket = co_await std::move(upgrading);
  // Whatever HTTP says, the path took it there and back.
  remember_family(way, socket || socket.error().http_status != 0);
  if (!socket) {
    dial_error error = failed(way, dial_stage::upgrade, socket.error().ec);
    put_status(error, socket.error().http_status, socket.error().retry_after);
    co_return std::unexpected(std::move(error));
  }
  tell(way, "upgraded");
  dialled done;
  done.socket = std::move(*socket);
  done.endpoint = endpoint;
  co_return done;
}

}  // namespace hassle::client
