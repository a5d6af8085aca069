#include "harness/proxy/proxy_board.hpp"

#include "harness/proxy/toxic_stream.hpp"
#include "mockha/endpoint_text.hpp"
#include "scenarios/distribution.hpp"

#include <fmt/format.h>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace hassle::harness {

namespace {

std::unexpected<board_refusal> refuse(unsigned status, std::string why) {
  return std::unexpected(board_refusal{.status = status, .why = std::move(why)});
}

/// `host` without brackets, and the port; nothing if it is none.
std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (ec != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::expected<upstream_place, std::string> upstream_of(std::string_view text) {
  struct scheme {
    std::string_view name;
    std::uint16_t port;
    bool plain;
  };
  constexpr std::array schemes = {scheme{.name = "ws://", .port = 8123, .plain = true},
                                  scheme{.name = "http://", .port = 8123, .plain = true},
                                  scheme{.name = "wss://", .port = 443, .plain = false},
                                  scheme{.name = "https://", .port = 443, .plain = false},
                                  scheme{.name = "", .port = 0, .plain = false}};
  const auto* found =
      std::ranges::find_if(schemes, [&](const scheme& s) { return text.starts_with(s.name); });
  std::string_view place = text.substr(found->name.size());
  if (!found->name.empty()) place = place.substr(0, place.find('/'));
  const auto wrong = [&] {
    return std::unexpected(fmt::format("'{}' is not ws://HOST:PORT, wss://HOST:PORT or HOST:PORT",
                                       place.contains('@') ? "…" : text));
  };
  if (place.contains('@')) return wrong();
  const auto colon = place.rfind(':');
  const bool has_port = colon != std::string_view::npos && !place.ends_with(']');
  std::string_view host = has_port ? place.substr(0, colon) : place;
  const auto port =
      has_port ? port_of(place.substr(colon + 1)) : std::optional<std::uint16_t>(found->port);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || !port || *port == 0 || host.contains('/')) return wrong();
  return upstream_place{.at = {std::string(host), *port}, .plain = found->plain};
}

proxy_board::proxy_board(net::world& world, std::uint64_t seed, teller tell,
                         const board_limits& limits)
    : world_(world),
      seed_(seed),
      tell_(std::move(tell)),
      limits_(limits),
      tasks_(world.executor()) {}

proxy_board::~proxy_board() = default;

std::expected<const proxy_board::proxy*, board_refusal> proxy_board::add(proxy_wish wish) {
  if (wish.name.empty()) return refuse(400, "missing required field: name");
  if (wish.upstream.empty()) return refuse(400, "missing required field: upstream");
  if (wish.name.size() > limits_.name || wish.name.contains('/')) {
    return refuse(400, "invalid proxy name");
  }
  if (proxies_.contains(wish.name)) return refuse(409, "proxy already exists");
  if (proxies_.size() >= limits_.proxies) return refuse(403, "there are too many proxies already");
  const auto [added, fresh] = proxies_.try_emplace(wish.name);
  proxy& made = added->second;
  made.wish = std::move(wish);
  if (made.wish.listen.empty()) made.wish.listen = "127.0.0.1:0";
  auto started = start(made);
  if (!started) {
    proxies_.erase(added);
    return std::unexpected(std::move(started.error()));
  }
  return &made;
}

std::expected<void, board_refusal> proxy_board::start(proxy& p) {
  const auto upstream = upstream_of(p.wish.upstream);
  if (!upstream) return refuse(400, upstream.error());
  auto local = mockha::parse_endpoint(p.wish.listen);
  if (local && local->host == "localhost") local->host = "127.0.0.1";
  if (!local) return refuse(400, fmt::format("'{}' is not HOST:PORT", p.wish.listen));
  if (!p.wish.enabled) return {};
  const std::string name = p.wish.name;
  auto record = [this, name](const reports::event& e) {
    const bool of_toxic = e.kind == reports::event_kind::fault_hit && e.value > first_toxic;
    if (of_toxic) return;  // It has told that itself.
    if (e.kind == reports::event_kind::fault_hit) ++past_.hits[e.text];
    const bool cut = e.kind == reports::event_kind::connection_cut;
    tell_(fmt::format("{}: {} {}", name, e.text,
                      cut ? "ends a connection" : "is met by a connection"));
  };
  const relay_settings settings{.connections = limits_.connections, .resolve = true};
  p.running = std::make_unique<relay>(world_, upstream->at, path_,
                                      scenario::stream_seed(seed_, "proxy " + name),
                                      std::move(record), settings);
  p.running->shape_with([this, &p, plain = upstream->plain](std::uint32_t connection) {
    return shape(p, plain, connection);
  });
  const error_code ec = p.running->listen(*local);
  if (ec) {
    p.running.reset();
    return refuse(500, fmt::format("listen {}: {}", p.wish.listen, ec.message()));
  }
  p.wish.listen = mockha::endpoint_text(p.running->local_endpoint());
  return {};
}

connection_shape proxy_board::shape(const proxy& p, bool plain, std::uint32_t connection) {
  auto shared = std::make_shared<conversation>();
  shared->hide_extensions = plain && hide_extensions_;
  const std::uint64_t seed = scenario::stream_seed(seed_, "toxics " + p.wish.name);
  const auto tell = [this, name = p.wish.name](const toxic& t, std::uint32_t who) {
    note_hit(name, who, t.name);
  };
  const auto one_way = [&](direction way) {
    return std::make_unique<toxic_stream>(
        p.toxics, toxic_stream::place{.way = way, .connection = connection, .seed = seed}, shared,
        tell);
  };
  return {.to_server = one_way(direction::to_server), .to_client = one_way(direction::to_client)};
}

void proxy_board::note_hit(const std::string& of, std::uint32_t connection,
                           const std::string& what) {
  ++past_.hits[what];
  tell_(fmt::format("{}: connection {} meets {}", of, connection, what));
}

std::expected<const proxy_board::proxy*, board_refusal> proxy_board::change(
    const proxy_wish& wish) {
  proxy* p = known(wish.name);
  if (p == nullptr) return refuse(404, "proxy not found");
  const bool same = wish.listen == p->wish.listen && wish.upstream == p->wish.upstream &&
                    wish.enabled == p->wish.enabled;
  if (same) return p;
  if (!upstream_of(wish.upstream)) return refuse(400, upstream_of(wish.upstream).error());
  if (!mockha::parse_endpoint(wish.listen)) return refuse(400, "listen is not HOST:PORT");
  retire(*p);
  p->wish = wish;
  auto started = start(*p);
  if (!started) {
    p->wish.enabled = false;
    return std::unexpected(std::move(started.error()));
  }
  tell_(fmt::format("{}: {}", wish.name, wish.enabled ? "listens" : "refuses"));
  return p;
}

void proxy_board::retire(proxy& p) {
  if (!p.running) return;
  p.running->stop();
  tasks_.spawn(outlive(std::move(p.running)));
}

asio::awaitable<void> proxy_board::outlive(std::unique_ptr<relay> old) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await old->join();
  past_.connections += old->connections();
  past_.bytes += old->relayed_bytes();
}

std::expected<void, board_refusal> proxy_board::remove(std::string_view name) {
  const auto found = proxies_.find(name);
  if (found == proxies_.end()) return refuse(404, "proxy not found");
  // Its connections still look at its toxics, until they have ended.
  auto gone = std::make_shared<decltype(proxies_)::node_type>(proxies_.extract(found));
  auto old = std::move(gone->mapped().running);
  if (!old) return {};
  old->stop();
  const auto wait =
      [](proxy_board* board, std::unique_ptr<relay> r,
         std::shared_ptr<decltype(proxies_)::node_type> kept) -> asio::awaitable<void> {
    co_await board->outlive(std::move(r));
    kept.reset();
  };
  tasks_.spawn(wait(this, std::move(old), std::move(gone)));
  return {};
}

const proxy_board::proxy* proxy_board::find(std::string_view name) const {
  const auto found = proxies_.find(name);
  return found == proxies_.end() ? nullptr : &found->second;
}

proxy_board::proxy* proxy_board::known(std::string_view name) {
  const auto found = proxies_.find(name);
  return found == proxies_.end() ? nullptr : &found->second;
}

std::expected<const toxic*, board_refusal> proxy_board::add_toxic(std::string_view of, toxic t) {
  proxy* p = known(of);
  if (p == nullptr) return refuse(404, "proxy not found");
  if (std::ranges::find(p->toxics, t.name, &toxic::name) != p->toxics.end()) {
    return refuse(409, "toxic already exists");
  }
  if (p->toxics.size() >= limits_.toxics) return refuse(403, "there are too many toxics already");
  t.number = ++last_toxic_;
  p->toxics.push_back(std::move(t));
  if (p->running) p->running->reshape();
  tell_(fmt::format("{}: toxic {} begins", of, p->toxics.back().name));
  return &p->toxics.back();
}

std::expected<const toxic*, board_refusal> proxy_board::change_toxic(std::string_view of, toxic t) {
  proxy* p = known(of);
  if (p == nullptr) return refuse(404, "proxy not found");
  const auto found = std::ranges::find(p->toxics, t.name, &toxic::name);
  if (found == p->toxics.end()) return refuse(404, "toxic not found");
  *found = std::move(t);
  if (p->running) p->running->reshape();
  tell_(fmt::format("{}: toxic {} changes", of, found->name));
  return &*found;
}

std::expected<void, board_refusal> proxy_board::remove_toxic(std::string_view of,
                                                             std::string_view name) {
  proxy* p = known(of);
  if (p == nullptr) return refuse(404, "proxy not found");
  const auto found = std::ranges::find(p->toxics, name, &toxic::name);
  if (found == p->toxics.end()) return refuse(404, "toxic not found");
  p->toxics.erase(found);
  if (p->running) p->running->reshape();
  tell_(fmt::format("{}: toxic {} is over", of, name));
  return {};
}

bool proxy_board::reset() {
  bool all = true;
  for (auto& [name, p] : proxies_) {
    p.toxics.clear();
    if (p.running) p.running->reshape();
    if (p.wish.enabled) continue;
    p.wish.enabled = true;
    if (!start(p)) {
      p.wish.enabled = false;
      all = false;
    }
  }
  tell_("reset: all listen, without toxics");
  return all;
}

bool proxy_board::begin_fault(const scenario::fault& what,
                              const scenario::planned_fault& occurrence) {
  bool all = true;
  for (auto& [name, p] : proxies_) {
    if (!p.running) continue;
    if (std::holds_alternative<scenario::refuse_fault>(what.what)) {
      p.running->refuse();
    } else {
      all = p.running->begin_fault(what, occurrence) && all;
    }
  }
  return all;
}

void proxy_board::end_fault(const scenario::fault& what,
                            const scenario::planned_fault& occurrence) {
  for (auto& [name, p] : proxies_) {
    if (!p.running) continue;
    if (!std::holds_alternative<scenario::refuse_fault>(what.what)) {
      p.running->end_fault(occurrence);
    } else if (const error_code ec = p.running->listen(p.running->local_endpoint())) {
      tell_(fmt::format("{}: cannot listen again: {}", name, ec.message()));
    }
  }
}

proxy_board::totals proxy_board::counted() const {
  totals sum = past_;
  for (const auto& [name, p] : proxies_) {
    if (!p.running) continue;
    sum.connections += p.running->connections();
    sum.bytes += p.running->relayed_bytes();
  }
  return sum;
}

void proxy_board::stop() noexcept {
  for (auto& [name, p] : proxies_) {
    if (p.running) p.running->stop();
  }
}

asio::awaitable<void> proxy_board::join() {
  for (auto& [name, p] : proxies_) {
    if (p.running) co_await p.running->join();
  }
  co_await tasks_.join();
}

}  // namespace hassle::harness
