#include "effect_lookup.hpp"

#include "../cores/effect_trace.hpp"
#include "../cores/state_history.hpp"
#include "mirror.hpp"

#include <hassle/client/state_mirror.hpp>
#include <hassle/net/time.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hassle::client {

namespace json = boost::json;

namespace {

std::string_view text_in(const json::object& of, std::string_view key) {
  const json::value* found = of.if_contains(key);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string())
                                                : std::string_view();
}

const json::object* object_in(const json::object& of, std::string_view key) {
  const json::value* found = of.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

std::optional<seen_state> seen(const mirrored_state* state) {
  if (state == nullptr) return std::nullopt;
  return seen_state{.state = state->state,
                    .attributes = &state->attributes,
                    .context_id = state->context_id,
                    .user_id = state->user_id};
}

/// Out of an answer to get_states.
std::optional<seen_state> find_state(const json::value& all, std::string_view entity_id) {
  const json::array* list = all.if_array();
  if (list == nullptr) return std::nullopt;
  for (const json::value& each : *list) {
    const json::object* state = each.if_object();
    if (state == nullptr || text_in(*state, "entity_id") != entity_id) continue;
    seen_state found{.state = text_in(*state, "state"),
                     .attributes = object_in(*state, "attributes")};
    if (const json::object* context = object_in(*state, "context")) {
      found.context_id = text_in(*context, "id");
      found.user_id = text_in(*context, "user_id");
    }
    return found;
  }
  return std::nullopt;
}

std::string_view name_of(effect_verdict verdict) {
  switch (verdict) {
    case effect_verdict::happened:
      return "happened";
    case effect_verdict::no_trace:
      return "no_trace";
    case effect_verdict::cannot_tell:
      return "cannot_tell";
  }
  assert(false);
  return "";
}

}  // namespace

/// One look-up on its way.
struct effect_search {
  std::vector<expected_effect> effects;
  effect_mark before;
  net::time_point sent_at;
  net::time_point until;  ///< Of the caller, or look_up_limit.
};

struct effect_lookup::parts {
  parts(engine_context& engine, mirror* theirs, reader reads)
      : shared(engine),
        settings(engine.settings.idempotency.value_or(idempotency_config{})),
        rules(settings),
        states(theirs),
        ask(std::move(reads)) {}

  [[nodiscard]] asio::awaitable<effect_verdict> search(effect_search what);
  [[nodiscard]] asio::awaitable<effect_verdict> ask_for_states(effect_search what);
  [[nodiscard]] asio::awaitable<void> ask_who_we_are(net::time_point until);

  using finder = std::function<std::optional<seen_state>(std::string_view entity_id)>;
  [[nodiscard]] effect_verdict judge_with(const effect_search& what, const finder& now,
                                          bool confirmed);
  [[nodiscard]] effect_verdict judge_mirror(const effect_search& what);
  [[nodiscard]] bool mirror_confirmed(const effect_search& what) const;
  [[nodiscard]] bool mirror_knows(const effect_search& what) const;

  engine_context& shared;
  const idempotency_config settings;
  idempotency_rules rules;
  mirror* states;
  reader ask;
  std::string user_id;
  known_contexts explained;
};

effect_verdict effect_lookup::parts::judge_with(const effect_search& what, const finder& now,
                                                bool confirmed) {
  std::vector<effect_verdict> verdicts;
  std::vector<std::string> contexts;
  for (const expected_effect& each : what.effects) {
    entity_trace trace{.now = now(each.entity_id), .confirmed = confirmed};
    if (states != nullptr && what.before.known) {
      trace.since = states->history().since(each.entity_id, what.before.changes);
    }
    trace_verdict verdict = trace_effect(each, trace, user_id, explained);
    verdicts.push_back(verdict.what);
    contexts.push_back(std::move(verdict.context_id));
  }
  const effect_verdict all = judge_all(verdicts);
  if (all == effect_verdict::happened) {
    for (const std::string& each : contexts) explained.add(each);
  }
  return all;
}

effect_verdict effect_lookup::parts::judge_mirror(const effect_search& what) {
  return judge_with(
      what, [this](std::string_view id) { return seen(states->states().find(id)); },
      mirror_confirmed(what));
}

/// Something came on the mirror's connection since: it is not one that died unnoticed before.
bool effect_lookup::parts::mirror_confirmed(const effect_search& what) const {
  const auto true_at = states->true_at();
  return states->states().live() && true_at && *true_at > what.sent_at;
}

bool effect_lookup::parts::mirror_knows(const effect_search& what) const {
  return std::ranges::all_of(what.effects, [this](const expected_effect& each) {
    return states->states().find(each.entity_id) != nullptr;
  });
}

asio::awaitable<void> effect_lookup::parts::ask_who_we_are(net::time_point until) {
  json::object body{{"type", "auth/current_user"}};
  const outcome answer = co_await ask(std::move(body), until);
  if (answer.kind != outcome_kind::fresh || answer.result == nullptr) co_return;
  if (const json::object* user = answer.result->if_object()) user_id = text_in(*user, "id");
}

asio::awaitable<effect_verdict> effect_lookup::parts::ask_for_states(effect_search what) {
  if (what.until <= shared.now()) co_return effect_verdict::cannot_tell;
  json::object body{{"type", "get_states"}};
  const outcome answer = co_await ask(std::move(body), what.until);
  if (answer.kind != outcome_kind::fresh || answer.result == nullptr) {
    co_return effect_verdict::cannot_tell;
  }
  co_return judge_with(
      what, [&](std::string_view id) { return find_state(*answer.result, id); }, true);
}

asio::awaitable<effect_verdict> effect_lookup::parts::search(effect_search what) {
  const net::time_point look_at = std::min(what.until, what.sent_at + settings.look_up_after);
  const net::error_code cancelled = co_await net::sleep_until(shared.world.time(), look_at);
  if (cancelled) co_return effect_verdict::cannot_tell;
  const bool is_ours_matters =
      what.before.known &&
      std::ranges::any_of(what.effects, [](auto& each) { return each.changes; });
  if (is_ours_matters && user_id.empty() && shared.now() < what.until) {
    co_await ask_who_we_are(what.until);
  }
  const net::time_point watch_until = std::min(what.until, what.sent_at + effect_watch);
  while (states != nullptr) {
    const effect_verdict verdict = judge_mirror(what);
    if (verdict == effect_verdict::happened) co_return verdict;
    const bool live = states->states().live();
    const bool confirmed = mirror_confirmed(what);
    // It cannot know: a mirror of some entities, or a connection that is silent since.
    if (live && !(confirmed && mirror_knows(what))) break;
    const net::time_point end = confirmed ? watch_until : what.until;
    if (end <= shared.now()) co_return verdict;
    const net::wait_end how = co_await states->changed(end);
    if (how == net::wait_end::cancelled) co_return effect_verdict::cannot_tell;
  }
  co_return co_await ask_for_states(std::move(what));
}

effect_lookup::effect_lookup(engine_context& shared, mirror* states, reader ask)
    : parts_(std::make_unique<parts>(shared, states, std::move(ask))) {}

effect_lookup::~effect_lookup() = default;

effect_mark effect_lookup::mark() const noexcept {
  const mirror* states = parts_->states;
  if (states == nullptr || !states->states().live()) return {};
  return {.changes = states->history().count(), .known = true};
}

void effect_lookup::on_answered(const json::value& result) {
  const json::object* whole = result.if_object();
  const json::object* context = whole == nullptr ? nullptr : object_in(*whole, "context");
  if (context == nullptr) return;
  parts_->explained.add(text_in(*context, "id"));
  if (parts_->user_id.empty()) parts_->user_id = text_in(*context, "user_id");
}

void effect_lookup::forget_user() noexcept { parts_->user_id.clear(); }

asio::awaitable<effect_verdict> effect_lookup::look_up(const command& what, effect_mark before,
                                                       net::time_point sent_at,
                                                       net::time_point until) {
  effect_search wanted{.effects = parts_->rules.expected(what.body),
                       .before = before,
                       .sent_at = sent_at,
                       .until = std::min(until, sent_at + look_up_limit)};
  effect_verdict verdict = effect_verdict::cannot_tell;
  if (!wanted.effects.empty()) verdict = co_await parts_->search(std::move(wanted));
  parts_->shared.tell(
      {.kind = client_event_kind::effect_looked_up, .tag = what.tag, .text = name_of(verdict)});
  co_return verdict;
}

}  // namespace hassle::client
