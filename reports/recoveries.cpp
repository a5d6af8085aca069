#include "reports/recoveries.hpp"

#include <algorithm>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

std::vector<nanoseconds> ends_of_faults(const journal& j) {
  std::vector<nanoseconds> ends;
  std::size_t active = 0;
  bool restarting = false;
  for (const event& e : j.events()) {
    if (e.kind == event_kind::fault_began) ++active;
    if (e.kind == event_kind::fault_ended) {
      if (active > 0) --active;
      ends.push_back(e.at);
    }
    if (e.kind == event_kind::phase_changed) {
      const bool running = e.text == "running";
      if (running && restarting && active == 0) ends.push_back(e.at);
      restarting = !running;
    }
  }
  ends.erase(std::ranges::unique(ends).begin(), ends.end());
  return ends;
}

struct fresh_answer {
  nanoseconds issued{};
  nanoseconds done{};
};

// In the order of issue, each with the earliest `done` of itself and all issued later.
std::vector<fresh_answer> earliest_answers(const journal& j,
                                           std::span<const command_story> stories) {
  std::vector<fresh_answer> answers;
  for (const command_story& story : stories) {
    if (story.what != outcome::fresh) continue;
    answers.push_back({j.events()[story.issued].at, j.events()[story.done].at});
  }
  for (std::size_t i = answers.size(); i-- > 1;) {
    answers[i - 1].done = std::min(answers[i - 1].done, answers[i].done);
  }
  return answers;
}

}  // namespace

std::vector<nanoseconds> recoveries(const journal& j, std::span<const command_story> stories) {
  const std::vector<fresh_answer> answers = earliest_answers(j, stories);
  std::vector<nanoseconds> found;
  for (const nanoseconds end : ends_of_faults(j)) {
    const auto first = std::ranges::lower_bound(answers, end, {}, &fresh_answer::issued);
    if (first != answers.end()) found.push_back(first->done - end);
  }
  return found;
}

}  // namespace hassle::reports
