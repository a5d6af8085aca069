#include "reports/analysis.hpp"

#include "reports/connecting.hpp"
#include "reports/event_ledger.hpp"
#include "reports/lifetimes.hpp"
#include "reports/oracle.hpp"
#include "reports/statistics.hpp"
#include "reports/waterfall.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace hassle::reports {
namespace {

void count_commands(run_figures& run, const journal& j, std::span<const command_story> stories) {
  std::map<std::string, std::uint64_t> errors;
  for (const command_story& story : stories) {
    const event& issued = j.events()[story.issued];
    ++run.outcomes[static_cast<std::size_t>(story.what)];
    run.wrong_answers += story.wrong_answers;
    run.past_limit += story.past_limit ? 1 : 0;
    run.executions += story.executions;
    if (story.executions > 1) run.duplicates += story.executions - 1;
    if (!is_error(story.what)) {
      run.latencies.push_back(j.events()[story.done].at - issued.at);
      continue;
    }
    if (story.outcomes > 0) {
      run.failure_latencies.push_back(j.events()[story.done].at - issued.at);
    }
    ++errors[outcome_text(story.what, story.detail)];
    if (is_service_call(issued.text)) ++(story.executions == 0 ? run.lost : run.unknown);
  }
  run.commands = stories.size();
  std::ranges::sort(run.latencies);
  std::ranges::sort(run.failure_latencies);
  run.errors = most_first(errors);
}

void time_sendings(run_figures& run, const journal& j, std::span<const command_story> stories) {
  std::map<std::uint32_t, std::chrono::nanoseconds> first_sent;
  for (const event& e : j.events()) {
    if (e.kind == event_kind::command_sent && e.command != 0) first_sent.emplace(e.command, e.at);
  }
  for (const command_story& story : stories) {
    const auto sent = first_sent.find(story.number);
    if (is_error(story.what) || sent == first_sent.end()) continue;
    // Nothing that was sent before it was issued, or after its end, is this command's.
    const auto at =
        std::clamp(sent->second, j.events()[story.issued].at, j.events()[story.done].at);
    run.uncorrected_latencies.push_back(j.events()[story.done].at - at);
  }
  std::ranges::sort(run.uncorrected_latencies);
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

std::string_view run_context::kind_of(std::string_view fault) const {
  if (const auto found = fault_kinds.find(fault); found != fault_kinds.end()) return found->second;
  const std::size_t dash = fault.rfind('-');
  const bool numbered = dash != std::string_view::npos && dash + 1 < fault.size() &&
                        fault.find_first_not_of("0123456789", dash + 1) == std::string_view::npos;
  return numbered ? fault.substr(0, dash) : fault;
}

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
  time_sendings(run, j, stories);
  count_faults(run, context, j);
  for (const event& e : j.events()) {
    run.attempts += e.kind == event_kind::attempt_began ? 1 : 0;
    run.connections += e.kind == event_kind::client_ready ? 1 : 0;
  }
  run.lifetimes = lifetimes(j, context.simulated);
  run.recovery_stages = waterfall(context, j, stories);
  run.recoveries.reserve(run.recovery_stages.size());
  for (const staged_recovery& each : run.recovery_stages) run.recoveries.push_back(each.total());
  connecting_times times = connecting(context, j);
  run.detections = std::move(times.detections);
  run.connect_times = std::move(times.attempts);
  run.reconnections = std::move(times.reconnections);
  const ledger_findings ledger = keep_ledger(context, j);
  run.gauges = read_gauges(context, j, ledger);
  std::uint64_t repeated = 0;
  for (const command_story& story : stories) repeated += repeated_effects(j, story);
  run.gauges[static_cast<std::size_t>(gauge::repeated_effects)] = static_cast<double>(repeated);
  run.oracles = ask_oracles({.context = context,
                             .events = j,
                             .stories = stories,
                             .ledger = ledger,
                             .gauges = run.gauges});
  run.simulated = context.simulated;
  run.seed = context.seed;
  run.digest = j.digest();
  return run;
}

}  // namespace hassle::reports
