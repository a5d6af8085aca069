#include "scenarios/contradictions.hpp"

#include "scenarios/duration.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <ranges>
#include <string_view>
#include <tuple>

namespace hassle::scenario {
namespace {

/// The shortest that can be drawn.
duration shortest(const duration_distribution& d) {
  using kind = duration_distribution::kind;
  return d.how == kind::constant || d.how == kind::uniform ? d.a : duration::zero();
}

duration shortest_time_of(const fault& f) {
  if (const auto* const restart = std::get_if<restart_fault>(&f.what)) {
    return shortest(restart->stopping) + shortest(restart->refused) +
           shortest(restart->not_running) + shortest(restart->starting);
  }
  return f.open_ended ? duration::zero() : shortest(f.lasts);
}

duration time_of(const fault_occurrence& o) {
  return o.phases.sum() + (o.open_ended ? duration::zero() : o.lasts);
}

/// Of which two at a time cannot be told apart, or the second has nothing left to do: the state of
/// a server, a host or a clock. Empty: several may be in force.
std::string_view exclusive_state_of(const fault& f) {
  if (std::holds_alternative<restart_fault>(f.what)) return "the server";
  if (std::holds_alternative<stall_fault>(f.what)) return "the server's event loop";
  if (std::holds_alternative<wall_clock_fault>(f.what)) return "the client's wall clock";
  if (std::holds_alternative<clock_jump_fault>(f.what)) return "the server's wall clock";
  if (const auto* const asleep = std::get_if<suspend_fault>(&f.what)) {
    return asleep->host == host_choice::client ? "the client's host" : "the server's host";
  }
  return {};
}

constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

class search {
 public:
  explicit search(const scenario& s)
      : s_(s), awaited_(s.faults.size(), nobody), ends_(s.faults.size()) {
    for (const fault& each : s_.faults) names_.emplace_back(each.name);
  }

  std::vector<contradiction> all() && {
    find_awaited();
    follow_triggers();
    for (std::size_t i = 0; i < s_.faults.size(); ++i) check_way(i);
    check_overlaps();
    return std::move(found_);
  }

 private:
  void add(std::size_t fault, std::string_view key, std::string message, std::string hint) {
    found_.push_back({fault, key, std::move(message), std::move(hint)});
  }
  [[nodiscard]] std::string quoted(std::size_t fault) const {
    return in_quotes(s_.faults[fault].name);
  }

  /// Who waits for whom.
  void find_awaited() {
    std::map<std::string_view, std::size_t> by_name;
    for (std::size_t i = 0; i < names_.size(); ++i) by_name.try_emplace(names_[i], i);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const fault& f = s_.faults[i];
      if (!f.after || f.after->fault.empty()) continue;
      const auto found = by_name.find(f.after->fault);
      if (found != by_name.end()) {
        awaited_[i] = found->second;
      } else {
        add(i, "after", "after: no fault is named " + in_quotes(f.after->fault),
            names_hint(f.after->fault, names_));
      }
    }
  }

  /// Each waits for one other at most: a walk along them ends, or comes back to itself.
  void follow_triggers() {
    std::vector<std::size_t> walk_of(names_.size(), nobody);
    std::vector<bool> lost(names_.size(), false);  // In a circle, or before one.
    for (std::size_t i = 0; i < names_.size(); ++i) {
      std::vector<std::size_t> walk;
      std::size_t at = i;
      for (; at != nobody && walk_of[at] == nobody; at = awaited_[at]) {
        walk_of[at] = i;
        walk.push_back(at);
      }
      const bool circle = at != nobody && walk_of[at] == i;
      if (circle) report_circle({std::ranges::find(walk, at), walk.end()});
      const bool is_lost = circle || (at != nobody && lost[at]);
      for (const std::size_t each : std::views::reverse(walk)) {
        lost[each] = is_lost;
        if (!is_lost) follow_trigger(each);
      }
    }
  }

  void report_circle(const std::vector<std::size_t>& members) {
    const std::size_t first = *std::ranges::min_element(members);
    if (members.size() == 1) {
      add(first, "after", "fault " + quoted(first) + " waits for its own end", "");
      return;
    }
    constexpr std::size_t shown_max = 8;
    std::string names;
    for (std::size_t i = 0; i < std::min(members.size(), shown_max); ++i) {
      names += s_.faults[members[i]].name + " -> ";
    }
    names += members.size() > shown_max ? "..." : s_.faults[members.front()].name;
    add(first, "after", "faults wait for each other in a circle: " + names,
        "one of them must not wait");
  }

  /// REQUIRES: of the one that it waits for, `ends_` is known.
  void follow_trigger(std::size_t i) {
    const std::size_t awaited = awaited_[i];
    const auto since = awaited == nobody ? std::optional(duration::zero()) : ends_[awaited];
    if (awaited == nobody || (since && *since < s_.length)) {
      ends_[i] = earliest_end(s_.faults[i], *since);
      return;
    }
    std::string why = " never ends";
    if (since) why = fmt::format(" ends at {} at the earliest", format_duration(*since));
    add(i, "after", "fault " + quoted(i) + " can never begin: " + quoted(awaited) + why,
        since ? "duration = \"" + format_duration(s_.length) + "\"" : "");
  }

  /// The earliest that a fault can be over if nothing triggers it before `since`. Nothing: never.
  [[nodiscard]] std::optional<duration> earliest_end(const fault& f, duration since) const {
    if (f.probability == 0) return std::nullopt;
    if (!f.occurrences) {
      const duration first = f.at.value_or(f.every ? shortest(*f.every) : duration::zero());
      const duration begin = std::max(first, since);
      return begin < s_.length ? std::optional(begin + shortest_time_of(f)) : std::nullopt;
    }
    std::optional<duration> earliest;
    for (const fault_occurrence& each : *f.occurrences) {
      const duration begin = std::max(each.at, since);
      if (begin >= s_.length) continue;
      earliest = std::min(earliest.value_or(duration::max()), begin + time_of(each));
    }
    return earliest;
  }

  void check_way(std::size_t i) {
    const fault& f = s_.faults[i];
    if (std::holds_alternative<tls_fault>(f.what) && !s_.ha.tls) {
      add(i, "kind", "the server does not speak TLS", "[server] tls = true");
    }
    if (f.way.endpoint.empty()) return;
    std::vector<std::string_view> names{local_endpoint};
    for (const endpoint_way& each : s_.endpoints) names.emplace_back(each.name);
    if (std::ranges::find(names, f.way.endpoint) == names.end()) {
      add(i, "endpoint", "there is no endpoint " + in_quotes(f.way.endpoint),
          names_hint(f.way.endpoint, names));
    }
  }

  /// From when to when a fault is in force for certain, where that is known without drawing.
  struct span {
    std::string_view state;
    duration begin;
    std::size_t fault;
    duration end;
  };

  void check_overlaps() {
    std::vector<span> spans;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const fault& f = s_.faults[i];
      const std::string_view state = exclusive_state_of(f);
      if (state.empty() || !f.at || f.after || f.probability < 1) continue;
      spans.push_back({state, *f.at, i, *f.at + shortest_time_of(f)});
    }
    std::ranges::sort(
        spans, {}, [](const span& each) { return std::tie(each.state, each.begin, each.fault); });
    const span* last = nullptr;  // Of those so far, the one that ends last.
    for (const span& each : spans) {
      const bool same = last != nullptr && last->state == each.state;
      if (same && each.begin < last->end) {
        add(each.fault, "at",
            fmt::format("fault {} overlaps {}, and both are about {}", quoted(each.fault),
                        quoted(last->fault), each.state),
            fmt::format("{} lasts from {} to {} at least", quoted(last->fault),
                        format_duration(last->begin), format_duration(last->end)));
      }
      if (!same || each.end > last->end) last = &each;
    }
  }

  const scenario& s_;
  std::vector<std::string_view> names_;
  std::vector<std::size_t> awaited_;           ///< Whose end each fault waits for, or nobody's.
  std::vector<std::optional<duration>> ends_;  ///< The earliest of each. Nothing: never.
  std::vector<contradiction> found_;
};

}  // namespace

std::vector<contradiction> find_contradictions(const scenario& s) { return search(s).all(); }

}  // namespace hassle::scenario
