#include "session.hpp"

#include <hassle/net/websocket_errors.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::client {

using kind = client_event_kind;
using message_kind = protocol::server_message::kind;

namespace {

/// Texts in a row that are no message. Home Assistant sends none; one may be a proxy's error page.
constexpr unsigned not_messages_max = 8;

/// Messages in a row that nobody asked for: late answers and events of a subscription that was
/// just given up are some; more than this is a server that has lost its mind.
constexpr unsigned strays_max = 10'000;

/// Bytes come all the time, but no message ever ends: 64 MiB take less on any link that is of use.
constexpr duration endless_message = 5min;

/// Nothing of what is to be sent was taken for so long: twice as long as a ping may take.
constexpr duration writing_limit = 20s;

/// Of what a server says in its own words, so much is kept: of a version, a refusal, a code.
constexpr std::size_t words_max = 256;
/// And of what it says for people: templates tell at length what is wrong with them.
constexpr std::size_t explanation_max = 4096;

/// Keeps the beginning of a text, whole characters of UTF-8.
void shorten(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  text.resize(most);
}

/// Codes of the peer's Close (RFC 6455 §7.4.1, and IANA's registry for the last two). Home
/// Assistant stops with 1000 (field failure restart-close-1000). 1001 is a proxy's at the end of a
/// connection's age or at its reload: what is behind it is there.
bool says_that_it_stops(std::uint16_t close_code) {
  return close_code == 1000 || close_code == 1012 || close_code == 1013;
}

std::string text_of(const net::websocket_end& end) {
  if (end.peer_code) return "closed by peer (" + std::to_string(*end.peer_code) + ")";
  return end.ec.message();
}

std::string_view context_id_of(const boost::json::value& result) {
  const boost::json::object* object = result.if_object();
  const boost::json::value* context = object ? object->if_contains("context") : nullptr;
  const boost::json::object* fields = context ? context->if_object() : nullptr;
  const boost::json::value* id = fields ? fields->if_contains("id") : nullptr;
  const boost::json::string* text = id ? id->if_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

}  // namespace

outcome outcome_of(protocol::server_message& answer) {
  outcome result;
  result.source = outcome_source::home_assistant;
  if (answer.what == message_kind::result && !answer.success) {
    result.kind = outcome_kind::other;
    result.detail = std::move(answer.error_code);
    result.message = std::move(answer.error_message);
    return result;
  }
  result.kind = outcome_kind::fresh;
  // An answer without a payload (a pong) is one all the same.
  result.result = answer.payload ? std::move(answer.payload)
                                 : std::make_shared<const boost::json::value>(nullptr);
  result.context_id = context_id_of(*result.result);
  return result;
}

session::session(engine_context& shared, waiting_room& room, std::unique_ptr<net::websocket> socket,
                 std::size_t endpoint, std::uint32_t attempt)
    : shared_(shared),
      room_(room),
      socket_(std::move(socket)),
      endpoint_(endpoint),
      attempt_(attempt),
      number_(socket_->connection_id()),
      by_id_(shared.settings.correlation.has_value()),
      in_flight_max_(by_id_ ? shared.settings.correlation->in_flight_max : in_flight_max_default),
      inbox_max_(shared.settings.inbox_max),
      timer_(shared.world.time()) {}

session::~session() { assert(waiting_.empty() && probing_.empty()); }

// ---- Authentication -----------------------------------------------------------------------------

asio::awaitable<session::auth_end> session::authenticate(std::string access_token,
                                                         net::time_point until) {
  assert(phase_ == phase::opening);
  const auto self = shared_from_this();
  access_token_ = std::move(access_token);
  phase_ = phase::authenticating;
  last_byte_ = last_message_ = shared_.now();
  waiter mine;
  authenticating_ = &mine;
  socket_->start(*this);
  const net::wait_end how = co_await room_.wait(mine, until);
  authenticating_ = nullptr;
  if (phase_ == phase::ready) co_return auth_end::ok;
  access_token_.clear();
  if (!refusal_.empty()) {
    drop(refusal_);
    co_return auth_end::invalid;
  }
  if (how == net::wait_end::timed_out) drop("no answer in time");
  if (how == net::wait_end::cancelled) drop(detail_code::stopped);
  co_return how == net::wait_end::cancelled ? auth_end::cancelled : auth_end::failed;
}

void session::on_auth_message(const protocol::server_message& message) {
  if (!message.ha_version.empty()) ha_version_ = message.ha_version.substr(0, words_max);
  switch (message.what) {
    case message_kind::auth_required:
      if (access_token_.empty()) return;  // Asked once.
      socket_->send(protocol::auth_message(access_token_));
      access_token_.clear();
      return;
    case message_kind::auth_ok:
      become_ready();
      return;
    case message_kind::auth_invalid:
      refusal_ = message.error_message.empty() ? "auth_invalid"
                                               : message.error_message.substr(0, words_max);
      if (authenticating_ != nullptr) authenticating_->wake();
      return;
    case message_kind::result:
    case message_kind::pong:
    case message_kind::event:
    case message_kind::unknown:
      return;  // Not for this phase; the official client ignores them as well.
  }
  assert(false);
}

void session::become_ready() {
  phase_ = phase::ready;
  access_token_.clear();
  last_used_ = shared_.now();
  live_.emplace(shared_.settings.health, shared_.settings.probe, last_used_);
  shared_.tell({.kind = kind::ready, .connection = number_, .value = attempt_});
  arm();
  if (authenticating_ != nullptr) authenticating_->wake();
}

// ---- Commands -----------------------------------------------------------------------------------

void session::expectation::forget() noexcept {
  if (owner_ == nullptr) return;
  auto& all = std::exchange(owner_, nullptr)->waiting_;
  const auto found = std::ranges::lower_bound(all, id_, {}, &expectation::id_);
  assert(found != all.end() && *found == this);
  all.erase(found);
}

std::expected<void, session::send_failure> session::send(const boost::json::object& body,
                                                         std::uint32_t tag, expectation& into,
                                                         waiter& wakes) {
  assert(into.owner_ == nullptr);
  if (phase_ != phase::ready) return std::unexpected(send_failure::ended);
  if (waiting_.size() >= in_flight_max_) return std::unexpected(send_failure::too_many_in_flight);
  const std::int64_t id = last_id_ + 1;
  if (!socket_->send(protocol::command_message(id, body))) {
    // One that is ending has dropped its queue, but for what is being written.
    if (socket_->queued() > 1) return std::unexpected(send_failure::send_queue_full);
    drop("connection is ending");
    return std::unexpected(send_failure::ended);
  }
  last_id_ = id;
  note_sent();
  last_used_ = shared_.now();
  into.owner_ = this;
  into.wakes_ = &wakes;
  into.id_ = id;
  into.phase_ = expectation::phase::waiting;
  waiting_.push_back(&into);
  shared_.tell({.kind = kind::command_sent, .connection = number_, .tag = tag, .value = id});
  if (!kept_.empty()) {
    // A message came before anybody waited. The listing's recv() returns it at once.
    protocol::server_message early = std::move(kept_.front());
    kept_.pop_front();
    hand_over(waiting_.begin(), early);
  }
  return {};
}

outcome session::settle(expectation& over, std::uint32_t tag, net::wait_end how) {
  using enum expectation::phase;
  over.forget();
  outcome failed;
  failed.kind = outcome_kind::connection;
  switch (over.phase_) {
    case answered: {
      protocol::server_message& answer = over.message_;
      const bool is_error = answer.what == message_kind::result && !answer.success;
      shared_.tell({.kind = kind::answer_taken,
                    .connection = number_,
                    .tag = tag,
                    .value = answer.id,
                    .text = is_error ? std::string_view(answer.error_code) : "ok"});
      return outcome_of(answer);
    }
    case not_json:
      failed.kind = outcome_kind::other;
      failed.detail = detail_code::bad_json;
      return failed;
    case lost:
      failed.detail = end_reason_;
      return failed;
    case waiting:
    case none:
      break;
  }
  if (how == net::wait_end::timed_out) failed.kind = outcome_kind::timeout;
  failed.detail =
      how == net::wait_end::timed_out ? detail_code::answer_limit : detail_code::cancelled;
  return failed;
}

asio::awaitable<outcome> session::call(const command& what, net::time_point until) {
  const auto self = shared_from_this();
  waiter mine;
  expectation answer;
  const auto sent = send(what.body, what.tag, answer, mine);
  if (!sent) {
    outcome failed;
    failed.kind =
        sent.error() == send_failure::ended ? outcome_kind::connection : outcome_kind::other;
    failed.detail = sent.error() == send_failure::ended ? std::string_view(end_reason_)
                    : sent.error() == send_failure::send_queue_full
                        ? detail_code::send_queue_full
                        : detail_code::too_many_in_flight;
    if (failed.detail.empty()) failed.detail = detail_code::not_connected;
    co_return failed;
  }
  const net::wait_end how = co_await room_.wait(mine, until);
  co_return settle(answer, what.tag, how);
}

// ---- Subscriptions ------------------------------------------------------------------------------

std::optional<std::int64_t> session::subscribe(const boost::json::object& body,
                                               session_sink& hears) {
  if (phase_ != phase::ready) return std::nullopt;
  const std::int64_t id = last_id_ + 1;
  if (!socket_->send(protocol::command_message(id, body))) return std::nullopt;
  last_id_ = id;
  note_sent();
  sinks_.emplace(id, &hears);
  return id;
}

void session::unsubscribe(std::int64_t id) {
  sinks_.erase(id);
  if (phase_ != phase::ready) return;
  const boost::json::object body{{"type", "unsubscribe_events"}, {"subscription", id}};
  if (!socket_->send(protocol::command_message(last_id_ + 1, body))) return;
  note_sent();
  sinks_.emplace(++last_id_, nullptr);  // Its answer interests nobody.
}

// ---- What comes ---------------------------------------------------------------------------------

void session::on_text(std::string_view text) {
  if (phase_ == phase::ended) return;
  auto messages = protocol::parse_server_frame(text);
  const auto self = shared_from_this();
  const net::time_point message_before = last_message_;
  note_message();
  if (!messages) return on_not_a_message(message_before);
  not_messages_ = 0;
  for (protocol::server_message& each : *messages) {
    shorten(each.error_code, words_max);
    shorten(each.error_message, explanation_max);
    if (phase_ == phase::authenticating) {
      on_auth_message(each);
    } else if (phase_ == phase::ready) {
      on_message(each);
    }
  }
}

void session::on_message(protocol::server_message& message) {
  const bool is_answer = message.what == message_kind::result || message.what == message_kind::pong;
  const auto sink = sinks_.find(message.id);
  if (sink != sinks_.end()) {
    strays_ = 0;
    session_sink* hears = sink->second;
    if (hears == nullptr) {
      sinks_.erase(sink);
    } else if (is_answer) {
      hears->on_result(message);
    } else {
      hears->on_event(message);
    }
    return;
  }
  if (by_id_) {
    const auto found = std::ranges::lower_bound(waiting_, message.id, {}, &expectation::id_);
    // An event may come before the result: it is no answer.
    if (is_answer && found != waiting_.end() && (*found)->id_ == message.id) {
      return hand_over(found, message);
    }
    return discard(message);
  }
  if (!waiting_.empty()) return hand_over(waiting_.begin(), message);
  if (kept_.size() >= inbox_max_) return discard(message);
  kept_.push_back(std::move(message));
}

void session::discard(const protocol::server_message& message) {
  shared_.tell({.kind = kind::answer_discarded, .connection = number_, .value = message.id});
  if (++strays_ > strays_max) drop("too many messages that nobody asked for");
}

/// An event of any subscription may have been in it.
void session::on_not_a_message(net::time_point since) {
  if (phase_ == phase::ready && !by_id_ && !waiting_.empty()) {
    expectation& first = *waiting_.front();
    first.forget();
    first.phase_ = expectation::phase::not_json;
    first.wakes_->wake();
  } else if (phase_ == phase::ready) {
    shared_.tell({.kind = kind::answer_discarded, .connection = number_});
  }
  if (++not_messages_ >= not_messages_max) return drop("what the server sends is no message");
  // They may want more, or less, from inside the call.
  std::vector<std::int64_t> ids;
  for (const auto& [id, hears] : sinks_) {
    if (hears != nullptr) ids.push_back(id);
  }
  for (const std::int64_t id : ids) {
    const auto found = sinks_.find(id);
    if (found != sinks_.end() && found->second != nullptr) found->second->on_unreadable(since);
  }
}

void session::hand_over(std::vector<expectation*>::iterator which,
                        protocol::server_message& message) {
  expectation& to = **which;
  waiting_.erase(which);
  strays_ = 0;
  to.owner_ = nullptr;
  to.phase_ = expectation::phase::answered;
  to.message_ = std::move(message);
  to.wakes_->wake();
}

// ---- Life ---------------------------------------------------------------------------------------

net::time_point session::last_byte() const noexcept { return last_byte_; }

void session::on_bytes() {
  last_byte_ = shared_.now();
  within_message_ = true;
  if (!live_) return;
  live_->on_bytes(last_byte_);
  note_life();
}

void session::on_pong(std::string_view payload) {
  last_byte_ = shared_.now();
  note_message();
  if (!live_ || phase_ != phase::ready) return;
  shared_.tell({.kind = kind::pong_received, .connection = number_});
  // The answer to an earlier ping may have lain in the buffer while the process was frozen.
  if (payload != ping_payload_) {
    live_->on_bytes(last_byte_);
    return note_life();
  }
  if (shared_.settings.health && pinged_at_) {
    shared_.alarms.on_pong(*shared_.settings.health, last_byte_ - *pinged_at_, last_byte_);
    pinged_at_.reset();
  }
  live_->on_pong(last_byte_);
  note_life();
}

void session::note_life() {
  distrusted_ = false;
  if (probing_.empty() || live_->suspect(last_byte_)) return;
  for (waiter* each : std::exchange(probing_, {})) each->wake();
}

void session::distrust(net::time_point sent_at) {
  if (phase_ != phase::ready || last_byte_ > sent_at) return;
  if (!shared_.settings.probe) return drop("no sign of life since a command");
  distrusted_ = true;
  obey(live_->on_probe(shared_.now()));
}

void session::on_thaw() {
  if (phase_ != phase::ready || !shared_.settings.probe) return;
  live_->on_thaw(shared_.now());
  obey(live_->on_probe(shared_.now()));
}

session::life_wait::life_wait(std::shared_ptr<session> of, waiter& wakes)
    : of_(std::move(of)), among_(of_->probing_, wakes) {
  assert(of_->phase_ == phase::ready);
  of_->obey(of_->live_->on_probe(of_->shared_.now()));
}

void session::obey(liveness::action what) {
  switch (what) {
    case liveness::action::none:
      break;
    case liveness::action::send_ping:
      shared_.tell({.kind = kind::ping_sent, .connection = number_});
      pinged_at_ = shared_.now();
      ping_payload_ = std::to_string(++pings_);
      socket_->ping(ping_payload_);
      break;
    case liveness::action::ask:
      shared_.tell({.kind = kind::ping_sent, .connection = number_});
      ask();
      break;
    case liveness::action::give_up: {
      const bool probed = distrusted_ || !probing_.empty();
      // Something had begun to come, and never went on.
      if (within_message_) how_it_ended_ = ready_end::useless;
      if (!probed && shared_.settings.health) {
        shared_.alarms.on_alarm(*shared_.settings.health, shared_.now());
      }
      shared_.tell(
          {.kind = probed ? kind::probe_failed : kind::ping_failed, .connection = number_});
      drop("no sign of life");
      return;
    }
  }
  arm();
}

/// Field failure ping-pong-mismatch: Ping frames were never answered, Home Assistant's own ping
/// was.
void session::ask() {
  const boost::json::object body{{"type", "ping"}};
  if (!socket_->send(protocol::command_message(last_id_ + 1, body))) return;
  sinks_.emplace(++last_id_, nullptr);  // That it comes is what interests.
}

/// A timer that is too early costs less than one that is moved with every byte.
void session::arm() {
  const net::time_point at = live_->next();
  if (timer_.armed() && at >= armed_at_) return;
  armed_at_ = at;
  timer_.call_at(at, [this] { on_timer(); });
}

void session::on_timer() {
  const auto self = shared_from_this();
  const net::time_point now = shared_.now();
  if (last_byte_ > last_message_ && now - last_message_ > endless_message) {
    how_it_ended_ = ready_end::useless;
    return drop("a message that does not end");
  }
  if (shared_.settings.health) {
    live_->set_life_limit(shared_.alarms.limit(*shared_.settings.health, now));
  }
  if (writing_stalls(now)) return drop("what is sent is not taken");
  const bool tested = live_->ping_out();
  obey(live_->on_timer(now));
  // Bytes that proved nothing by themselves did in the end.
  if (tested && !ended() && !live_->ping_out()) note_life();
}

/// Field failure outbound-memory-growth: a peer that reads no more may go on answering pings.
bool session::writing_stalls(net::time_point now) {
  const std::size_t queued = socket_->queued();
  const std::uint64_t written = sent_messages_ - std::min<std::uint64_t>(sent_messages_, queued);
  if (queued == 0 || written != written_) {
    written_ = written;
    written_at_ = now;
    return false;
  }
  return now - written_at_ >= writing_limit;
}

// ---- The end ------------------------------------------------------------------------------------

void session::drop(std::string_view why) {
  if (phase_ == phase::ended) {
    socket_->abort();  // It may still wait for the peer's Close.
    return;
  }
  const bool started = phase_ != phase::opening;
  become_ended(why);
  socket_->abort();
  if (!started) over_.open();
}

void session::close(std::string_view why) {
  if (phase_ == phase::ended) return;
  assert(phase_ == phase::ready);
  become_ended(why);
  socket_->close();
}

void session::become_ended(std::string_view why) {
  const bool was_ready = phase_ == phase::ready;
  phase_ = phase::ended;
  end_reason_ = why;
  timer_.cancel();
  if (was_ready) shared_.tell({.kind = kind::closed, .connection = number_, .text = end_reason_});
  for (expectation* each : std::exchange(waiting_, {})) {
    each->owner_ = nullptr;
    each->phase_ = expectation::phase::lost;
    each->wakes_->wake();
  }
  for (waiter* each : std::exchange(probing_, {})) each->wake();
  if (authenticating_ != nullptr) authenticating_->wake();
  if (watcher_ != nullptr) watcher_->wake();
}

void session::judge(const net::websocket_end& end) {
  constexpr std::uint16_t protocol_error = 1002;
  constexpr std::uint16_t invalid_payload = 1007;
  constexpr std::uint16_t too_big = 1009;
  const std::uint16_t code = end.peer_code.value_or(0);
  if (code == too_big || net::is_message_too_big(end.ec)) {
    too_big_ = true;  // One answer is to blame; everything else is as well as before.
  } else if (says_that_it_stops(code)) {
    how_it_ended_ = ready_end::server_stops;
  }
  not_understood_ =
      code == protocol_error || code == invalid_payload || net::is_not_understood(end.ec);
}

void session::on_end(const net::websocket_end& end) {
  const auto self = shared_from_this();
  if (phase_ != phase::ended) {
    judge(end);
    become_ended(text_of(end));
  }
  over_.open();
}

}  // namespace hassle::client
