// How clients come to a server; what becomes of them is in server.cpp.
#include "mockha/server.hpp"

#include <hassle/net/within.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace hassle::mockha {

using reports::event_kind;

void server::update_listener() {
  const bool wanted =
      started_ && !stopping_ && listens(restart_.phase()) && !faults_.any(fault_kind::refuse);
  listen_retry_.cancel();
  if (!wanted && listener_) {
    std::exchange(listener_, nullptr)->close();
  } else if (wanted && !listener_) {
    auto listener = world_.listen(local_);
    if (listener) {
      listener_ = listener->get();
      tasks_.spawn(accept_loop(std::move(*listener)));
    } else {  // Somebody else has taken the port, or the system has not let go of it yet.
      listen_retry_.call_at(time_.now() + config_.limits.listen_retry,
                            [this] { update_listener(); });
    }
  }
}

asio::awaitable<void> server::accept_loop(std::unique_ptr<net::acceptor> from) {
  while (listener_ == from.get() && !tasks_.stopping()) {
    auto stream = co_await from->accept();
    if (stream) {
      record(event_kind::server_accepted, (*stream)->connection_id(), 0);
      if (restart_.phase() != restart_phase::running) {
        hit(fault_kind::restart, (*stream)->connection_id());
      }
      if (arriving_ + connections_.size() >= config_.limits.connections_max) {
        (*stream)->reset();
      } else if (stalled()) {
        hit(fault_kind::stall, (*stream)->connection_id());
        ++arriving_;
        waiting_.push_back(std::move(*stream));
      } else {
        ++arriving_;
        tasks_.spawn(welcome(std::move(*stream)));
      }
    } else if (stream.error() != asio::error::operation_aborted) {
      // Out of file descriptors, for instance: not for ever, and nothing to spin about.
      co_await net::sleep_until(time_, time_.now() + config_.limits.listen_retry);
    }
  }
}

std::optional<net::upgrade_refusal> server::judge_upgrade(std::string_view target) const {
  if (stopping_ || !listens(restart_.phase()))
    return net::upgrade_refusal{.status = 503, .body = {}};
  if (target.substr(0, target.find('?')) == "/api/websocket") return std::nullopt;
  return net::upgrade_refusal{.status = 404, .body = "404: Not Found"};
}

asio::awaitable<void> server::welcome(std::unique_ptr<net::byte_stream> stream) {
  const std::uint32_t life = life_;
  const std::uint32_t id = stream->connection_id();
  net::websocket_limits limits;
  limits.message_bytes_max = config_.limits.message_bytes_max;
  limits.send_queue_max = config_.limits.send_queue_max;
  limits.close_handshake = config_.limits.close_handshake;
  auto policy = [this](std::string_view target) { return judge_upgrade(target); };
  auto socket = co_await net::within(
      time_, time_.now() + config_.limits.upgrade,
      net::websocket_accept(time_, std::move(stream), std::move(policy), limits));
  --arriving_;
  if (!socket || stopping_ || life != life_) {  // What the process has taken with it is cut.
    record(event_kind::server_closed, id, 0, "no upgrade");
    co_return;
  }
  const std::uint64_t key = next_key_++;
  auto fresh = std::make_unique<connection>(key, time_, static_cast<connection_owner&>(*this),
                                            around_, std::move(*socket));
  connection& c = *fresh;
  connections_.emplace(key, std::move(fresh));
  if (stalled()) {
    hit(fault_kind::stall, id);
    c.pause();
  } else {
    c.begin();
  }
}

}  // namespace hassle::mockha
