#include "reports/verdict.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace hassle::reports {
namespace {

std::string text_of(const expectation& e) {
  if (e.min && e.max) return fmt::format("{} between {} and {}", e.figure, *e.min, *e.max);
  if (e.min) return fmt::format("{} at least {}", e.figure, *e.min);
  if (e.max) return fmt::format("{} at most {}", e.figure, *e.max);
  return fmt::format("{} without a bound", e.figure);
}

// A figure that is 0 for want of anything to measure must not satisfy "at most".
bool was_measured(const summary& s, std::string_view figure_name) {
  return s.complete && has_figure(s, figure_name);
}

expectation_result hold(const summary& s, const expectation& e) {
  expectation_result result{.text = text_of(e),
                            .verdict = std::string(verdict_inconclusive),
                            .measured = 0,
                            .why = e.why,
                            .where = e.where};
  const std::optional<double> value = figure(s, e.figure);
  if (!value) return result;
  result.measured = *value;
  if (!was_measured(s, e.figure) || !(e.min || e.max)) return result;
  const bool held = (!e.min || *value >= *e.min) && (!e.max || *value <= *e.max);
  result.verdict = held ? verdict_passed : verdict_failed;
  return result;
}

std::vector<std::string> failures(const summary& s) {
  std::vector<std::string> reasons;
  for (const expectation_result& e : s.expectations) {
    if (e.verdict != verdict_failed) continue;
    reasons.push_back(fmt::format("Expected {}, but measured {:.4g}.", e.text, e.measured));
  }
  for (std::size_t i = 0; i < s.oracles.size(); ++i) {
    const oracle_result& o = s.oracles[i];
    if (!o.promised || o.violations == 0) continue;
    std::string first = fmt::format("in seed {} at {} ({})", o.first_seed, clock_time(o.first_at),
                                    printable(o.first));
    if (o.first_command != 0)
      first = fmt::format("command {} of seed {}", o.first_command, o.first_seed);
    reasons.push_back(fmt::format("Oracle {} ({}) was violated {}, first {}.", o.name,
                                  oracles()[i].meaning, counted(o.violations, "time"), first));
  }
  return reasons;
}

std::vector<std::string> doubts(const summary& s, const effort_doubts& uncertain) {
  std::vector<std::string> reasons;
  if (!s.complete) reasons.emplace_back("The run was interrupted.");
  if (s.commands == 0) reasons.emplace_back("No command was issued.");
  for (const std::string& fault : s.idle_faults) {
    reasons.push_back(fmt::format("The fault '{}' hit nothing in any run.", fault));
  }
  if (s.complete && s.commands > 0) {
    for (std::size_t i = 0; i < s.expectations.size(); ++i) {
      const expectation_result& e = s.expectations[i];
      if (e.verdict != verdict_inconclusive || !uncertain.of_expectations[i].empty()) continue;
      reasons.push_back(fmt::format("There was nothing to measure '{}' with.", e.text));
    }
  }
  for (const std::string& doubt : uncertain.of_expectations) {
    if (!doubt.empty()) reasons.push_back(doubt);
  }
  if (!uncertain.of_width.empty()) reasons.push_back(uncertain.of_width);
  return reasons;
}

}  // namespace

bool promises(const std::vector<std::string>& layers, const oracle_description& what) {
  return what.layer.empty() || std::ranges::find(layers, what.layer) != layers.end();
}

void judge(summary& s, const cell& c) {
  effort_doubts none;
  none.of_expectations.resize(c.expectations.size());
  judge_again(s, c, none);
}

void judge_again(summary& s, const cell& c, const effort_doubts& uncertain) {
  assert(uncertain.of_expectations.size() == c.expectations.size());
  for (std::size_t i = 0; i < s.oracles.size(); ++i) {
    s.oracles[i].promised = promises(c.layers, oracles()[i]);
  }
  s.expectations.clear();
  for (const expectation& e : c.expectations) s.expectations.push_back(hold(s, e));
  for (std::size_t i = 0; i < s.expectations.size(); ++i) {
    if (!uncertain.of_expectations[i].empty()) s.expectations[i].verdict = verdict_inconclusive;
  }
  s.reasons = failures(s);
  s.verdict = s.reasons.empty() ? verdict_passed : verdict_failed;
  const std::vector<std::string> open = doubts(s, uncertain);
  if (s.reasons.empty() && !open.empty()) s.verdict = verdict_inconclusive;
  s.reasons.insert(s.reasons.end(), open.begin(), open.end());
}

}  // namespace hassle::reports
