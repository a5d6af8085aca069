#include "dialler.hpp"

#include "../cores/endpoint_order.hpp"
#include "bounded.hpp"
#include "happy_eyeballs.hpp"
#include "turnstile.hpp"
#include "user_agent.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cassert>
#include <deque>
#include <utility>

namespace hassle::client {

using kind = client_event_kind;

namespace {

net::websocket_limits socket_limits(const config& settings) {
  net::websocket_limits limits{.message_bytes_max = settings.message_bytes_max};
  limits.unpredictable_masks = settings.unpredictable_masks;
  return limits;
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
};

struct dialler::parts {
  struct each_endpoint {
    turnstile turns;
    std::optional<address_family> worked_last;
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

asio::awaitable<std::expected<std::unique_ptr<net::byte_stream>, dial_error>> dialler::reach(
    journey& way) {
  net::world& world = shared_.world;
  if (endpoints_[way.endpoint].tls || shared_.settings.proxy) {
    co_return std::unexpected(failed(way, dial_stage::tls, asio::error::operation_not_supported));
  }
  const auto& failover = shared_.settings.failover;
  auto& memory = parts_->endpoints[way.endpoint];
  auto looking = bounded(world.time(), limit(way, &deadline_config::resolve_limit),
                         world.resolve(endpoints_[way.endpoint].server));
  auto resolved = co_await std::move(looking);
  if (!resolved) co_return std::unexpected(failed(way, dial_stage::resolve, resolved.error()));
  tell(way, "resolved");
  auto addresses = address_order(*resolved, memory.worked_last,
                                 failover ? failover->addresses_max : resolved->size());
  if (!failover) addresses.assign(1, resolved->front());
  const auto tried = addresses;
  auto connecting = bounded(world.time(), limit(way, &deadline_config::tcp_limit),
                            connect_first(world, std::move(addresses),
                                          failover ? failover->address_delay : duration::zero()));
  auto first = co_await std::move(connecting);
  if (!first) co_return std::unexpected(failed(way, dial_stage::tcp, first.error()));
  memory.worked_last = family_of(tried[first->address]);
  way.connection = first->stream->connection_id();
  tell(way, "tcp");
  co_return std::move(first->stream);
}

asio::awaitable<std::expected<std::unique_ptr<net::byte_stream>, dial_error>> dialler::open_stream(
    std::size_t endpoint, std::uint32_t attempt) {
  journey way = set_out(endpoint, attempt);
  co_return co_await reach(way);
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
  if (!stream) co_return std::unexpected(std::move(stream.error()));

  const endpoint_config& where = endpoints_[endpoint];
  net::client_upgrade wish;
  wish.host = host_header(where);
  wish.target = where.target;
  wish.headers.push_back({"User-Agent", std::string(user_agent)});
  net::time_source& time = shared_.world.time();
  auto upgrading = bounded(time, limit(way, &deadline_config::upgrade_limit),
                           net::websocket_connect(time, std::move(*stream), std::move(wish),
                                                  socket_limits(shared_.settings)));
  auto socket = co_await std::move(upgrading);
  if (!socket) {
    dial_error error = failed(way, dial_stage::upgrade, socket.error().ec);
    if (socket.error().http_status != 0) {
      error.http_status = socket.error().http_status;
      error.retry_after = socket.error().retry_after;
      error.why = failure_of_status(error.http_status);
      error.text = "upgrade: HTTP " + std::to_string(error.http_status);
    }
    co_return std::unexpected(std::move(error));
  }
  tell(way, "upgraded");
  dialled done;
  done.socket = std::move(*socket);
  done.endpoint = endpoint;
  co_return done;
}

}  // namespace hassle::client
