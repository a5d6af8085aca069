#include "reports/analysis.hpp"

#include "reports/lifetimes.hpp"
#include "reports/oracle.hpp"
#include "reports/recoveries.hpp"
#include "reports/statistics.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace hassle::reports {
namespace {

void count_commands(run_figures& run, const journal& j, std::span<const command_story> stories) {
  std::map<std::string, std::uint64_t> errors;
  for (const command_story& story : stories) {
    const event& issued = j.events()[story.issued];
    ++run.outcomes[static_cast<std::size_t>(story.what)];
    run.wrong_answers += story.wrong_answers;
    run.past_limit += story.past_limit ? 1 : 0;
    if (story.executions > 1) run.duplicates += story.executions - 1;
    if (!is_error(story.what)) {
      run.latencies.push_back(j.events()[story.done].at - issued.at);
      continue;
    }
    ++errors[outcome_text(story.what, story.detail)];
    if (is_service_call(issued.text)) ++(story.executions == 0 ? run.lost : run.unknown);
  }
  run.commands = stories.size();
  std::ranges::sort(run.latencies);
  run.errors = most_first(errors);
}

void count_faults(run_figures& run, const run_context& context, const journal& j) {
  std::set<std::string> hit;
  for (const event& e : j.events()) {
    if (e.kind == event_kind::fault_hit) hit.insert(e.text);
  }
  run.hit_faults.assign(hit.begin(), hit.end());
  for (const std::string& name : context.faults_that_must_hit) {
    if (!hit.contains(name)) run.idle_faults.push_back(name);
  }
}

}  // namespace

double run_figures::error_rate() const noexcept {
  if (commands == 0) return 0;
  std::uint64_t errors_total = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (is_error(static_cast<outcome>(i))) errors_total += outcomes[i];
  }
  return static_cast<double>(errors_total) / static_cast<double>(commands);
}

run_figures analyse(const run_context& context, const journal& j) {
  const std::vector<command_story> stories = command_stories(j);
  run_figures run;
  count_commands(run, j, stories);
  count_faults(run, context, j);
  for (const event& e : j.events()) {
    run.attempts += e.kind == event_kind::attempt_began ? 1 : 0;
    run.connections += e.kind == event_kind::client_ready ? 1 : 0;
  }
  run.lifetimes = lifetimes(j, context.simulated);
  run.recoveries = recoveries(j, stories);
  run.oracles = ask_oracles(context, j, stories);
  run.simulated = context.simulated;
  run.seed = context.seed;
  run.digest = j.digest();
  return run;
}

}  // namespace hassle::reports
