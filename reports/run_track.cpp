#include "reports/run_track.hpp"

#include "reports/text.hpp"
#include "reports/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

/// One lane while it is filled: something is the case until something else is.
class state_lane {
 public:
  void become(std::string_view state, nanoseconds at) {
    if (state == state_) return;
    end(at);
    state_ = state;
    since_ = at;
  }
  /// REQUIRES: not used afterwards but for `marks`.
  void end(nanoseconds at) {
    if (!state_.empty() && at > since_) {
      marks.push_back({.state = state_, .text = {}, .from = since_, .to = at});
    }
    state_.clear();
  }

  std::vector<track_mark> marks;

 private:
  std::string state_;
  nanoseconds since_{};
};

/// What the client had to send on, as events tell of it.
class link_state {
 public:
  void take(const event& e) {
    switch (e.kind) {
      case event_kind::process_started:
        *this = {};
        alive_ = true;
        break;
      case event_kind::process_stopped:
        *this = {};
        break;
      case event_kind::attempt_began:
        attempts_.insert(e.value);
        waits_ = false;
        break;
      case event_kind::attempt_failed:
        attempts_.erase(e.value);
        break;
      case event_kind::client_ready:
        attempts_.erase(e.value);
        ready_.insert(e.connection);
        break;
      case event_kind::client_closed:
        ready_.erase(e.connection);
        break;
      case event_kind::connection_cut:
        cut_.insert(e.connection);
        break;
      case event_kind::backoff_began:
        waits_ = true;
        break;
      default:
        break;
    }
  }

  [[nodiscard]] std::string_view state() const {
    if (!alive_) return "no process";
    if (std::ranges::any_of(ready_, [&](std::uint32_t c) { return !cut_.contains(c); })) {
      return "connected";
    }
    if (!attempts_.empty()) return "connecting";
    if (!ready_.empty()) return "dead, unnoticed";
    return waits_ ? "backing off" : "down";
  }

 private:
  bool alive_ = false;
  bool waits_ = false;
  std::set<std::int64_t> attempts_;
  std::set<std::uint32_t> ready_, cut_;
};

/// Lanes by their names, in the order in which they are shown.
class track_builder {
 public:
  track_builder(const run_context& context, const journal& events, std::size_t marks_max)
      : events_(events), marks_max_(marks_max) {
    track_.length = context.simulated;
    if (!events.events().empty()) {
      track_.length = std::max(track_.length, events.events().back().at);
    }
  }

  run_track build() && {
    add_faults();
    add_states();
    add_commands();
    return std::move(track_);
  }

 private:
  void add_faults() {
    const timeline broken(events_);
    std::vector<std::pair<std::string, std::vector<track_mark>>> lanes;
    for (const fault_span* fault : broken.active(nanoseconds::zero(), track_.length)) {
      auto lane =
          std::ranges::find(lanes, fault->base, [](const auto& each) { return each.first; });
      if (lane == lanes.end()) {
        if (lanes.size() < fault_lanes_max) {
          lane = lanes.insert(lane, {fault->base, {}});
        } else {
          lane = std::prev(lanes.end());
          lane->first = "further faults";
        }
      }
      lane->second.push_back({.state = "fault",
                              .text = fault->name,
                              .from = fault->began,
                              .to = std::min(fault->ended, track_.length)});
    }
    for (auto& [name, marks] : lanes) add_lane(name, std::move(marks));
  }

  // All that is in one state until it is in another.
  void add_states() {
    state_lane phases;
    state_lane host;
    state_lane links;
    state_lane breaker;
    link_state link;
    for (const event& e : events_.events()) {
      if (e.kind == event_kind::phase_changed) {
        phases.become(e.text == "running" ? std::string_view() : e.text, e.at);
      }
      if (e.kind == event_kind::host_frozen) host.become("frozen", e.at);
      if (e.kind == event_kind::host_thawed) host.become("", e.at);
      if (e.kind == event_kind::process_stopped) breaker.become("", e.at);
      if (e.kind == event_kind::breaker_changed) {
        breaker.become(e.text == "closed" ? std::string_view() : e.text, e.at);
      }
      link.take(e);
      links.become(link.state(), e.at);
    }
    for (state_lane* each : {&phases, &host, &links, &breaker}) each->end(track_.length);
    add_lane("Home Assistant", std::move(phases.marks));
    add_lane("host", std::move(host.marks));
    add_lane("connection", std::move(links.marks));
    add_lane("breaker", std::move(breaker.marks));
  }

  void add_commands() {
    std::vector<track_mark> answered;
    std::vector<track_mark> failed;
    for (const command_story& story : command_stories(events_)) {
      const nanoseconds from = events_.events()[story.issued].at;
      const nanoseconds to = story.done == 0 ? track_.length : events_.events()[story.done].at;
      auto& lane = is_error(story.what) ? failed : answered;
      lane.push_back({.state = std::string(name_of(story.what)),
                      .text = is_error(story.what) ? story.detail : std::string(),
                      .from = from,
                      .to = to,
                      .command = story.number});
    }
    add_lane("answered", std::move(answered));
    add_lane("failed", std::move(failed));
  }

  void add_lane(std::string_view name, std::vector<track_mark> marks) {
    if (marks.empty()) return;
    std::map<std::string, std::vector<track_mark>> by_state;
    for (track_mark& each : marks) {
      each.lane = track_.lanes.size();
      by_state[each.state].push_back(std::move(each));
    }
    track_.lanes.emplace_back(name);
    for (auto& [state, these] : by_state) {
      for (track_mark& each : thin(std::move(these))) track_.marks.push_back(std::move(each));
    }
  }

  // Puts neighbours together, those with the smallest gaps between them, until there is room.
  std::vector<track_mark> thin(std::vector<track_mark> marks) {
    if (marks.size() <= marks_max_) return marks;
    track_.thinned = true;
    std::ranges::stable_sort(marks, {}, &track_mark::from);
    nanoseconds gap = std::max(nanoseconds(1), track_.length / 8192);
    for (; marks.size() > marks_max_; gap *= 2) {
      std::vector<track_mark> fewer;
      for (track_mark& each : marks) {
        if (fewer.empty() || each.from - fewer.back().to > gap) {
          fewer.push_back(std::move(each));
          continue;
        }
        track_mark& last = fewer.back();
        last.to = std::max(last.to, each.to);
        last.count += each.count;
        last.command = 0;
        if (last.text != each.text) last.text.clear();
      }
      marks = std::move(fewer);
    }
    return marks;
  }

  const journal& events_;
  std::size_t marks_max_;
  run_track track_;
};

/// Strings by number, in the order of their first use. Number 0 is the empty one.
class string_table {
 public:
  std::size_t number_of(std::string_view text) {
    const auto found = std::ranges::find(texts_, text);
    if (found != texts_.end()) return static_cast<std::size_t>(found - texts_.begin());
    texts_.emplace_back(text);
    return texts_.size() - 1;
  }
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_{""};
};

void append_strings(std::string& out, std::string_view key, const std::vector<std::string>& texts) {
  out += fmt::format(",\"{}\":[", key);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, printable(texts[i]));
  }
  out += ']';
}

// To the millisecond, without zeros at the end: "12.5".
std::string seconds(nanoseconds d) {
  const auto ms = std::chrono::round<std::chrono::milliseconds>(d).count();
  std::string text = fmt::format("{}.{:03}", ms / 1000, ms % 1000);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

run_track track_of(const run_context& context, const journal& events, std::size_t marks_max) {
  return track_builder(context, events, marks_max).build();
}

std::string track_json(const run_track& track) {
  string_table states;
  string_table texts;
  std::string marks;
  for (const track_mark& each : track.marks) {
    std::string one = fmt::format("{},{},{},{}", each.lane, states.number_of(each.state),
                                  seconds(each.from), seconds(each.to - each.from));
    const std::size_t text = texts.number_of(each.text);
    if (each.command != 0) {
      one += fmt::format(",{},{},{}", text, each.count, each.command);
    } else if (each.count > 1) {
      one += fmt::format(",{},{}", text, each.count);
    } else if (text != 0) {
      one += fmt::format(",{}", text);
    }
    marks += fmt::format("{}[{}]", marks.empty() ? "" : ",", one);
  }
  std::string out = fmt::format("{{\"length\":{}", seconds(track.length));
  append_strings(out, "lanes", track.lanes);
  append_strings(out, "states", states.texts());
  append_strings(out, "texts", texts.texts());
  return out + fmt::format(",\"marks\":[{}]}}", marks);
}

}  // namespace hassle::reports
