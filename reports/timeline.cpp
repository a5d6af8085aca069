#include "reports/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace hassle::reports {
timeline::timeline(const journal& j) : events_(j.events()) {
  // Faults first: the phases of a restart may be announced just before the fault itself.
  for (const event& e : events_) add_fault_event(e);
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (events_[i].kind == event_kind::phase_changed) add_phase(i);
  }
}

void timeline::add_fault_event(const event& e) {
  if (e.kind == event_kind::fault_began) {
    const std::size_t times = ++times_[e.text];
    faults_.push_back({.name = times > 1 ? fmt::format("{} #{}", e.text, times) : e.text,
                       .base = e.text,
                       .number = e.value,
                       .began = e.at});
  } else if (e.kind == event_kind::fault_ended) {
    const auto open = std::ranges::find_if(faults_ | std::views::reverse, [&](const auto& fault) {
      return fault.base == e.text && fault.number == e.value &&
             fault.ended == std::chrono::nanoseconds::max();
    });
    if (open != faults_.rend()) open->ended = e.at;
  }
}

void timeline::add_phase(std::size_t index) {
  const event& e = events_[index];
  std::string owner;
  std::string owner_base;
  if (!phases_.empty() && phases_.back().end == events_.size()) {
    phases_.back().end = index;
    owner_base = phases_.back().fault;  // The next phase of the same restart.
    const std::string_view label = phases_.back().label;
    const auto of = label.rfind("' of ");
    if (of != std::string_view::npos) owner = label.substr(of + 5);
  } else {
    // A new restart: by the fault that began last of those active.
    const auto candidates = active(e.at, e.at);
    const auto last = std::ranges::max_element(candidates, {}, &fault_span::began);
    if (last != candidates.end()) {
      owner = (*last)->name;
      owner_base = (*last)->base;
    }
  }
  if (e.text == "running") return;
  phases_.push_back(
      {.phase = e.text,
       .fault = owner_base,
       .label = fmt::format("phase '{}' of {}", e.text, owner.empty() ? "a restart" : owner),
       .begin = index,
       .end = events_.size(),
       .began = e.at});
}

std::vector<const fault_span*> timeline::active(std::chrono::nanoseconds from,
                                                std::chrono::nanoseconds to) const {
  std::vector<const fault_span*> found;
  for (const fault_span& fault : faults_) {
    if (fault.began <= to && fault.ended >= from) found.push_back(&fault);
  }
  return found;
}

const phase_span* timeline::phase_at(std::size_t event_index) const {
  const auto after = std::ranges::upper_bound(phases_, event_index, {}, &phase_span::begin);
  if (after != phases_.begin() && event_index < std::prev(after)->end) return &*std::prev(after);
  if (after != phases_.end() && after->began == events_[event_index].at) return &*after;
  return nullptr;
}

}  // namespace hassle::reports
