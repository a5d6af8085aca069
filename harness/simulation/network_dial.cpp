// Connecting: SYNs, their retransmission, and what comes back.
#include "harness/simulation/network.hpp"
#include "harness/simulation/sockets.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

std::uint32_t network::dial(host& from, net::endpoint to, net::completion<stream_result> done) {
  const std::uint32_t id = ++next_connection_;
  const auto named = names_.find(to.host);
  record(reports::event_kind::dialed, id, to.host + ":" + std::to_string(to.port));
  pending_dial& d = dials_[id];
  d.client = &from;
  d.server = named == names_.end() ? nullptr : named->second;
  d.to = std::move(to);
  d.began = world_->now();
  // Behind the two that the connection itself will use.
  d.random = jitter_random(jitter_seed_ + std::uint64_t{id} * 4 + 2);
  d.done = std::move(done);
  if (d.server == nullptr) {
    fail_dial(id, asio::error::host_unreachable);
  } else {
    send_syn(id);
  }
  return id;
}

void network::cancel_dial(std::uint32_t id) {
  if (dials_.contains(id)) fail_dial(id, asio::error::operation_aborted);
}

net::time_point network::travel(pending_dial& d, bool to_server) {
  const host& sender = to_server ? *d.client : *d.server;
  const host& receiver = to_server ? *d.server : *d.client;
  link& way = path_of(sender, receiver);
  const std::size_t end = sender.index() <= receiver.index() ? 0 : 1;
  return way.transmit(0, end, world_->now(), d.random).arrives;
}

/// Notes the fault that swallows a segment of the handshake, if there is one.
bool network::lost(pending_dial& d, std::uint32_t id, const active_fault* fault) {
  if (fault == nullptr) return false;
  if (std::ranges::find(d.hits, fault->number) == d.hits.end()) {
    d.hits.push_back(fault->number);
    on_hit(id, *fault);
  }
  return true;
}

void network::send_syn(std::uint32_t id) {
  pending_dial& d = dials_.at(id);
  path_of(*d.client, *d.server).for_each_delay([&](const active_fault& fault) {
    lost(d, id, &fault);
  });
  world_->at(travel(d, true), [this, id] { on_syn(id); });
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
  if (lost(d, id, path_of(*d.client, *d.server).blocks_connect())) return;
  if (d.server->frozen()) return;
  const socket_listener* l = find_listener(*d.server, d.to.port);
  if (l != nullptr && l->backlog.size() >= tcp_.backlog) return;
  const bool welcome = l != nullptr;
  world_->at(travel(d, false), [this, id, welcome] { on_syn_answer(id, welcome); });
}

void network::on_syn_answer(std::uint32_t id, bool welcome) {
  const auto found = dials_.find(id);
  if (found == dials_.end()) return;
  pending_dial& d = found->second;
  if (lost(d, id, path_of(*d.client, *d.server).blocks(direction::to_client))) return;
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
  const connection::parties who{.world = *world_,
                                .owner = *this,
                                .path = path_of(*d.client, *d.server),
                                .tcp = tcp_,
                                .box = settings_.box,
                                .client = *d.client,
                                .server = *d.server,
                                .client_on_link = d.client->index() <= d.server->index() ? 0U : 1U,
                                .jitter_seed = jitter_seed_ + std::uint64_t{id} * 4};
  auto& made = connections_[id];
  made = std::make_unique<connection>(who, id, d.to.port, std::move(d.hits));
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
