#include "state_history.hpp"

#include <hassle/client/state_mirror.hpp>

#include <cassert>

namespace hassle::client {

namespace {

void keep(std::string& into, std::string_view text) {
  into.assign(text.size() <= state_history::text_max ? text : std::string_view());
}

}  // namespace

state_history::state_history(std::size_t most) : most_(most) { assert(most_ > 0); }

void state_history::note(std::string_view entity_id, const mirrored_state* before) {
  if (ring_.size() < most_) ring_.emplace_back();
  entry& into = ring_[count_ % most_];
  ++count_;
  keep(into.entity_id, entity_id);
  into.existed = before != nullptr;
  keep(into.state, before == nullptr ? std::string_view() : before->state);
  keep(into.context_id, before == nullptr ? std::string_view() : before->context_id);
  keep(into.user_id, before == nullptr ? std::string_view() : before->user_id);
}

std::optional<std::vector<state_history::version>> state_history::since(
    std::string_view entity_id, std::uint64_t moment) const {
  assert(moment <= count_);
  if (count_ - moment > ring_.size()) return std::nullopt;
  std::vector<version> all;
  for (std::uint64_t n = moment; n < count_; ++n) {
    const entry& each = ring_[n % most_];
    if (each.entity_id != entity_id) continue;
    all.push_back({.existed = each.existed,
                   .state = each.state,
                   .context_id = each.context_id,
                   .user_id = each.user_id});
  }
  return all;
}

}  // namespace hassle::client
