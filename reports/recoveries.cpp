#include "reports/recoveries.hpp"

#include <algorithm>
#include <string_view>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

struct fault_end {
  nanoseconds at{};
  std::string_view fault;
};

std::vector<fault_end> ends_of_faults(const journal& j) {
  std::vector<fault_end> ends;
  std::size_t active = 0;
  bool restarting = false;
  for (const event& e : j.events()) {
    if (e.kind == event_kind::fault_began) ++active;
    if (e.kind == event_kind::fault_ended) {
      if (active > 0) --active;
      ends.push_back({e.at, e.text});
    }
    if (e.kind == event_kind::phase_changed) {
      const bool running = e.text == "running";
      if (running && restarting && active == 0) ends.push_back({e.at, {}});
      restarting = !running;
    }
  }
  ends.erase(std::ranges::unique(ends, {}, &fault_end::at).begin(), ends.end());
  return ends;
}

struct fresh_answer {
  nanoseconds issued{};
  nanoseconds done{};
  std::uint32_t command = 0;
};

// In the order of issue, each with the earliest `done` of itself and all issued later.
std::vector<fresh_answer> earliest_answers(const journal& j,
                                           std::span<const command_story> stories) {
  std::vector<fresh_answer> answers;
  for (const command_story& story : stories) {
    if (story.what != outcome::fresh) continue;
    answers.push_back({j.events()[story.issued].at, j.events()[story.done].at, story.number});
  }
  for (std::size_t i = answers.size(); i-- > 1;) {
    if (answers[i].done >= answers[i - 1].done) continue;
    answers[i - 1].done = answers[i].done;
    answers[i - 1].command = answers[i].command;
  }
  return answers;
}

}  // namespace

std::vector<recovery> find_recoveries(const journal& j, std::span<const command_story> stories) {
  const std::vector<fresh_answer> answers = earliest_answers(j, stories);
  std::vector<recovery> found;
  for (const fault_end& end : ends_of_faults(j)) {
    const auto first = std::ranges::lower_bound(answers, end.at, {}, &fresh_answer::issued);
    if (first == answers.end()) continue;
    found.push_back({.fault = std::string(end.fault),
                     .from = end.at,
                     .to = first->done,
                     .command = first->command});
  }
  return found;
}

}  // namespace hassle::reports
