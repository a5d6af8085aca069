#include "connection.hpp"

#include <hassle/net/within.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::client {

using kind = client_event_kind;

namespace {

outcome failed(outcome_kind what, std::string detail) {
  return {.kind = what, .detail = std::move(detail), .result = {}, .age = {}};
}

std::string text_of(const net::websocket_end& end) {
  if (end.peer_code) return "closed by peer (" + std::to_string(*end.peer_code) + ")";
  return end.ec.message();
}

matching matching_of(const config& settings) {
  return settings.correlation ? matching::by_id : matching::next_message;
}

/// What an answer without a payload (a pong taken for one) amounts to.
std::shared_ptr<const boost::json::value> no_payload() {
  return std::make_shared<const boost::json::value>(nullptr);
}

/// Without `correlation` a bound is still needed; it is far above what a naive client reaches.
constexpr std::size_t in_flight_max_default = 1024;

}  // namespace

connection::connection(context& shared)
    : shared_(shared),
      book_(matching_of(shared.settings),
            shared.settings.correlation ? shared.settings.correlation->in_flight_max
                                        : in_flight_max_default,
            shared.settings.inbox_max),
      health_timer_(shared.world.time()) {}

connection::~connection() { assert(waiters_.empty()); }

bool connection::is_healthy() const noexcept {
  return is_open() && (!health_ || health_->healthy(shared_.world.time().now()));
}

// ---- Opening ------------------------------------------------------------------------------------

/// When a stage that begins now must be over: at `bound`, or earlier if the layer `deadline` says
/// so.
net::time_point connection::stage_limit(net::time_point bound,
                                        duration deadline_config::* own) const {
  const auto& layer = shared_.settings.deadline;
  return layer ? std::min(bound, shared_.world.time().now() + (*layer).*own) : bound;
}

asio::awaitable<net::result<std::unique_ptr<net::websocket>>> connection::dial(
    attempt_limits limits, std::string& stage) {
  net::world& world = shared_.world;
  const config& settings = shared_.settings;
  const net::time_point bound = std::min(limits.dial, limits.all);
  stage = "resolve";
  auto addresses =
      co_await net::within(world.time(), stage_limit(bound, &deadline_config::resolve_limit),
                           world.resolve(settings.server));
  if (!addresses) co_return std::unexpected(addresses.error());
  shared_.tell({.kind = kind::attempt_stage, .value = attempt_, .text = "resolved"});

  stage = "tcp";
  auto stream = co_await net::within(world.time(), stage_limit(bound, &deadline_config::tcp_limit),
                                     world.connect(addresses->front()));
  if (!stream) co_return std::unexpected(stream.error());
  number_ = (*stream)->connection_id();
  shared_.tell(
      {.kind = kind::attempt_stage, .connection = number_, .value = attempt_, .text = "tcp"});

  stage = "upgrade";
  net::websocket_limits socket_limits{.message_bytes_max = settings.message_bytes_max};
  socket_limits.unpredictable_masks = settings.unpredictable_masks;
  co_return co_await net::within(
      world.time(), stage_limit(bound, &deadline_config::upgrade_limit),
      net::websocket_connect(world.time(), std::move(*stream), settings.server.host,
                             settings.target, socket_limits));
}

asio::awaitable<std::expected<void, outcome>> connection::open(attempt_limits limits) {
  assert(phase_ == phase::dialling && attempt_ == 0);
  attempt_ = ++shared_.attempts;
  shared_.tell({.kind = kind::attempt_began, .value = attempt_});
  std::string stage;
  auto socket = co_await dial(limits, stage);
  if (!socket || shared_.stopping) {
    phase_ = phase::ended;
    end_reason_ = socket ? "stopped" : socket.error().message();
    shared_.tell({.kind = kind::attempt_failed,
                  .connection = number_,
                  .value = attempt_,
                  .text = stage + ": " + end_reason_});
    co_return std::unexpected(failed(outcome_kind::connection, stage + ": " + end_reason_));
  }
  shared_.tell(
      {.kind = kind::attempt_stage, .connection = number_, .value = attempt_, .text = "upgraded"});
  socket_ = std::move(*socket);
  phase_ = phase::authenticating;
  shared_.open_connections.push_back(shared_from_this());
  socket_->start(*this);
  co_return co_await authenticate(stage_limit(limits.all, &deadline_config::auth_limit));
}

asio::awaitable<std::expected<void, outcome>> connection::authenticate(net::time_point until) {
  const auto self = shared_from_this();  // The end may come while we wait.
  const net::wait_end how = co_await auth_done_.wait(shared_.world.time(), until);
  if (phase_ == phase::ready) co_return std::expected<void, outcome>{};
  const bool refused = !auth_refusal_.empty();
  std::string why = refused                           ? auth_refusal_
                    : how == net::wait_end::opened    ? end_reason_
                    : how == net::wait_end::timed_out ? "no answer in time"
                                                      : "cancelled";
  if (phase_ != phase::ended) drop(why);
  shared_.tell({.kind = kind::attempt_failed,
                .connection = number_,
                .value = attempt_,
                .text = "auth: " + why});
  co_return std::unexpected(failed(refused ? outcome_kind::other : outcome_kind::connection,
                                   refused ? "auth" : "auth: " + why));
}

void connection::on_auth_message(const protocol::server_message& message) {
  using message_kind = protocol::server_message::kind;
  switch (message.what) {
    case message_kind::auth_required:
      socket_->send(protocol::auth_message(shared_.settings.access_token));
      return;
    case message_kind::auth_ok:
      become_ready();
      return;
    case message_kind::auth_invalid:
      auth_refusal_ = message.error_message.empty() ? "auth_invalid" : message.error_message;
      auth_done_.open();
      return;
    case message_kind::result:
    case message_kind::pong:
    case message_kind::event:
    case message_kind::unknown:
      return;  // Not for this phase; the official client ignores them as well.
  }
  assert(false);
}

void connection::become_ready() {
  phase_ = phase::ready;
  shared_.tell({.kind = kind::ready, .connection = number_, .value = attempt_});
  if (shared_.settings.health) {
    health_.emplace(*shared_.settings.health, shared_.world.time().now());
    watch_health();
  }
  auth_done_.open();
}

// ---- Health -------------------------------------------------------------------------------------

void connection::watch_health() {
  health_timer_.call_at(health_->next(), [this] {
    switch (health_->on_timer(shared_.world.time().now())) {
      case health_watch::action::none:
        break;
      case health_watch::action::send_ping:
        shared_.tell({.kind = kind::ping_sent, .connection = number_});
        socket_->ping({});
        break;
      case health_watch::action::give_up:
        shared_.tell({.kind = kind::ping_failed, .connection = number_});
        drop("no pong in time");
        return;
    }
    watch_health();
  });
}

void connection::on_pong(std::string_view) {
  if (!health_ || phase_ != phase::ready) return;
  shared_.tell({.kind = kind::pong_received, .connection = number_});
  health_->on_pong(shared_.world.time().now());
  watch_health();
}

// ---- Commands -----------------------------------------------------------------------------------

class connection::waiting {
 public:
  waiting(connection& owner, std::int64_t id, waiter& mine) : owner_(owner), id_(id) {
    owner_.waiters_.emplace(id, &mine);
  }
  waiting(const waiting&) = delete;
  waiting& operator=(const waiting&) = delete;
  ~waiting() {
    owner_.waiters_.erase(id_);
    owner_.book_.forget(id_);
  }

 private:
  connection& owner_;
  std::int64_t id_;
};

asio::awaitable<outcome> connection::call(const command& what, net::time_point until) {
  const auto self = shared_from_this();
  if (phase_ != phase::ready) {
    co_return failed(outcome_kind::connection, end_reason_.empty() ? "not connected" : end_reason_);
  }
  const std::int64_t id = last_id_ + 1;
  waiter mine;
  if (!book_.try_expect(id)) co_return failed(outcome_kind::other, "too_many_in_flight");
  const waiting registered(*this, id, mine);
  last_id_ = id;
  if (!socket_->send(protocol::command_message(id, what.body))) {
    co_return failed(outcome_kind::other, "send_queue_full");
  }
  shared_.tell({.kind = kind::command_sent, .connection = number_, .tag = what.tag, .value = id});
  if (!kept_.empty()) {
    // A message came before anybody waited. The listing's recv() returns it at once.
    protocol::server_message early = std::move(kept_.front());
    kept_.pop_front();
    book_.on_kept_taken();
    book_.forget(id);
    hand_over(id, std::move(early));
  }
  const net::wait_end how = co_await mine.answered.wait(shared_.world.time(), until);
  co_return settle(what, mine, how);
}

outcome connection::settle(const command& what, waiter& mine, net::wait_end how) {
  if (mine.not_json) return failed(outcome_kind::other, "bad_json");
  if (!mine.message) {
    if (how == net::wait_end::timed_out) return failed(outcome_kind::timeout, "answer limit");
    if (how == net::wait_end::cancelled) return failed(outcome_kind::connection, "cancelled");
    return failed(outcome_kind::connection, end_reason_);
  }
  protocol::server_message& message = *mine.message;
  const bool is_error = message.what == protocol::server_message::kind::result && !message.success;
  shared_.tell({.kind = kind::answer_taken,
                .connection = number_,
                .tag = what.tag,
                .value = message.id,
                .text = is_error ? std::string_view(message.error_code) : "ok"});
  if (is_error) return failed(outcome_kind::other, message.error_code);
  return {.kind = outcome_kind::fresh,
          .detail = {},
          .result = message.payload ? std::move(message.payload) : no_payload(),
          .age = {}};
}

void connection::on_text(std::string_view text) {
  auto messages = protocol::parse_server_frame(text);
  if (!messages) {
    if (phase_ == phase::ready) on_unparsable();
    return;
  }
  const auto self = shared_from_this();
  for (protocol::server_message& each : *messages) {
    if (phase_ == phase::authenticating) {
      on_auth_message(each);
    } else if (phase_ == phase::ready) {
      on_answer(std::move(each));
    }
  }
}

void connection::on_answer(protocol::server_message message) {
  const answer_book::verdict verdict = book_.on_message(message.id);
  switch (verdict.what) {
    case answer_book::verdict::kind::answer:
      hand_over(verdict.id, std::move(message));
      return;
    case answer_book::verdict::kind::keep:
      kept_.push_back(std::move(message));
      return;
    case answer_book::verdict::kind::discard:
      shared_.tell({.kind = kind::answer_discarded, .connection = number_, .value = message.id});
      return;
  }
  assert(false);
}

/// A frame that is not JSON answers whoever waits first where any message does, else nobody.
void connection::on_unparsable() {
  if (shared_.settings.correlation) {
    shared_.tell({.kind = kind::answer_discarded, .connection = number_});
    return;
  }
  const answer_book::verdict verdict = book_.on_message(0);
  if (verdict.what != answer_book::verdict::kind::answer) return;
  const auto found = waiters_.find(verdict.id);
  assert(found != waiters_.end());
  found->second->not_json = true;
  found->second->answered.open();
}

void connection::hand_over(std::int64_t id, protocol::server_message message) {
  const auto found = waiters_.find(id);
  assert(found != waiters_.end() && "the book only names commands that wait");
  found->second->message = std::move(message);
  found->second->answered.open();
}

// ---- The end ------------------------------------------------------------------------------------

void connection::drop(std::string_view why) {
  if (phase_ == phase::ended) return;
  become_ended(why);
  if (socket_) socket_->abort();
}

void connection::become_ended(std::string_view why) {
  const bool was_ready = phase_ == phase::ready;
  phase_ = phase::ended;
  end_reason_ = why;
  health_timer_.cancel();
  if (was_ready) shared_.tell({.kind = kind::closed, .connection = number_, .text = why});
  auth_done_.open();
  for (auto& [id, each] : waiters_) each->answered.open();
}

void connection::on_end(const net::websocket_end& end) {
  const auto self = shared_from_this();
  if (phase_ != phase::ended) become_ended(text_of(end));
  std::erase(shared_.open_connections, self);
  if (shared_.stopping && shared_.open_connections.empty()) shared_.all_closed.open();
}

}  // namespace hassle::client
