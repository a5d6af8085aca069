#include "harness/explore/frozen_actions.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness::explore {

namespace {

using kind = frozen_action::kind;

/// Those of a list whose indices are kept.
template <class Item, class IsKept>
void keep_only(std::vector<Item>& list, IsKept is_kept) {
  std::vector<Item> rest;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (is_kept(i)) rest.push_back(std::move(list[i]));
  }
  list = std::move(rest);
}

}  // namespace

std::vector<frozen_action> actions_of(const scenario::scenario& frozen, kind what) {
  std::vector<frozen_action> all;
  const auto add = [&](std::size_t fault, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) all.push_back({what, fault, i});
  };
  switch (what) {
    case kind::occurrence:
      for (std::size_t n = 0; n < frozen.faults.size(); ++n) {
        assert(frozen.faults[n].occurrences);
        add(n, frozen.faults[n].occurrences->size());
      }
      break;
    case kind::command:
      assert(frozen.load.commands);
      add(0, frozen.load.commands->size());
      break;
    case kind::recycle:
      add(0, frozen.where_client_lives.recycle_at.size());
      break;
  }
  return all;
}

scenario::scenario with_only(const scenario::scenario& frozen, kind what,
                             std::span<const frozen_action> kept) {
  const auto is_kept = [&](std::size_t fault) {
    return [&kept, what, fault](std::size_t index) {
      return std::ranges::find(kept, frozen_action{what, fault, index}) != kept.end();
    };
  };
  scenario::scenario result = frozen;
  switch (what) {
    case kind::occurrence:
      for (std::size_t n = 0; n < result.faults.size(); ++n) {
        keep_only(*result.faults[n].occurrences, is_kept(n));
      }
      break;
    case kind::command:
      keep_only(*result.load.commands, is_kept(0));
      break;
    case kind::recycle:
      keep_only(result.where_client_lives.recycle_at, is_kept(0));
      break;
  }
  std::erase_if(result.faults, [](const scenario::fault& f) { return f.occurrences->empty(); });
  return result;
}

std::vector<scenario::duration*> instants_of(scenario::scenario& frozen) {
  std::vector<scenario::duration*> all;
  for (scenario::fault& f : frozen.faults) {
    for (scenario::fault_occurrence& each : *f.occurrences) all.push_back(&each.at);
  }
  for (scenario::timed_command& each : *frozen.load.commands) all.push_back(&each.at);
  for (scenario::duration& each : frozen.where_client_lives.recycle_at) all.push_back(&each);
  return all;
}

}  // namespace hassle::harness::explore
