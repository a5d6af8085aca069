// How clients come to a server; what becomes of them is in server.cpp.
#include "mockha/server.hpp"
#include "mockha/swallow.hpp"

#include <hassle/net/within.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace hassle::mockha {

using reports::event_kind;

void server::update_listener() {
  const bool wanted =
      started_ && !stopping_ && listens(restart_.phase()) && !faults_.any<scenario::refuse_fault>();
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
        touch<scenario::restart_fault>((*stream)->connection_id());
      }
      if (arriving_ + connections_.size() >= config_.limits.connections_max) {
        (*stream)->reset();
      } else if (stalled()) {
        touch<scenario::stall_fault>((*stream)->connection_id());
        ++arriving_;
        waiting_.push_back(std::move(*stream));
      } else {
        ++arriving_;
        visits_->spawn(welcome(std::move(*stream)));
      }
    } else if (stream.error() != asio::error::operation_aborted) {
      // Out of file descriptors, for instance: not for ever, and nothing to spin about.
      co_await net::sleep_until(time_, time_.now() + config_.limits.listen_retry);
    }
  }
}

// --- from a stream to a session ---

namespace {

/// Counts a stream until its visit is over, however that comes about.
class counted {
 public:
  explicit counted(std::size_t& count) : count_(count) {}
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --count_; }

 private:
  std::size_t& count_;
};

bool offers_deflate(const net::http_request& asked) {
  const std::string* extensions = asked.find("Sec-WebSocket-Extensions");
  return extensions && extensions->find("permessage-deflate") != std::string::npos;
}

}  // namespace

asio::awaitable<void> server::welcome(std::unique_ptr<net::byte_stream> stream) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const counted until_the_end(arriving_);
  visitor v{.id = stream->connection_id(),
            .address = stream->peer_address(),
            .life = life_,
            .http = nullptr};
  stream = co_await secured(v.id, std::move(stream));
  if (!stream) {
    tell_closed(&v);
    co_return;
  }
  v.http = net::make_http_connection(std::move(stream), config_.limits.http);
  auto wanted = co_await serve(&v);
  if (wanted) co_await open_session(&v, std::move(*wanted));
  if (!v.upgraded) tell_closed(&v);
}

// Nothing if there is no going on with it.
asio::awaitable<std::unique_ptr<net::byte_stream>> server::secured(
    std::uint32_t id, std::unique_ptr<net::byte_stream> stream) {
  const stage_verdict verdict = stages_ ? stages_->on_accepted(id) : go_on{};
  if (const auto* how = std::get_if<stay_silent>(&verdict)) {
    co_await keep_silent(std::move(stream), *how);
    co_return nullptr;
  }
  if (const auto* cut = std::get_if<cut_off>(&verdict)) {
    if (cut->reset) stream->reset();
    co_return nullptr;
  }
  if (const auto* later = std::get_if<come_later>(&verdict)) {
    const auto ec = co_await net::sleep_until(time_, time_.now() + later->by);
    if (ec) co_return nullptr;
  }
  if (!config_.tls) co_return stream;
  auto accepted = co_await net::within(time_, time_.now() + config_.limits.tls,
                                       config_.tls->accept(std::move(stream)));
  if (!accepted) co_return nullptr;
  co_return std::move(*accepted);
}

asio::awaitable<void> server::open_session(visitor* v, upgrade by) {
  net::websocket_limits limits;
  limits.message_bytes_max = config_.limits.message_bytes_max;
  limits.send_queue_max = config_.limits.send_queue_max;
  limits.close_handshake = config_.limits.close_handshake;
  limits.deflate = config_.deflate && grants_deflate(v->id);
  session_origin origin{.address = std::move(by.wanted.address),
                        .user_agent = std::move(by.wanted.user_agent),
                        .deflate = limits.deflate && offers_deflate(by.asked)};
  const net::answer_drops drops = drops_of_upgrade(v->id);
  std::string early;
  auto stream = v->http->release(early);
  // Whoever dribbles knows no limit of his own.
  const net::duration limit =
      drops.piece_bytes > 0 ? stay_silent{}.at_most : config_.limits.upgrade;
  auto socket =
      co_await net::within(time_, time_.now() + limit,
                           net::websocket_accept(time_, std::move(stream), std::move(by.asked),
                                                 std::move(early), limits, drops));
  // What the process has taken with it is cut.
  if (!socket || stopping_ || v->life != life_) co_return;
  const stage_verdict verdict = stages_ ? stages_->on_upgraded(v->id) : go_on{};
  if (const auto* cut = std::get_if<cut_off>(&verdict)) {
    (*socket)->abort(cut->reset);
    co_return;
  }
  v->upgraded = true;
  const std::uint64_t key = next_key_++;
  auto fresh = std::make_unique<connection>(key, time_, static_cast<connection_owner&>(*this),
                                            around_, std::move(*socket), std::move(origin));
  connection& c = *fresh;
  connections_.emplace(key, std::move(fresh));
  if (!faults_.idle()) {
    c.apply(faults_.transport(v->id, {.open = false, .deflate = c.origin().deflate}, time_.now()));
    report_faults();
  }
  if (const auto* how = std::get_if<stay_silent>(&verdict)) {
    c.fall_silent();
    (void)co_await net::sleep_until(time_, time_.now() + how->at_most);
    const auto found = connections_.find(key);
    if (found != connections_.end()) found->second->end(connection::style::reset, 0, "silence");
  } else if (stalled()) {
    touch<scenario::stall_fault>(v->id);
    c.pause();
  } else {
    c.begin();
  }
}

asio::awaitable<void> server::keep_silent(std::unique_ptr<net::byte_stream> stream,
                                          stay_silent how) {
  const net::time_point until = time_.now() + how.at_most;
  if (how.reads) {
    net::timer limit(time_);
    limit.call_at(until, [&stream] { stream->reset(); });
    (void)co_await swallow(stream.get());
  } else {
    const auto ec = co_await net::sleep_until(time_, until);
    if (!ec) stream->reset();
  }
}

// --- the end of the process ---

namespace {

asio::awaitable<void> last_visits(std::unique_ptr<net::task_group> group) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await group->join();
}

}  // namespace

void server::end_visits() {
  auto old = std::exchange(visits_, std::make_unique<net::task_group>(world_.executor()));
  old->stop();
  tasks_.spawn(last_visits(std::move(old)));
}

}  // namespace hassle::mockha
