#include "reports/verdict.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>

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
  if (!s.complete || s.commands == 0) return false;
  const auto answered = s.outcomes[static_cast<std::size_t>(outcome::fresh)] +
                        s.outcomes[static_cast<std::size_t>(outcome::stale)];
  if (figure_name.starts_with("latency_")) return answered > 0;
  if (figure_name.starts_with("lifetime_")) return s.connections > 0;
  if (figure_name.starts_with("recovery_")) return s.recoveries > 0;
  return true;
}

expectation_result hold(const summary& s, const expectation& e) {
  expectation_result result{.text = text_of(e),
                            .verdict = std::string(verdict_inconclusive),
                            .measured = 0,
                            .why = e.why};
  const std::optional<double> value = figure(s, e.figure);
  if (!value) return result;
  result.measured = *value;
  if (!was_measured(s, e.figure) || !(e.min || e.max)) return result;
  const bool held = (!e.min || *value >= *e.min) && (!e.max || *value <= *e.max);
  result.verdict = held ? verdict_passed : verdict_failed;
  return result;
}

bool has_layer(const cell& c, std::string_view layer) {
  return layer.empty() || std::ranges::find(c.layers, layer) != c.layers.end();
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
    std::string first = fmt::format("in seed {}", o.first_seed);
    if (o.first_command != 0)
      first = fmt::format("command {} of seed {}", o.first_command, o.first_seed);
    reasons.push_back(fmt::format("Oracle {} ({}) was violated {}, first {}.", o.name,
                                  oracles()[i].meaning, counted(o.violations, "time"), first));
  }
  return reasons;
}

std::vector<std::string> doubts(const summary& s) {
  std::vector<std::string> reasons;
  if (!s.complete) reasons.emplace_back("The run was interrupted.");
  if (s.commands == 0) reasons.emplace_back("No command was issued.");
  for (const std::string& fault : s.idle_faults) {
    reasons.push_back(fmt::format("The fault '{}' hit nothing in any run.", fault));
  }
  if (s.complete && s.commands > 0) {
    for (const expectation_result& e : s.expectations) {
      if (e.verdict != verdict_inconclusive) continue;
      reasons.push_back(fmt::format("There was nothing to measure '{}' with.", e.text));
    }
  }
  return reasons;
}

}  // namespace

void judge(summary& s, const cell& c) {
  for (std::size_t i = 0; i < s.oracles.size(); ++i) {
    s.oracles[i].promised = has_layer(c, oracles()[i].layer);
  }
  for (const expectation& e : c.expectations) s.expectations.push_back(hold(s, e));
  s.reasons = failures(s);
  s.verdict = s.reasons.empty() ? verdict_passed : verdict_failed;
  const std::vector<std::string> open = doubts(s);
  if (s.reasons.empty() && !open.empty()) s.verdict = verdict_inconclusive;
  s.reasons.insert(s.reasons.end(), open.begin(), open.end());
}

}  // namespace hassle::reports
