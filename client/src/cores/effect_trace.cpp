#include "effect_trace.hpp"

#include <algorithm>

namespace hassle::client {

namespace {

std::optional<seen_state> seen(const state_history::version& past) {
  if (!past.existed) return std::nullopt;
  // Attributes are not kept: an effect on them shows in the last state or not at all.
  return seen_state{.state = past.state, .context_id = past.context_id, .user_id = past.user_id};
}

trace_verdict verdict(effect_verdict what, const std::optional<seen_state>& state) {
  return {.what = what, .context_id = state ? std::string(state->context_id) : std::string()};
}

}  // namespace

void known_contexts::add(std::string_view context_id) {
  if (context_id.empty() || context_id.size() > state_history::text_max) return;
  ring_[next_].assign(context_id);
  next_ = (next_ + 1) % most;
}

bool known_contexts::contains(std::string_view context_id) const noexcept {
  return !context_id.empty() && std::ranges::find(ring_, context_id) != ring_.end();
}

trace_verdict trace_effect(const expected_effect& expectation, const entity_trace& trace,
                           std::string_view user_id, const known_contexts& explained) {
  if (!trace.since) {
    // Without a state before, nothing but an absolute effect shows.
    if (!trace.confirmed) return {};
    return verdict(judge(expectation, std::nullopt, trace.now, user_id), trace.now);
  }
  std::vector<std::optional<seen_state>> states;
  for (const auto& each : *trace.since) states.push_back(seen(each));
  states.push_back(trace.now);
  for (std::size_t n = 1; n < states.size(); ++n) {
    if (!states[n]) continue;
    if (expectation.changes && explained.contains(states[n]->context_id)) continue;
    if (judge(expectation, states[n - 1], states[n], user_id) == effect_verdict::happened) {
      return verdict(effect_verdict::happened, states[n]);
    }
  }
  if (!trace.confirmed) return {};
  const bool changed = states.size() > 1;
  // From the first state to the last the changes of several may add up: each was judged above.
  if (expectation.changes && changed) return {};
  return verdict(judge(expectation, states.front(), trace.now, user_id), trace.now);
}

}  // namespace hassle::client
