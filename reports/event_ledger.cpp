#include "reports/event_ledger.hpp"

#include "reports/analysis.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view followed = "state_changed";
// Why a process stopped that nobody killed before.
constexpr std::string_view end_of_run = "end of run";
// Judges no change that was the last one.
constexpr nanoseconds nothing = nanoseconds::min();

struct change {
  nanoseconds at{};
  std::string_view identity;
};

// One subscription of one process.
struct subscription {
  std::int64_t handle = 0;
  std::string_view entity;  // Empty = all.
  bool dropped = false;
  // Index of the first change after it was told to live: of those before, at the same instant or
  // not, Home Assistant may not have known that it is wanted.
  std::optional<std::size_t> live_from;
  std::size_t first = 0;    // Index of the first change that it may hear of.
  std::vector<bool> known;  // Of the changes from `first` on: heard of, or behind a gap.
  std::size_t next = 0;     // Index behind the latest change it heard of.
  std::size_t excused = 0;  // What happened before this one may be behind the latest gap.
};

class ledger {
 public:
  ledger(const journal& j, nanoseconds judged_until)
      : events_(j.events()), judged_until_(judged_until) {}

  ledger_findings keep() {
    for (const event& e : events_) on_event(e);
    close_all(judged_until_);
    return std::move(found_);
  }

 private:
  void on_event(const event& e) {
    switch (e.kind) {
      using enum event_kind;
      case home_changed:
        by_identity_[e.text].push_back(changes_.size());
        changes_.push_back({e.at, e.text});
        return;
      case subscription_wanted:
        want(e);
        return;
      case subscription_live:
        if (subscription* s = find(e.value); s != nullptr && !s->live_from) {
          s->live_from = changes_.size();
        }
        return;
      case subscription_dropped:
        if (subscription* s = find(e.value)) {
          close(*s, nothing);
          s->dropped = true;
        }
        return;
      case gap_heard:
        ++found_.gaps;
        if (subscription* s = find(e.value)) s->excused = changes_.size();
        return;
      case event_heard:
        ++found_.heard;
        if (subscription* s = find(e.value)) hear(*s, e);
        return;
      case host_frozen:
      case host_thawed:
        stood_still_ = e.at;
        return;
      case process_stopped:
        // What was on its way to a process that dies goes down with it.
        close_all(e.text == end_of_run ? judged_until_ : nothing);
        subscriptions_.clear();
        return;
      default:
        return;
    }
  }

  void want(const event& e) {
    const std::string_view what = e.text;
    if (!what.starts_with(followed)) return;
    const std::string_view rest = what.substr(followed.size());
    if (!rest.empty() && rest.front() != ' ') return;
    ++found_.wanted;
    subscription s{.handle = e.value, .entity = rest.empty() ? rest : rest.substr(1)};
    s.first = s.next = changes_.size();
    std::erase_if(subscriptions_, [&](const subscription& old) { return old.handle == e.value; });
    subscriptions_.push_back(std::move(s));
  }

  subscription* find(std::int64_t handle) {
    const auto found = std::ranges::find(subscriptions_, handle, &subscription::handle);
    return found == subscriptions_.end() ? nullptr : &*found;
  }

  static bool is_about(const subscription& s, std::string_view identity) {
    return s.entity.empty() || identity.substr(0, identity.find(' ')) == s.entity;
  }

  void hear(subscription& s, const event& e) {
    if (s.dropped) {
      add(found_.late, e.at, e.text, s);
      return;
    }
    const auto same = by_identity_.find(e.text);
    if (same == by_identity_.end()) return;  // Nothing is known of it: not the home's own doing.
    const std::optional<std::size_t> which = first_unheard(s, same->second);
    if (!which) {
      if (same->second.back() >= s.first) add(found_.duplicate, e.at, e.text, s);
      return;
    }
    if (*which < s.next) {
      // A gap says that events may be missing, not that they are: hearing one is no harm, hearing
      // it behind a later one is.
      add(found_.reordered, e.at, e.text, s);
      mark(s, *which);
      return;
    }
    for (std::size_t i = s.next; i < std::min(*which, s.excused); ++i) mark(s, i);
    mark(s, *which);
    s.next = *which + 1;
  }

  // The first change of this identity that it has not heard of, if there is one.
  static std::optional<std::size_t> first_unheard(const subscription& s,
                                                  const std::vector<std::size_t>& same) {
    for (const std::size_t i : same) {
      if (i < s.first) continue;
      const std::size_t place = i - s.first;
      if (place >= s.known.size() || !s.known[place]) return i;
    }
    return std::nullopt;
  }

  static void mark(subscription& s, std::size_t change_index) {
    const std::size_t place = change_index - s.first;
    if (place >= s.known.size()) s.known.resize(place + 1);
    s.known[place] = true;
  }

  // Whatever it has not heard of is lost, unless it may still be on its way: behind the last one
  // heard only what happened before `judged_until` counts, and only where no gap stands for it.
  void close(subscription& s, nanoseconds judged_until) {
    if (s.dropped || !s.live_from) return;
    const std::size_t end = changes_.size();
    for (std::size_t i = *s.live_from; i < end; ++i) {
      const change& c = changes_[i];
      if (!is_about(s, c.identity)) continue;
      if (i - s.first < s.known.size() && s.known[i - s.first]) continue;
      const bool tail = i >= s.next;
      const bool unheard_in_sleep = c.at <= stood_still_;
      if (tail && (i < s.excused || c.at >= judged_until || unheard_in_sleep)) continue;
      add(found_.lost, c.at, c.identity, s);
    }
  }

  void close_all(nanoseconds judged_until) {
    for (subscription& s : subscriptions_) close(s, judged_until);
  }

  static void add(ledger_count& to, nanoseconds at, std::string_view identity,
                  const subscription& s) {
    if (to.count++ == 0 || at < to.first_at) {
      to.first_at = at;
      to.first = fmt::format("{} on subscription {}", printable(identity), s.handle);
    }
  }

  const std::vector<event>& events_;
  nanoseconds judged_until_;
  nanoseconds stood_still_ = nothing;  // When the host last fell asleep or woke up.
  std::vector<change> changes_;
  std::map<std::string_view, std::vector<std::size_t>> by_identity_;
  std::vector<subscription> subscriptions_;
  ledger_findings found_;
};

}  // namespace

ledger_findings keep_ledger(const run_context& context, const journal& j) {
  const nanoseconds calm = context.healed + (context.simulated - context.healed) / 2;
  return ledger(j, calm).keep();
}

}  // namespace hassle::reports
