#include "mockha/timeline.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::mockha {

namespace {

// At one instant everything begins before anything ends, as in the harness: a fault of no length
// must not end before it has begun.
bool happens_before(const timeline_step& a, const timeline_step& b) {
  return a.at != b.at ? a.at < b.at : a.begins && !b.begins;
}

}  // namespace

timeline::timeline(const std::vector<scenario::planned_fault>& occurrences, net::duration length,
                   net::time_point now)
    : since_(now) {
  steps_.reserve(2 * occurrences.size());
  for (const auto& one : occurrences) {
    steps_.push_back({.at = one.at, .begins = true, .occurrence = one});
    const net::duration ends = one.armed ? std::max(one.at, length) : one.at + one.lasts;
    steps_.push_back({.at = ends, .begins = false, .occurrence = one});
  }
  std::ranges::stable_sort(steps_, happens_before);
}

timeline_step timeline::take() {
  assert(next_ < steps_.size());
  const timeline_step& taken = steps_[next_];
  if (taken.begins) {
    in_force_.insert(next_);
  } else {
    std::erase_if(in_force_, [&](std::size_t begun) {
      return steps_[begun].occurrence.number == taken.occurrence.number;
    });
  }
  ++next_;
  return taken;
}

std::vector<timeline_step> timeline::due(net::time_point now) {
  std::vector<timeline_step> result;
  if (paused_) return result;
  while (next_ < steps_.size() && steps_[next_].at <= position(now)) result.push_back(take());
  return result;
}

net::time_point timeline::deadline() const noexcept {
  if (paused_ || next_ == steps_.size()) return net::never;
  return since_ + (steps_[next_].at - stood_);
}

void timeline::pause(net::time_point now) noexcept {
  if (paused_) return;
  stood_ = position(now);
  since_ = now;
  paused_ = true;
}

void timeline::resume(net::time_point now) noexcept {
  if (!paused_) return;
  since_ = now;
  paused_ = false;
}

std::vector<timeline_step> timeline::step(net::time_point now) {
  pause(now);
  if (next_ == steps_.size()) return {};
  // What is overdue already (nobody has asked yet) does not turn the tape back.
  stood_ = std::max(stood_, steps_[next_].at);
  return {take()};
}

std::vector<timeline_step> timeline::restart(net::time_point now) {
  std::vector<timeline_step> result;
  result.reserve(in_force_.size());
  for (const std::size_t begun : in_force_) {
    result.push_back(
        {.at = position(now), .begins = false, .occurrence = steps_[begun].occurrence});
  }
  in_force_.clear();
  next_ = 0;
  stood_ = net::duration::zero();
  since_ = now;
  paused_ = false;
  return result;
}

timeline::state timeline::where() const noexcept {
  if (next_ == steps_.size()) return state::finished;
  return paused_ ? state::paused : state::running;
}

net::duration timeline::position(net::time_point now) const noexcept {
  return paused_ ? stood_ : stood_ + (now - since_);
}

std::string_view name_of(timeline::state where) noexcept {
  switch (where) {
    case timeline::state::running:
      return "running";
    case timeline::state::paused:
      return "paused";
    case timeline::state::finished:
      return "finished";
  }
  assert(false);
  return {};
}

}  // namespace hassle::mockha
