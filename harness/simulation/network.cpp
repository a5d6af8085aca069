#include "harness/simulation/network.hpp"

#include "harness/simulation/sockets.hpp"
#include "scenarios/distribution.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

network::network(simulated_world& world, const scenario::network& path, recorder record,
                 tcp_settings tcp)
    : world_(&world),
      settings_(path),
      tcp_(tcp),
      record_(std::move(record)),
      jitter_seed_(scenario::stream_seed(world.seed(), "network")),
      book_(path.ipv6) {
  assert(record_ && tcp_.send_buffer > 0 && tcp_.backlog > 0);
}

network::~network() { abandon(); }

void network::abandon() noexcept {
  // Suspended programs own streams, and handlers own suspended programs: cut the knot from outside,
  // while everything that their destructors call is still there.
  world_->abandon();
  for (auto& each : hosts_) each->abandon();
  // Destructors may close listeners, but never add anything: the maps only shrink.
  std::vector<net::completion<stream_result>> waiting;
  for (auto& [id, d] : dials_) waiting.push_back(std::exchange(d.done, nullptr));
  for (auto& [id, l] : listeners_) waiting.push_back(std::exchange(l.waiter, nullptr));
  dials_.clear();
  waiting.clear();
  std::vector<net::completion<lookup_result>> asking;
  asking.reserve(lookups_.size());
  for (auto& [id, l] : lookups_) asking.push_back(std::exchange(l.done, nullptr));
  lookups_.clear();
  asking.clear();
  for (auto& [id, open] : connections_) open->abandon();
  for (auto& each : hosts_) each->abandon();
  world_->abandon();
}

host& network::add_host(std::string name) {
  host& added =
      *hosts_.emplace_back(std::make_unique<host>(*world_, *this, hosts_.size(), std::move(name)));
  added.move_to(book_.add_host(added, added.name()).v4->address);
  return added;
}

void network::add_name(std::string name, const host& target) {
  book_.add_name(std::move(name), book_.first_of(target.index()));
}

void network::add_endpoint(std::string name, host& target, std::optional<net::duration> latency) {
  book_.add_way(std::move(name), target, latency);
}

link& network::path_of(const host& a, const host& b, const way& over) {
  // The list form returns values; the other one references into temporaries.
  const auto [first, second] = std::minmax({a.index(), b.index()});
  const auto key = std::make_tuple(first, second, over.number);
  if (const auto found = links_.find(key); found != links_.end()) return found->second;
  scenario::network path = settings_;
  path.latency = over.latency.value_or(path.latency);
  return links_.try_emplace(key, path, faults_, first == second).first->second;
}

void network::record(reports::event_kind kind, std::uint32_t connection, std::string text,
                     std::int64_t value) {
  record_({.kind = kind, .connection = connection, .value = value, .text = std::move(text)});
}

// Hosts.

void network::on_thaw(host& which) {
  for (auto& [id, c] : connections_) {
    for (const side s : {side::client, side::server}) {
      if (&c->at(s) == &which) c->thaw(s);
    }
  }
  std::vector<std::uint32_t> parked;  // A timer may end its dial.
  for (auto& [id, d] : dials_) {
    if (d.client == &which && std::exchange(d.parked, false)) parked.push_back(id);
  }
  for (const std::uint32_t id : parked) on_syn_timer(id);
}

void network::reset_host(host& which, ending how) {
  for (auto& [id, c] : connections_) {
    for (const side s : {side::client, side::server}) {
      if (&c->at(s) == &which) c->end_program(s, how);
    }
  }
  std::vector<std::uint32_t> dialing;
  for (const auto& [id, d] : dials_) {
    if (d.client == &which) dialing.push_back(id);
  }
  for (const std::uint32_t id : dialing) fail_dial(id, asio::error::operation_aborted);
  std::vector<std::uint32_t> asking;
  for (const auto& [id, l] : lookups_) {
    if (l.from == &which) asking.push_back(id);
  }
  for (const std::uint32_t id : asking) cancel_lookup(id);
  std::vector<std::uint32_t> listening;
  for (const auto& [id, l] : listeners_) {
    if (l.where == &which) listening.push_back(id);
  }
  for (const std::uint32_t id : listening) close_listener(id);
}

std::size_t network::connections_of(const host& which) const noexcept {
  const auto held = std::ranges::count_if(connections_, [&](const auto& each) {
    return (&each.second->at(side::client) == &which && each.second->held(side::client)) ||
           (&each.second->at(side::server) == &which && each.second->held(side::server));
  });
  const auto dialing =
      std::ranges::count_if(dials_, [&](const auto& each) { return each.second.client == &which; });
  return static_cast<std::size_t>(held + dialing);
}

void network::on_finished(connection& which) {
  // Not at once: it is still on the call stack.
  world_->post([this, id = which.id()] { connections_.erase(id); });
}

// Listening.

net::result<std::unique_ptr<net::acceptor>> network::listen(host& where, net::endpoint local) {
  // Also at an address that it had before it was moved: programs keep their settings.
  const bool any = local.host.empty() || local.host == "0.0.0.0" || local.host == "::";
  const place* at = book_.at_address(local.host);
  const way* named = at != nullptr ? at->on : book_.named(local.host);
  if (!any && (named == nullptr || named->to != &where)) {
    return std::unexpected(
        error_code(boost::system::errc::address_not_available, boost::system::generic_category()));
  }
  if (local.port == 0) {
    local.port = 49152;
    while (find_listener(where, local.port) != nullptr) ++local.port;
  } else if (find_listener(where, local.port) != nullptr) {
    return std::unexpected(error_code(asio::error::address_in_use));
  }
  const std::uint32_t id = ++next_listener_;
  listeners_[id] = {&where, local.port, {}, {}};
  return std::make_unique<simulated_acceptor>(*this, id,
                                              net::endpoint{where.address(), local.port});
}

network::socket_listener* network::find_listener(const host& where, std::uint16_t port) {
  for (auto& [id, l] : listeners_) {
    if (l.where == &where && l.port == port) return &l;
  }
  return nullptr;
}

bool network::offer(connection& arrived) {
  socket_listener* l = find_listener(arrived.at(side::server), arrived.server_port());
  if (l == nullptr) return false;
  if (l->waiter) {
    hand_over(arrived, l->waiter);
  } else {
    l->backlog.push_back(&arrived);
  }
  return true;
}

void network::hand_over(connection& c, net::completion<stream_result>& waiter) {
  c.at(side::server)
      .deliver([done = std::exchange(waiter, nullptr),
                stream = std::make_unique<simulated_stream>(c, side::server)]() mutable {
        done(stream_result(std::move(stream)));
      });
}

void network::accept(std::uint32_t listener_id, net::completion<stream_result> done) {
  socket_listener& l = listeners_.at(listener_id);
  assert(!l.waiter && "one accept at a time");
  l.waiter = std::move(done);
  if (l.backlog.empty()) return;
  connection& first = *l.backlog.front();
  l.backlog.pop_front();
  hand_over(first, l.waiter);
}

void network::cancel_accept(std::uint32_t listener_id) {
  const auto found = listeners_.find(listener_id);
  if (found == listeners_.end() || !found->second.waiter) return;
  found->second.where->deliver([done = std::exchange(found->second.waiter, nullptr)]() mutable {
    done(std::unexpected(error_code(asio::error::operation_aborted)));
  });
}

void network::close_listener(std::uint32_t listener_id) noexcept {
  const auto found = listeners_.find(listener_id);
  if (found == listeners_.end()) return;
  cancel_accept(listener_id);
  const auto backlog = std::move(found->second.backlog);
  listeners_.erase(found);
  for (connection* c : backlog) c->reset(side::server);
}

std::string error_text(const error_code& ec) {
  if (ec == asio::error::connection_refused) return "connection refused";
  if (ec == asio::error::connection_reset) return "connection reset";
  if (ec == asio::error::timed_out) return "timed out";
  if (ec == asio::error::host_unreachable) return "host unreachable";
  if (ec == asio::error::host_not_found) return "host not found";
  if (ec == asio::error::host_not_found_try_again) return "name server failed";
  if (ec == asio::error::operation_aborted) return "cancelled";
  if (ec == asio::error::eof) return "end of stream";
  if (ec == asio::error::broken_pipe) return "broken pipe";
  return ec.message();
}

}  // namespace hassle::harness
