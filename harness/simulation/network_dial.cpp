// Connecting: SYNs, their retransmission, and what comes back.
#include "harness/simulation/network.hpp"
#include "harness/simulation/sockets.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

std::uint32_t network::dial(host& from, net::endpoint to, net::completion<stream_result> done) {
  const std::uint32_t id = ++next_connection_;
  const place* at = book_.at_address(to.host);
  if (const way* named = at == nullptr ? book_.named(to.host) : nullptr) at = named->v4;
  const bool six = to.host.find(':') != std::string::npos;
  record(reports::event_kind::dialed, id,
         (six ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port));
  pending_dial& d = dials_[id];
  d.client = &from;
  d.at = at;
  d.to = std::move(to);
  d.began = world_->now();
  // Behind the two that the connection itself will use.
  d.random = jitter_random(jitter_seed_ + std::uint64_t{id} * 4 + 2);
  d.done = std::move(done);
  if (at == nullptr) {
    fail_dial(id, asio::error::host_unreachable);
    return id;
  }
  d.server = at->on->to;
  d.way = {.endpoint = at->on->endpoint, .family = at->family, .connection = id};
  if (d.server != &from) faults_.note_dial(d.way);
  if (tap_ != nullptr) tap_dial(id, d);
  send_syn(id);
  return id;
}

void network::tap_dial(std::uint32_t id, const pending_dial& d) {
  const place* from = book_.first_of(d.client->index()).at(d.at->family);
  assert(from != nullptr && "an address of a family is dialled from one of that family");
  tap_->add_connection(id, from->address, d.at->address, d.to.port);
}

asio::awaitable<lan::stream_result> network::connect(host& from, net::endpoint to) {
  std::uint32_t id = 0;
  co_return co_await net::wait_for<stream_result>(
      [&](net::completion<stream_result> done) { id = dial(from, std::move(to), std::move(done)); },
      [this, &id] { cancel_dial(id); });
}

void network::cancel_dial(std::uint32_t id) {
  if (dials_.contains(id)) fail_dial(id, asio::error::operation_aborted);
}

net::time_point network::travel(pending_dial& d, direction way) {
  const bool to_server = way == direction::to_server;
  const host& sender = to_server ? *d.client : *d.server;
  const host& receiver = to_server ? *d.server : *d.client;
  link& path = path_of(sender, receiver, *d.at->on);
  const std::size_t end = sender.index() <= receiver.index() ? 0 : 1;
  return path.transmit(0, {end, d.way, way}, world_->now(), d.random).arrives;
}

/// Notes the fault that swallows a segment of the handshake, if there is one.
bool network::lost(pending_dial& d, const active_fault* fault) {
  if (fault == nullptr) return false;
  if (std::ranges::find(d.hits, fault->number) == d.hits.end()) {
    d.hits.push_back(fault->number);
    on_hit(d.way.connection, *fault);
  }
  return true;
}

/// Whether nobody is at the address that it dials.
bool network::lost_at_vacancy(pending_dial& d) {
  if (!d.at->vacant) return false;
  lost(d, faults_.find(d.at->vacated_by));
  return true;
}

void network::send_syn(std::uint32_t id) {
  pending_dial& d = dials_.at(id);
  if (const active_faults* active = path_of(*d.client, *d.server, *d.at->on).faults()) {
    using scenario::latency_fault;
    active->for_each<latency_fault>(
        d.way, [&](const active_fault& fault, const latency_fault&) { lost(d, &fault); });
  }
  if (tap_ != nullptr) tap_->add(id, true, reports::wire_kind::syn);
  world_->at(travel(d, direction::to_server), [this, id] { on_syn(id); });
  const net::duration next = d.retransmissions < syn_retransmissions.size()
                                 ? syn_retransmissions[d.retransmissions]
                                 : syn_give_up;
  d.timer = world_->at(d.began + next, [this, id] { on_syn_timer(id); });
}

void network::on_syn_timer(std::uint32_t id) {
  pending_dial& d = dials_.at(id);
  d.timer = 0;
  if (d.client->frozen()) {
    d.parked = true;
  } else if (d.retransmissions == syn_retransmissions.size() ||
             world_->now() - d.began >= syn_give_up) {
    fail_dial(id, asio::error::timed_out);
  } else {
    ++d.retransmissions;
    send_syn(id);
  }
}

void network::on_syn(std::uint32_t id) {
  const auto found = dials_.find(id);
  if (found == dials_.end()) return;
  pending_dial& d = found->second;
  const active_faults* active = path_of(*d.client, *d.server, *d.at->on).faults();
  if (active != nullptr && lost(d, active->swallows_connect(d.way, d.dice))) return;
  if (lost_at_vacancy(d)) return;
  if (d.server->frozen()) return;
  const socket_listener* l = find_listener(*d.server, d.to.port);
  if (l != nullptr && l->backlog.size() >= tcp_.backlog) return;
  const bool welcome = l != nullptr;
  if (tap_ != nullptr) {
    tap_->add(id, false, welcome ? reports::wire_kind::syn : reports::wire_kind::reset);
  }
  world_->at(travel(d, direction::to_client), [this, id, welcome] { on_syn_answer(id, welcome); });
}

void network::on_syn_answer(std::uint32_t id, bool welcome) {
  const auto found = dials_.find(id);
  if (found == dials_.end()) return;
  pending_dial& d = found->second;
  const active_faults* active = path_of(*d.client, *d.server, *d.at->on).faults();
  if (active != nullptr && lost(d, active->swallows(d.way, direction::to_client, 0, d.dice))) {
    return;
  }
  if (lost_at_vacancy(d)) return;
  if (d.client->frozen()) return;
  if (welcome) {
    establish(id);
  } else {
    fail_dial(id, asio::error::connection_refused);
  }
}

void network::establish(std::uint32_t id) {
  const auto found = dials_.find(id);
  pending_dial d = std::move(found->second);
  dials_.erase(found);
  world_->cancel(d.timer);
  record(reports::event_kind::connected, id, {});
  const way& of_client = book_.first_of(d.client->index());
  const place* client_at = of_client.at(d.at->family);
  const connection::parties who{.world = *world_,
                                .owner = *this,
                                .path = path_of(*d.client, *d.server, *d.at->on),
                                .tcp = tcp_,
                                .box = settings_.box,
                                .client = {.where = d.client, .at = client_at},
                                .server = {.where = d.server, .at = d.at},
                                .way = d.way,
                                .client_on_link = d.client->index() <= d.server->index() ? 0U : 1U,
                                .jitter_seed = jitter_seed_ + std::uint64_t{id} * 4,
                                .tap = tap_};
  auto& made = connections_[id];
  made = std::make_unique<connection>(who, d.to.port, std::move(d.hits));
  if (!faults_.empty()) limit_age(*made);
  d.client->deliver([done = std::move(d.done),
                     stream = std::make_unique<simulated_stream>(*made, side::client)]() mutable {
    done(stream_result(std::move(stream)));
  });
}

void network::fail_dial(std::uint32_t id, error_code ec) {
  const auto found = dials_.find(id);
  assert(found != dials_.end());
  pending_dial d = std::move(found->second);
  dials_.erase(found);
  world_->cancel(d.timer);
  record(reports::event_kind::dial_failed, id, error_text(ec));
  d.client->deliver([done = std::move(d.done), ec]() mutable { done(std::unexpected(ec)); });
}

}  // namespace hassle::harness
