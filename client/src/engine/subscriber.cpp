#include "subscriber.hpp"

#include "../cores/subscription_book.hpp"

#include <hassle/client/command.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::client {

namespace {

using round_number = subscription_book::round;

class round_sink;

/// What subscribe_entities tells first: everything as added (reference §4.4).
bool is_snapshot(const boost::json::value& event) {
  const boost::json::object* parts = event.if_object();
  return parts != nullptr && parts->contains("a") && !parts->contains("c") && !parts->contains("r");
}

/// Who hears what comes for a round.
class round_owner {
 public:
  virtual void on_result(round_sink& from, const protocol::server_message& message) = 0;
  virtual void on_event(round_sink& from, const protocol::server_message& message) = 0;
  virtual void on_unreadable(round_sink& from, net::time_point since) = 0;

 protected:
  ~round_owner() = default;
};

/// One round on one session.
class round_sink final : public session_sink {
 public:
  round_sink(round_owner& tells, subscription_handle subscription, round_number round,
             net::time_point now)
      : which(subscription), number(round), sent_at(now), owner_(&tells) {}

  void on_result(const protocol::server_message& message) override {
    owner_->on_result(*this, message);
  }
  void on_event(const protocol::server_message& message) override {
    owner_->on_event(*this, message);
  }
  void on_unreadable(net::time_point since) override { owner_->on_unreadable(*this, since); }

  subscription_handle which;
  round_number number;
  net::time_point sent_at;
  std::int64_t id = 0;
  bool accepted = false;
  bool told_live = false;
  bool over = false;  ///< Kept only until nobody is inside of it.

 private:
  round_owner* owner_;
};

}  // namespace

struct subscriber::parts final : round_owner {
  struct wanted {
    subscription_request what;
    std::shared_ptr<subscription_listener> hears;
  };
  struct session {
    std::shared_ptr<session_channel> channel;
    bool running;
  };
  struct refusal {
    subscription_handle which;
    std::string code;
  };

  explicit parts(engine_context& engine)
      : shared(engine),
        book(engine.settings.mirror),
        random(engine.world.random("subscriptions")),
        wake(engine.world.time()),
        answer_limit(engine.settings.reconnect ? engine.settings.reconnect->answer_limit
                                               : subscribe_answer_limit) {}

  void on_result(round_sink& from, const protocol::server_message& message) override;
  void on_event(round_sink& from, const protocol::server_message& message) override;
  void on_unreadable(round_sink& from, net::time_point since) override;

  void use_another();
  void lose(const std::shared_ptr<session_channel>& which);
  void pump();
  void send(const subscription_book::action& what);
  void reject(subscription_handle which, round_number number, std::string_view code);
  void become_live(round_sink& from, const std::optional<subscription_book::gap>& missed);
  void miss(subscription_handle which, net::time_point since);
  void end_round(std::map<round_number, std::unique_ptr<round_sink>>::iterator which);
  void on_wake();
  void end_late_rounds();
  void tell_refusals();
  void tell_running();
  void arm();
  [[nodiscard]] bool waits_for_snapshot(const round_sink& round) const;
  [[nodiscard]] net::time_point limit_of(const round_sink& round) const;
  [[nodiscard]] std::shared_ptr<subscription_listener> listener_of(subscription_handle which) const;
  void tell(client_event_kind what, subscription_handle which, std::string_view text = {}) const;

  engine_context& shared;
  subscription_book book;
  net::random_stream random;
  net::timer wake;
  duration answer_limit;
  std::map<subscription_handle, wanted> all;
  std::map<round_number, std::unique_ptr<round_sink>> rounds;  ///< On the session in use.
  std::vector<session> ready;
  std::shared_ptr<session_channel> used;
  /// Rejections that are final, from inside a call: told by the timer.
  std::vector<refusal> refusals;
  /// Sinks that are over: a call may be on its way through them while `depth` > 0.
  std::vector<std::unique_ptr<round_sink>> ended;
  unsigned depth = 0;
  bool stopped = false;
};

namespace {

/// Keeps sinks that end meanwhile until the outermost call through one returns.
template <class Parts>
class visit {
 public:
  explicit visit(Parts& where) : where_(where) { ++where_.depth; }
  visit(const visit&) = delete;
  visit& operator=(const visit&) = delete;
  ~visit() {
    if (--where_.depth == 0) where_.ended.clear();
  }

 private:
  Parts& where_;
};

}  // namespace

void subscriber::parts::tell(client_event_kind what, subscription_handle which,
                             std::string_view text) const {
  shared.tell({.kind = what,
               .connection = used == nullptr ? 0 : used->number(),
               .value = which,
               .text = text});
}

std::shared_ptr<subscription_listener> subscriber::parts::listener_of(
    subscription_handle which) const {
  const auto found = all.find(which);
  return found == all.end() ? nullptr : found->second.hears;
}

void subscriber::parts::end_round(
    std::map<round_number, std::unique_ptr<round_sink>>::iterator which) {
  which->second->over = true;
  if (depth > 0) ended.push_back(std::move(which->second));
  rounds.erase(which);
}

void subscriber::parts::send(const subscription_book::action& what) {
  if (what.what == subscription_book::todo::unsubscribe) {
    const auto found = rounds.find(what.number);
    if (found == rounds.end()) return;
    used->unsubscribe(found->second->id);
    end_round(found);
    return;
  }
  auto sink = std::make_unique<round_sink>(*this, what.which, what.number, shared.now());
  const auto id = used->subscribe(all.at(what.which).what.body, *sink);
  if (!id) {
    reject(what.which, what.number, detail_code::send_queue_full);
    return;
  }
  sink->id = *id;
  rounds.emplace(what.number, std::move(sink));
  tell(client_event_kind::subscription_sent, what.which);
}

/// Sends what is due, and arms the timer for what will be. Calls no listener.
void subscriber::parts::pump() {
  if (stopped) return;
  if (used != nullptr) {
    for (const auto& each : book.take_due(shared.now())) send(each);
  }
  arm();
}

net::time_point subscriber::parts::limit_of(const round_sink& round) const {
  if (round.told_live) return net::never;  // If only its answer is missing, nothing is wrong.
  const net::time_point least = round.sent_at + answer_limit;
  const net::time_point most = round.sent_at + busy_answer_factor * answer_limit;
  return std::clamp(used->last_byte() + answer_limit, least, most);
}

bool subscriber::parts::waits_for_snapshot(const round_sink& round) const {
  return shared.settings.mirror && all.at(round.which).what.snapshot_first;
}

/// Later limits need no earlier timer: it is armed anew when it has fired.
void subscriber::parts::arm() {
  net::time_point next = book.next();
  if (!refusals.empty()) next = shared.now();
  for (const auto& [number, sink] : rounds) next = std::min(next, limit_of(*sink));
  wake.call_at(next, [this] { on_wake(); });
}

void subscriber::parts::on_wake() {
  const visit<parts> inside(*this);
  end_late_rounds();
  tell_refusals();
  pump();
}

void subscriber::parts::end_late_rounds() {
  std::vector<round_number> late;
  for (const auto& [number, sink] : rounds) {
    if (limit_of(*sink) <= shared.now()) late.push_back(number);
  }
  for (const round_number number : late) {
    reject(rounds.at(number)->which, number, "timeout");
  }
}

void subscriber::parts::reject(subscription_handle which, round_number number,
                               std::string_view code) {
  book.on_rejected(number, code, shared.now(), random);
  tell(client_event_kind::subscription_rejected, which, code);
  if (book.phase_of(which) == subscription_book::phase::refused) {
    refusals.push_back({.which = which, .code = std::string(code)});
  }
}

void subscriber::parts::tell_refusals() {
  for (const refusal& each : std::exchange(refusals, {})) {
    if (const auto hears = listener_of(each.which)) hears->on_refused(each.code);
  }
}

void subscriber::parts::become_live(round_sink& from,
                                    const std::optional<subscription_book::gap>& missed) {
  const subscription_handle which = from.which;
  from.told_live = true;
  tell(client_event_kind::subscription_live, which);
  pump();  // The round before is over.
  if (const auto hears = listener_of(which)) hears->on_running(book.running());
  if (const auto hears = listener_of(which)) hears->on_live();
  if (!missed) return;
  tell(client_event_kind::subscription_gap, which,
       fmt::format("{}", (missed->to - missed->from).count()));
  // Taken away by what it has just heard?
  if (const auto hears = listener_of(which)) hears->on_gap(missed->from, missed->to);
}

void subscriber::parts::on_result(round_sink& from, const protocol::server_message& message) {
  if (from.over || stopped) return;
  const visit<parts> inside(*this);
  if (message.success) {
    from.accepted = true;
    const auto missed = book.on_accepted(from.number, shared.now());
    if (!from.told_live && !waits_for_snapshot(from)) become_live(from, missed);
    return;
  }
  const subscription_handle which = from.which;
  const bool spoke = from.told_live;
  reject(which, from.number, message.error_code);
  if (book.phase_of(which) == subscription_book::phase::live && spoke) {
    // An event could not be put into words (reference §3.3): it is missing.
    book.renew(which, shared.now(), random);
    miss(which, shared.now());
  } else if (spoke || !from.accepted) {
    const auto found = rounds.find(from.number);
    assert(found != rounds.end());
    used->forget(from.id);
    end_round(found);
    if (const auto hears = spoke ? listener_of(which) : nullptr) hears->on_lost(shared.now());
  }
  tell_refusals();
  pump();
}

void subscriber::parts::on_event(round_sink& from, const protocol::server_message& message) {
  if (from.over || stopped || message.payload == nullptr) return;
  // What it told before is lost: it is of no use.
  if (!from.told_live && waits_for_snapshot(from) && !is_snapshot(*message.payload)) return;
  const visit<parts> inside(*this);
  const auto verdict = book.on_event(from.number, shared.now());
  if (!verdict.deliver) return;
  if (!from.told_live) {
    become_live(from, verdict.missed);
    if (from.over) return;
  }
  // Held: it may take itself away.
  if (const auto hears = listener_of(from.which)) hears->on_event(message.payload);
}

/// Of a live one.
void subscriber::parts::miss(subscription_handle which, net::time_point since) {
  if (!shared.settings.mirror) return;
  const net::time_point now = shared.now();
  tell(client_event_kind::subscription_gap, which, fmt::format("{}", (now - since).count()));
  if (const auto hears = listener_of(which)) hears->on_missed(since, now);
}

void subscriber::parts::on_unreadable(round_sink& from, net::time_point since) {
  if (from.over || stopped || !from.told_live) return;
  const visit<parts> inside(*this);
  const subscription_handle which = from.which;
  // The others would learn nothing from it.
  if (all.at(which).what.snapshot_first) book.renew(which, shared.now(), random);
  miss(which, since);
  pump();
}

/// To those that live: the others hear of it when they do.
void subscriber::parts::tell_running() {
  std::vector<subscription_handle> live;
  for (const auto& [handle, each] : all) {
    if (book.phase_of(handle) == subscription_book::phase::live) live.push_back(handle);
  }
  for (const subscription_handle each : live) {
    if (const auto hears = listener_of(each)) hears->on_running(true);
  }
}

/// The next one: rather one whose Home Assistant is RUNNING.
void subscriber::parts::use_another() {
  if (stopped || used != nullptr || ready.empty()) return;
  const auto running =
      std::ranges::find_if(ready, [](const session& each) { return each.running; });
  const session& next = running == ready.end() ? ready.front() : *running;
  used = next.channel;
  book.on_session_ready(next.running);
  pump();
}

void subscriber::parts::lose(const std::shared_ptr<session_channel>& which) {
  std::erase_if(ready, [&](const session& each) { return each.channel == which; });
  if (used != which) return;
  const visit<parts> inside(*this);
  const net::time_point last_byte = used->last_byte();
  std::vector<subscription_handle> dead;
  for (auto& [handle, each] : all) {
    if (book.phase_of(handle) == subscription_book::phase::live) dead.push_back(handle);
  }
  for (auto each = rounds.begin(); each != rounds.end(); each = rounds.begin()) {
    used->forget(each->second->id);
    end_round(each);
  }
  book.on_session_lost(last_byte);
  used.reset();
  for (const subscription_handle each : dead) {
    if (const auto hears = stopped ? nullptr : listener_of(each)) hears->on_lost(last_byte);
  }
  if (stopped) return;
  use_another();
  arm();
}

subscriber::subscriber(engine_context& shared) : parts_(std::make_unique<parts>(shared)) {}

subscriber::~subscriber() { stop(); }

std::optional<subscription_handle> subscriber::add(subscription_request what,
                                                   std::shared_ptr<subscription_listener> hears) {
  assert(hears != nullptr);
  if (parts_->stopped) return std::nullopt;
  const auto handle = parts_->book.add({.may_be_quiet = what.may_be_quiet,
                                        .needs_running = what.needs_running,
                                        .snapshot_first = what.snapshot_first});
  if (!handle) return std::nullopt;
  parts_->all.emplace(*handle, parts::wanted{std::move(what), std::move(hears)});
  parts_->pump();
  return handle;
}

void subscriber::remove(subscription_handle which) {
  const auto found = parts_->all.find(which);
  if (found == parts_->all.end()) return;
  // Destroyed last: what it owns may call back.
  const parts::wanted last = std::move(found->second);
  parts_->all.erase(found);
  parts_->book.remove(which);
  parts_->pump();
}

void subscriber::renew(subscription_handle which) {
  parts_->book.renew(which, parts_->shared.now(), parts_->random);
  parts_->pump();
}

void subscriber::on_session_ready(const std::shared_ptr<session_channel>& which, bool running) {
  assert(which != nullptr);
  parts_->ready.push_back({.channel = which, .running = running});
  parts_->use_another();
}

void subscriber::on_session_running(const std::shared_ptr<session_channel>& which) {
  for (auto& each : parts_->ready) each.running = each.running || each.channel == which;
  if (parts_->used != which || parts_->stopped) return;
  parts_->book.on_running(parts_->shared.now());
  parts_->pump();
  parts_->tell_running();
}

void subscriber::on_session_lost(const std::shared_ptr<session_channel>& which) {
  parts_->lose(which);
}

bool subscriber::all_live() const noexcept { return parts_->book.all_live(); }

std::optional<net::time_point> subscriber::last_byte() const noexcept {
  if (parts_->used == nullptr) return std::nullopt;
  return parts_->used->last_byte();
}

std::uint32_t subscriber::connection() const noexcept {
  return parts_->used == nullptr ? 0 : parts_->used->number();
}

void subscriber::stop() noexcept {
  parts_->stopped = true;
  parts_->wake.cancel();
  parts_->ready.clear();
  if (parts_->used == nullptr) return;
  for (const auto& [number, sink] : parts_->rounds) {
    sink->over = true;
    parts_->used->forget(sink->id);
  }
  parts_->used.reset();
}

}  // namespace hassle::client
