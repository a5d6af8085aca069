#include "mockha/connection.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace hassle::mockha {

namespace {

template <class... Handlers>
struct overloaded : Handlers... {
  using Handlers::operator()...;
};

}  // namespace

connection::connection(std::uint64_t key, net::time_source& time, connection_owner& owner,
                       surroundings& around, std::unique_ptr<net::websocket> socket,
                       session_origin origin)
    : key_(key),
      time_(time),
      owner_(owner),
      origin_(std::move(origin)),
      core_(around, socket->connection_id(), origin_.address),
      socket_(std::move(socket)),
      outbox_(around.settings.limits.outbox),
      turn_end_(time),
      timer_(time),
      since_(time.now()),
      batch_timer_(time) {}

void connection::begin() {
  begun_ = true;
  socket_->start(*this);
  perform(core_.on_open(time_.now()));
  arm();
}

void connection::perform(actions wanted) {
  for (auto& one : wanted) {
    std::visit(overloaded{
                   [&](send_text& a) { owner_.on_send(*this, std::move(a)); },
                   [&](run_service& a) { owner_.on_service(*this, a); },
                   [&](publish_event& a) { owner_.on_fire(*this, std::move(a)); },
                   [&](revoked_token& a) {
                     flush();  // It may be this login's, and the answer goes out.
                     owner_.on_revoked(*this, a);
                   },
                   [&](failed_login&) { owner_.on_login(*this, false); },
                   [&](good_login&) { owner_.on_login(*this, true); },
                   [&](lose_answer& a) { owner_.on_lost_answer(*this, a.id); },
                   [&](send_ping&) { socket_->ping({}); },
                   [&](end_session& a) { owner_.on_end_wish(*this, std::move(a)); },
                   [&](note& a) { owner_.on_note(*this, std::move(a)); },
               },
               one);
  }
}

void connection::hear(const bus_event& event) {
  if (!core_.listens()) return;
  perform(core_.on_event(event));
  arm();  // A subscription may want to be woken because of it.
}

void connection::on_text(std::string_view message) {
  if (transport_.reject_compressed && !ended_here_) {
    end(style::close, 1002, "compressed message");
    return;
  }
  ++received_;
  if (owner_.stalled()) {
    held_.push_back({.binary = false, .message = std::string(message)});
    return;
  }
  const watch before = core_.wanted();
  perform(core_.on_text(message, time_.now(), owner_.wall_now()));
  if (core_.wanted() != before) owner_.on_watch_changed();
  arm();
}

void connection::on_binary(std::string_view message) {
  if (owner_.stalled()) {
    held_.push_back({.binary = true, .message = std::string(message)});
    return;
  }
  perform(core_.on_binary(message));
  arm();
}

void connection::on_bytes() {
  core_.on_bytes(time_.now());
  owner_.on_bytes(*this);
}

void connection::on_end(const net::websocket_end&) {
  const bool listened = core_.wanted() != watch{};
  core_.on_end();
  if (listened) owner_.on_watch_changed();
  if (!ended_here_) owner_.on_note(*this, note{reports::event_kind::server_closed, 0, "peer"});
  owner_.on_ended(*this);  // Destroys this.
}

void connection::pause() { socket_->pause_reading(); }

void connection::resume(net::duration stalled) {
  if (silent_) return;
  if (begun_) {
    core_.on_stalled(stalled);
    outbox_.on_stalled(stalled);
  } else {
    begin();
  }
  for (const auto& h : std::exchange(held_, {})) {  // They come in once more.
    if (h.binary) {
      on_binary(h.message);
    } else {
      --received_;
      on_text(h.message);
    }
  }
  flush();
  if (!transport_.stop_reading) socket_->resume_reading();
  armed_for_ = net::never;
  arm();
}

void connection::transmit(send_text message) {
  if (ended_here_) {
    owner_.on_unsent(*this, message);
    return;
  }
  if (transport_.batch > 0) {
    gather(std::move(message));
    return;
  }
  if (!core_.coalescing() && outbox_.is_open()) {
    const std::size_t bytes = message.text.size();
    if (put(std::move(message.text))) {
      ++sent_;
      outbox_.on_handed(bytes);
      owner_.on_sent(*this, message);
    } else {  // The peer is ending it, or the socket's own limit is below the outbox's.
      owner_.on_unsent(*this, message);
      end(style::close, 1000, "pending messages");
    }
    return;
  }
  if (!outbox_.push(std::move(message), time_.now())) {
    end(style::close, 1000, "pending messages");
    return;
  }
  if (!core_.coalescing()) {
    flush();
  } else if (!turn_open_) {
    turn_open_ = true;
    turn_end_.call_at(time_.now(), [this] {
      turn_open_ = false;
      if (!owner_.stalled()) flush();
    });
  }
  arm();
}

void connection::on_drained() {
  outbox_.on_drained();
  if (!turn_open_ && !owner_.stalled()) flush();
}

void connection::hand_over(std::vector<send_text> messages) {
  std::string text = joined_text(messages);
  hand_over_text(std::move(text), messages);
}

void connection::hand_over_text(std::string text, const std::vector<send_text>& messages) {
  const std::size_t bytes = text.size();
  const bool sent = put(std::move(text));
  if (sent) {
    outbox_.on_handed(bytes);
    sent_ += messages.size();
  }
  for (const auto& m : messages) {
    if (sent) {
      owner_.on_sent(*this, m);
    } else {
      owner_.on_unsent(*this, m);
    }
  }
  if (!sent) end(style::close, 1000, "pending messages");
}

bool connection::put(std::string text) {
  swallowed_ = swallowed_ || silent_;
  return socket_->send(std::move(text));
}

void connection::flush() {
  while (!ended_here_ && outbox_.size() > 0 && outbox_.has_room()) {
    hand_over(outbox_.take(core_.coalescing()));
  }
}

void connection::gather(send_text message) {
  batch_.push_back(std::move(message));
  if (batch_.size() >= transport_.batch) {
    flush_batch();
  } else if (batch_.size() == 1) {
    batch_timer_.call_at(time_.now() + transport_.batch_wait, [this] { flush_batch(); });
  }
}

// An array also of one: what no coalescing server sends by itself.
void connection::flush_batch() {
  batch_timer_.cancel();
  if (batch_.empty()) return;
  auto messages = std::exchange(batch_, {});
  std::string text = messages.size() > 1 ? std::string() : "[" + messages.front().text + "]";
  if (text.empty()) text = joined_text(messages);
  hand_over_text(std::move(text), messages);
}

void connection::apply(const transport_faults& how) {
  if (how == transport_ || ended_here_) return;
  const transport_faults before = std::exchange(transport_, how);
  if (before.ignore_pings != how.ignore_pings) socket_->ignore_pings(how.ignore_pings);
  if (before.frame_bytes != how.frame_bytes) socket_->fragment(how.frame_bytes);
  if (before.piece_bytes != how.piece_bytes || before.piece_every != how.piece_every) {
    socket_->trickle(how.piece_bytes, how.piece_every);
  }
  if (before.batch != how.batch) flush_batch();
  if (before.stop_reading != how.stop_reading) read_or_not();
  if (before.mute == how.mute) return;
  if (how.mute) {
    fall_silent();
  } else {
    speak_again();
  }
}

void connection::read_or_not() {
  if (transport_.stop_reading) {
    socket_->pause_reading();
  } else if (!owner_.stalled()) {
    socket_->resume_reading();
  }
}

void connection::speak_again() {
  silent_ = false;
  socket_->mute(false);
  // Its own limits did not run.
  core_.on_stalled(time_.now() - silent_since_);
  outbox_.on_stalled(time_.now() - silent_since_);
  // A stream that has lost something never goes on behind the hole.
  if (std::exchange(swallowed_, false)) {
    end(style::reset, 1006, "half-open");
    return;
  }
  arm();
}

void connection::fall_silent() {
  silent_ = true;
  swallowed_ = socket_->queued() > 0;
  silent_since_ = time_.now();
  timer_.cancel();
  armed_for_ = net::never;
  socket_->mute(true);
}

connection_status connection::status() const {
  connection_status s;
  s.key = key_;
  s.id = id();
  s.peer = origin_.address;
  s.user_agent = origin_.user_agent;
  using phase = session_core::phase;
  s.phase = ended_here_ || core_.where() == phase::ended ? "ended"
            : core_.where() == phase::command            ? "command"
                                                         : "authentication";
  s.since = since_;
  s.last_message_id = core_.last_id();
  s.subscriptions = core_.subscriptions();
  s.queued = outbox_.size() + socket_->queued();
  s.received = received_;
  s.sent = sent_;
  s.deflate = origin_.deflate;
  s.coalescing = core_.coalescing();
  s.stalled = silent_;
  return s;
}

void connection::end(style how, std::uint16_t code, std::string why) {
  if (ended_here_) return;
  ended_here_ = true;
  if (silent_) socket_->mute(false);  // Else its last words would be swallowed, too.
  if (transport_.stop_reading) socket_->resume_reading();  // Else the end would never be seen.
  timer_.cancel();
  turn_end_.cancel();
  for (const auto& dropped : outbox_.take_all()) owner_.on_unsent(*this, dropped);
  batch_timer_.cancel();
  for (const auto& dropped : std::exchange(batch_, {})) owner_.on_unsent(*this, dropped);
  if (!begun_) {  // Its end is reported like any other.
    begun_ = true;
    socket_->start(*this);
  }
  const bool listened = core_.wanted() != watch{};
  core_.on_end();
  if (listened) owner_.on_watch_changed();
  owner_.on_note(*this, note{reports::event_kind::server_closed, 0, std::move(why)});
  switch (how) {
    case style::close:
      socket_->close(code);
      return;
    case style::fin:
      socket_->abort(false);
      return;
    case style::reset:
      socket_->abort(true);
      return;
  }
}

void connection::on_timer() {
  armed_for_ = net::never;
  if (owner_.stalled()) return;  // `resume` arms it again.
  if (outbox_.overdue(time_.now())) {
    end(style::close, 1000, "pending messages");
    return;
  }
  perform(core_.on_timer(time_.now()));
  arm();
}

// The deadline moves with every byte; the timer stays where it is and looks again when it fires.
void connection::arm() {
  const net::time_point due = std::min(core_.deadline(), outbox_.deadline());
  if (silent_ || ended_here_ || due == net::never ||
      (armed_for_ != net::never && armed_for_ <= due))
    return;
  armed_for_ = due;
  timer_.call_at(due, [this] { on_timer(); });
}

}  // namespace hassle::mockha
