#include "subscription_book.hpp"

#include "draw.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::client {

subscription_book::subscription_book(const std::optional<mirror_config>& settings)
    : retries_(settings.has_value()) {
  const mirror_config used = settings.value_or(mirror_config{});
  most_ = used.subscriptions_max;
  retry_base_ = used.retry_base;
  retry_cap_ = used.retry_cap;
  quiet_limit_ = used.quiet_limit;
  resync_interval_ = used.resync_interval;
  assert(duration::zero() < retry_base_ && retry_base_ <= retry_cap_);
  assert(quiet_limit_ > duration::zero() && resync_interval_ > duration::zero());
}

std::optional<subscription_book::handle> subscription_book::add(traits like) {
  if (wanted_.size() >= most_) return std::nullopt;
  entry fresh{.like = like};
  if (has_session_) fresh.now = phase::due;
  wanted_.emplace(++last_handle_, fresh);
  return last_handle_;
}

void subscription_book::remove(handle which) {
  const auto found = wanted_.find(which);
  if (found == wanted_.end()) return;
  // One that is only asked for is ended too: Home Assistant takes commands in their order.
  if (found->second.live != 0) end_round(which, found->second.live);
  if (found->second.asked != 0) end_round(which, found->second.asked);
  wanted_.erase(found);
}

void subscription_book::renew(handle which, net::time_point now, net::random_stream& random) {
  const auto found = wanted_.find(which);
  if (found == wanted_.end()) return;
  entry& it = found->second;
  if (it.now != phase::live || it.asked != 0 || it.due_at != net::never) return;
  if (it.renewed_at && now >= *it.renewed_at + retry_cap_) it.renewals = 0;
  // Whatever made it necessary may do so with each round: only the first is free.
  duration delay{0};
  if (it.renewals > 0) {
    const duration most = doubled(retry_base_, it.renewals - 1, retry_cap_);
    delay = draw_between(duration::zero(), most, random);
    if (most < retry_cap_) ++it.renewals;
  } else {
    it.renewals = 1;
  }
  it.due_at = now + delay;
  it.renewed_at = it.due_at;
}

void subscription_book::end_round(handle which, round number) {
  rounds_.erase(number);
  endings_.push_back({.what = todo::unsubscribe, .which = which, .number = number});
}

net::time_point subscription_book::due_at(const entry& which) const noexcept {
  switch (which.now) {
    case phase::due:
      return {};
    case phase::waiting:
    case phase::refused:
      return which.due_at;
    case phase::live: {
      if (which.asked != 0 || !retries_) return net::never;
      // All from the last time that it was asked for: a rejected replacement has a delay of its
      // own.
      net::time_point at = which.due_at;
      if (which.like.snapshot_first) at = std::min(at, which.asked_at + resync_interval_);
      if (which.like.may_be_quiet) return at;
      return std::min(at, std::max(which.last_event, which.asked_at) + quiet_limit_);
    }
    case phase::asleep:
    case phase::asked:
      return net::never;
  }
  assert(false);
  return net::never;
}

std::vector<subscription_book::action> subscription_book::take_due(net::time_point now) {
  if (!has_session_) return {};
  std::vector<action> all = std::exchange(endings_, {});
  for (auto& [name, each] : wanted_) {
    const net::time_point at = due_at(each);
    if (at == net::never || now < at) continue;
    each.asked = ++last_round_;
    each.asked_early = !running_;
    each.asked_accepted = false;
    each.asked_at = now;
    each.due_at = net::never;
    if (each.now != phase::live) each.now = phase::asked;
    rounds_.emplace(each.asked, name);
    all.push_back({.what = todo::subscribe, .which = name, .number = each.asked});
  }
  return all;
}

net::time_point subscription_book::next() const noexcept {
  if (!has_session_) return net::never;
  if (!endings_.empty()) return {};
  net::time_point soonest = net::never;
  for (const auto& [name, each] : wanted_) soonest = std::min(soonest, due_at(each));
  return soonest;
}

void subscription_book::on_session_ready(bool running) {
  assert(!has_session_);
  has_session_ = true;
  running_ = running;
  for (auto& [name, each] : wanted_) each.now = phase::due;
}

void subscription_book::on_session_lost(net::time_point last_byte) {
  assert(has_session_);
  has_session_ = false;
  rounds_.clear();
  endings_.clear();  // The connection took them with it.
  for (auto& [name, each] : wanted_) {
    // One that did not get live again since the loss before keeps that one's time.
    assert(each.live == 0 || !each.dead_since);
    if (each.live != 0) each.dead_since = last_byte;
    each.now = phase::asleep;
    each.asked = 0;
    each.asked_accepted = false;
    each.live = 0;
    each.rejections = 0;
    each.due_at = net::never;
  }
}

void subscription_book::on_running(net::time_point now) {
  if (!has_session_ || std::exchange(running_, true)) return;
  for (auto& [name, each] : wanted_) {
    if (!retries_ || !each.like.needs_running) continue;
    each.rejections = 0;
    if (each.now == phase::waiting || each.now == phase::refused) each.now = phase::due;
    if (each.now == phase::live && each.live_early) each.due_at = now;
  }
}

std::optional<subscription_book::gap> subscription_book::become_live(entry& which, round number,
                                                                     net::time_point now) {
  assert(which.asked == number);
  if (which.live != 0) end_round(rounds_.at(number), which.live);
  which.live = number;
  which.live_early = which.asked_early;
  which.asked = 0;
  which.answered = std::exchange(which.asked_accepted, false);
  which.now = phase::live;
  which.rejections = 0;
  which.last_event = which.asked_at = now;
  // RUNNING was reached between asking and now: once more.
  const bool again = running_ && which.live_early && which.like.needs_running && retries_;
  which.due_at = again ? now : net::never;
  const auto dead_since = std::exchange(which.dead_since, std::nullopt);
  if (!dead_since || !retries_) return std::nullopt;
  return gap{.from = *dead_since, .to = now};
}

std::optional<subscription_book::gap> subscription_book::on_accepted(round number,
                                                                     net::time_point now) {
  const auto found = rounds_.find(number);
  if (found == rounds_.end()) return std::nullopt;
  entry& which = wanted_.at(found->second);
  if (which.asked != number) {
    which.answered = true;
    return std::nullopt;
  }
  which.asked_accepted = true;
  if (which.like.snapshot_first && retries_) return std::nullopt;
  return become_live(which, number, now);
}

void subscription_book::wait_or_refuse(entry& which, bool for_good, net::time_point now,
                                       net::random_stream& random) {
  if (!retries_ || (for_good && running_)) {
    // A live round that could not be replaced serves on.
    if (which.live == 0) which.now = phase::refused;
    if (retries_) which.due_at = now + refused_for;
    return;
  }
  const duration most = doubled(retry_base_, which.rejections, retry_cap_);
  if (most < retry_cap_) ++which.rejections;
  which.due_at = now + draw_between(duration::zero(), most, random);
  if (which.live == 0) which.now = phase::waiting;
}

void subscription_book::on_rejected(round number, std::string_view error_code, net::time_point now,
                                    net::random_stream& random) {
  const auto found = rounds_.find(number);
  if (found == rounds_.end()) return;
  const handle name = found->second;
  entry& which = wanted_.at(name);
  bool ends = error_code == "timeout";
  if (which.live == number) {
    if (which.answered) return;
    // It spoke, and was rejected all the same.
    which.live = 0;
    which.dead_since = now;
  } else {
    which.asked = 0;
    // Its snapshot could not be put into words.
    if (std::exchange(which.asked_accepted, false)) ends = true;
  }
  // Nobody knows whether Home Assistant has that round: if so, it must not deliver besides.
  if (ends) {
    end_round(name, number);
  } else {
    rounds_.erase(number);
  }
  wait_or_refuse(which, error_code == "unauthorized" || error_code == "invalid_format", now,
                 random);
}

subscription_book::event_verdict subscription_book::on_event(round number, net::time_point now) {
  const auto found = rounds_.find(number);
  if (found == rounds_.end()) return {};
  event_verdict verdict{.deliver = true, .which = found->second};
  entry& which = wanted_.at(found->second);
  if (which.asked == number) verdict.missed = become_live(which, number, now);
  which.last_event = now;
  return verdict;
}

subscription_book::phase subscription_book::phase_of(handle which) const {
  return wanted_.at(which).now;
}

bool subscription_book::all_live() const noexcept {
  return std::ranges::all_of(wanted_,
                             [](const auto& each) { return each.second.now == phase::live; });
}

}  // namespace hassle::client
