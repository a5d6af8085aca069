#include "mirror.hpp"

#include "../cores/state_history.hpp"
#include "chunk_memory.hpp"

#include <hassle/client/state_mirror.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

namespace hassle::client {

namespace json = boost::json;

namespace {

json::object subscribing(const std::vector<std::string>& entity_ids) {
  json::object body;
  body["type"] = "subscribe_entities";
  if (!entity_ids.empty()) body["entity_ids"] = json::array(entity_ids.begin(), entity_ids.end());
  return body;
}

/// Other keys are refused by Home Assistant: no answer of ours for those.
bool is_get_states(const json::object& body) {
  const json::value* type = body.if_contains("type");
  return body.size() == 1 && type != nullptr && type->is_string() &&
         type->get_string() == "get_states";
}

std::shared_ptr<const json::value> all_states(const state_mirror& states) {
  // Thousands of small values, gone all at once.
  const auto arena = json::make_shared_resource<chunk_memory>();
  json::array all(arena);
  all.reserve(states.size());
  for (const auto& [entity_id, state] : states.all()) {
    all.emplace_back(state_object(entity_id, state, arena));
  }
  return std::make_shared<const json::value>(std::move(all));
}

}  // namespace

struct mirror::parts {
  /// Owned by the subscriber; not called any more once `parts` is gone.
  class ear final : public subscription_listener {
   public:
    explicit ear(parts& whose) : whose_(whose) {}
    void on_event(const std::shared_ptr<const json::value>& event) override {
      whose_.on_event(*event);
    }
    void on_live() override { whose_.states.on_subscribed(); }
    void on_missed(net::time_point from, net::time_point /*to*/) override {
      whose_.on_missed(from);
    }
    void on_lost(net::time_point last_byte) override { whose_.on_lost(last_byte); }

   private:
    parts& whose_;
  };

  parts(engine_context& engine, subscriber& theirs)
      : shared(engine),
        settings(engine.settings.mirror.value()),
        subscriptions(theirs),
        states(settings),
        look_again(engine.world.time()) {
    states.keep(&history);
    handle = subscriptions.add({.body = subscribing(settings.entity_ids),
                                .may_be_quiet = false,
                                .needs_running = false,
                                .snapshot_first = true},
                               std::make_shared<ear>(*this));
  }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;
  ~parts() {
    if (handle) subscriptions.remove(*handle);
  }

  void on_event(const json::value& event);
  void on_missed(net::time_point at);
  void on_lost(net::time_point last_byte);
  void heal();
  void doubt(net::time_point now);
  [[nodiscard]] state_mirror::doubt doubts(net::time_point now) const;
  void wake();

  engine_context& shared;
  const mirror_config& settings;
  subscriber& subscriptions;
  state_history history;
  state_mirror states;
  std::optional<subscription_handle> handle;
  mirror_listener* hears = nullptr;
  std::vector<mirror_change> changes;             ///< Reused.
  std::shared_ptr<const json::value> get_states;  ///< Null = to be made at need.
  std::shared_ptr<net::gate> next_change;         ///< Null = nobody waits.
  std::optional<net::time_point> healed_at;
  bool recovery_mode = false;
  std::optional<net::time_point> doubted_since;  ///< Snapshots are not believed since.
  net::timer look_again;
};

void mirror::parts::on_event(const json::value& event) {
  const state_mirror::counts before = states.counted();
  // The listener may lead to another event: the list is its own as long as it reads.
  std::vector<mirror_change> own = std::exchange(changes, {});
  own.clear();
  const net::time_point now = shared.now();
  states.on_doubt(doubts(now));
  get_states.reset();
  states.apply(event, hears == nullptr ? nullptr : &own);
  const bool snapshot = states.counted().snapshots != before.snapshots;
  if (states.counted().doubted != before.doubted) doubt(now);
  if (snapshot) {
    doubted_since.reset();
    look_again.cancel();
    shared.tell({.kind = client_event_kind::mirror_replaced,
                 .connection = subscriptions.connection(),
                 .value = static_cast<std::int64_t>(states.size())});
  }
  if (states.counted().unknown_entity != before.unknown_entity) heal();
  wake();
  if (hears != nullptr && (snapshot || !own.empty())) hears->on_changes(own, snapshot);
  if (changes.capacity() < own.capacity()) changes = std::move(own);
}

state_mirror::doubt mirror::parts::doubts(net::time_point now) const {
  if (recovery_mode) return state_mirror::doubt::all;
  const bool confirmed = doubted_since && now - *doubted_since >= settings.shrink_confirm;
  return confirmed ? state_mirror::doubt::none : state_mirror::doubt::shrunken;
}

/// What was known is the best there is; another look in a while.
void mirror::parts::doubt(net::time_point now) {
  if (!doubted_since) doubted_since = now;
  look_again.call_at(now + settings.retry_cap, [this] {
    if (handle) subscriptions.renew(*handle);
  });
  if (!states.live()) return;
  states.become_stale(now);
  if (hears != nullptr) hears->on_stale();
}

/// A change of an entity that is not there: something was missed. Not where it had no room.
void mirror::parts::heal() {
  if (states.counted().no_room != 0 || !handle) return;
  const net::time_point now = shared.now();
  if (healed_at && now < *healed_at + settings.quiet_limit) return;
  healed_at = now;
  subscriptions.renew(*handle);
}

/// The subscriber has it made anew.
void mirror::parts::on_missed(net::time_point at) {
  const bool was_live = states.live();
  states.on_missed(at);
  if (was_live && hears != nullptr) hears->on_stale();
}

void mirror::parts::on_lost(net::time_point last_byte) {
  const bool was_live = states.live();
  states.on_lost(last_byte);
  look_again.cancel();
  if (!was_live) return;
  wake();
  if (hears != nullptr) hears->on_stale();
}

void mirror::parts::wake() {
  if (next_change == nullptr) return;
  std::exchange(next_change, nullptr)->open();
}

mirror::mirror(engine_context& shared, subscriber& subscriptions)
    : parts_(std::make_unique<parts>(shared, subscriptions)) {}

mirror::~mirror() = default;

void mirror::hear(mirror_listener* hears) noexcept { parts_->hears = hears; }

void mirror::on_home(bool running, bool recovery_mode) {
  parts_->states.on_running(running);
  parts_->recovery_mode = recovery_mode;
  if (running && parts_->states.doubtful() && parts_->handle) {
    parts_->subscriptions.renew(*parts_->handle);
  }
}

void mirror::stop() noexcept { parts_->look_again.cancel(); }

const state_mirror& mirror::states() const noexcept { return parts_->states; }

const state_history& mirror::history() const noexcept { return parts_->history; }

std::optional<net::time_point> mirror::true_at() const noexcept {
  if (!parts_->states.live()) return parts_->states.true_at();
  return parts_->subscriptions.last_byte();
}

bool mirror::knows(const command& read, net::time_point now) const {
  if (!is_get_states(read.body)) return false;
  // Some entities only are no answer.
  if (!parts_->settings.entity_ids.empty() || parts_->states.counted().no_room != 0) return false;
  const auto known = true_at();
  return known && now - *known <= parts_->settings.age_max;
}

std::optional<outcome> mirror::answer(const command& read, net::time_point now) const {
  if (!knows(read, now)) return std::nullopt;
  const duration age = std::max(duration::zero(), now - *true_at());
  if (parts_->get_states == nullptr) parts_->get_states = all_states(parts_->states);
  parts_->shared.tell(
      {.kind = client_event_kind::mirror_used, .tag = read.tag, .value = age.count()});
  outcome answer;
  answer.kind = outcome_kind::stale;
  answer.result = parts_->get_states;
  answer.age = age;
  answer.source = outcome_source::mirror;
  return answer;
}

asio::awaitable<net::wait_end> mirror::changed(net::time_point until) {
  if (parts_->next_change == nullptr) parts_->next_change = std::make_shared<net::gate>();
  // Held: it is let go of when it is opened.
  const std::shared_ptr<net::gate> mine = parts_->next_change;
  co_return co_await mine->wait(parts_->shared.world.time(), until);
}

}  // namespace hassle::client
