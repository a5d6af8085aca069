#include "reports/evidence.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hassle::reports {
namespace {

class evidence_collector {
 public:
  evidence_collector(const investigation& run, const command_story& story)
      : run_(run), events_(run.events()), story_(story), end_(run.end_of(story)) {}

  std::vector<evidence> collect() {
    std::vector<std::size_t> suspects;
    for (const std::uint32_t connection : run_.connections_of(story_)) {
      add_suspects(suspects, run_.events_of(connection));
    }
    for (std::size_t i = story_.issued; i <= end_; ++i) {
      if (events_[i].connection == 0) suspects.push_back(i);
    }
    std::ranges::sort(suspects);
    for (const std::size_t i : suspects) {
      if (i >= story_.issued) add_standstill();
      if (evidence found = weigh(i); !found.what.empty()) add(std::move(found));
    }
    add_standstill();
    return std::move(found_);
  }

 private:
  // What happened to a connection since it last brought the client something before the command.
  void add_suspects(std::vector<std::size_t>& suspects, const std::vector<std::size_t>& own) const {
    const auto issued = std::ranges::lower_bound(own, story_.issued);
    auto first = issued;
    while (first != own.begin() && !brings_something(events_[*std::prev(first)])) --first;
    const auto last = std::ranges::upper_bound(own, end_);
    suspects.insert(suspects.end(), first, last);
  }

  // A host that stands still when the command comes, and goes on doing so, does nothing for it.
  void add_standstill() {
    if (std::exchange(looked_at_host_, true)) return;
    const event* frozen = nullptr;
    for (const std::size_t i : run_.landmarks()) {
      if (events_[i].at > events_[story_.issued].at) break;
      if (events_[i].kind == event_kind::host_frozen) frozen = &events_[i];
      if (events_[i].kind == event_kind::host_thawed) frozen = nullptr;
    }
    if (frozen == nullptr) return;
    auto why = run_.broken().active(frozen->at, frozen->at);
    std::erase_if(why, [&](const fault_span* each) { return each->began != frozen->at; });
    const std::string by = why.empty() ? std::string() : " (" + names_of(why) + ")";
    found_.push_back({.at = story_.issued,
                      .connection = 0,
                      .cause = why.empty() ? std::string("the frozen host") : names_of(why),
                      .what = "the host stood still" + by});
  }

  static bool brings_something(const event& e) {
    return e.kind == event_kind::answer_taken || e.kind == event_kind::pong_received ||
           e.kind == event_kind::client_ready;
  }

  [[nodiscard]] bool is_own_message(const event& e) const {
    return std::ranges::any_of(story_.sendings, [&](const auto& sent) {
      return sent.connection == e.connection && sent.id == e.value;
    });
  }

  // Empty if the event says nothing against the command.
  [[nodiscard]] evidence weigh(std::size_t i) const {
    const event& e = events_[i];
    const phase_span* phase = run_.broken().phase_at(i);
    const std::string text = printable(e.text);
    const std::string in_phase = phase == nullptr ? "" : " in " + phase->label;
    evidence found{.at = i, .connection = e.connection, .cause = {}, .what = {}};
    switch (e.kind) {
      using enum event_kind;
      case connection_cut:
        found.cause = text;
        found.what = fmt::format("connection {} was cut by {}", e.connection, text);
        return found;
      case server_closed:
        if (text == "peer") return found;
        found.cause = phase != nullptr ? phase->label : text;
        found.what = phase != nullptr
                         ? fmt::format("connection {} was killed{}", e.connection, in_phase)
                         : fmt::format("Home Assistant's end of connection {} closed: {}",
                                       e.connection, text);
        return found;
      case answer_lost:
        if (!is_own_message(e)) return found;
        found.cause = phase != nullptr ? phase->label : text;
        found.what =
            phase != nullptr ? "its answer was lost" + in_phase : "its answer was lost to " + text;
        return found;
      case answer_taken:
        if (e.command != story_.number || text == "ok" || text.empty()) return found;
        if (phase != nullptr) found.cause = phase->label;
        found.what = "Home Assistant answered " + text + in_phase;
        return found;
      case process_stopped:
        if (text == "invocation limit") return found;  // How it ended, not why.
        found.cause = text;
        found.what = fmt::format("its process was stopped ({})", text);
        return found;
      case attempt_failed:
      case dial_failed:
        return failed_connect(std::move(found), e, phase);
      case fault_hit:
        return hit(std::move(found), e, phase);
      case client_closed:
        if (i >= story_.issued) return found;  // The client's own reaction.
        found.weak = true;
        found.what = fmt::format("connection {} was already closed ({})", e.connection, text);
        return found;
      default:
        return found;
    }
  }

  [[nodiscard]] evidence failed_connect(evidence found, const event& e,
                                        const phase_span* phase) const {
    const std::string text = printable(e.text);
    found.weak = e.kind == event_kind::dial_failed;  // Attempts say more.
    found.connection = 0;                            // One failed attempt speaks for the next.
    std::string where;
    const auto active = run_.broken().active(e.at, e.at);
    if (phase != nullptr) {
      found.cause = phase->label;
      where = " in " + phase->label;
    } else if (!active.empty()) {
      found.cause = names_of(active);
      where = " during " + found.cause;
    }
    const bool refused = text.find("refused") != std::string::npos;
    found.what = (refused ? "connecting was refused" : "connecting failed (" + text + ")") + where;
    return found;
  }

  [[nodiscard]] evidence hit(evidence found, const event& e, const phase_span* phase) const {
    if (e.command != 0 && e.command != story_.number) return found;
    const bool of_phase = phase != nullptr && phase->fault == e.text;
    found.weak = true;
    found.cause = of_phase ? phase->label : printable(e.text);
    const std::string target =
        e.connection != 0 ? fmt::format("connection {}", e.connection) : "it";
    found.what = of_phase ? fmt::format("{} was hit in {}", target, phase->label)
                          : fmt::format("{} hit {}", found.cause, target);
    return found;
  }

  void add(evidence found) {
    for (evidence& known : found_) {
      if (known.what == found.what) return;
      if (known.cause != found.cause || known.connection != found.connection) continue;
      if (known.weak && !found.weak) {
        known = std::move(found);
        return;
      }
      if (found.weak || known.at == found.at) return;
    }
    // An unexplained end of a connection adds nothing to an explained one.
    const bool explained = std::ranges::any_of(found_, [&](const evidence& known) {
      return known.connection == found.connection && !known.cause.empty();
    });
    if (found.cause.empty() && found.weak && explained) return;
    found_.push_back(std::move(found));
  }

  const investigation& run_;
  const std::vector<event>& events_;
  const command_story& story_;
  std::size_t end_;
  bool looked_at_host_ = false;
  std::vector<evidence> found_;
};

}  // namespace

std::vector<evidence> gather_evidence(const investigation& run, const command_story& story) {
  return evidence_collector(run, story).collect();
}

std::string names_were(const std::vector<const fault_span*>& faults) {
  return names_of(faults) + (faults.size() == 1 ? " was" : " were");
}

std::string names_of(const std::vector<const fault_span*>& faults) {
  std::string names;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (i > 0) names += i + 1 == faults.size() ? " and " : ", ";
    names += printable(faults[i]->name);
  }
  return names;
}

}  // namespace hassle::reports
