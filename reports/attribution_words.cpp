#include "reports/attribution_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hassle::reports {
namespace {

// "1.2 pp (0.8 to 1.6)", without its sign.
std::string size_of(const interval& i) {
  const bool negative = i.mean < 0;
  return fmt::format("{} pp ({} to {})", points(std::abs(i.mean)),
                     points(negative ? -i.high : i.low), points(negative ? -i.low : i.high));
}

// "flapping (restart, cut)": the scenario, and what was in force.
std::string trouble_of(const attribution& a) {
  constexpr std::size_t named_max = 6;
  std::string kinds;
  for (std::size_t i = 0; i < std::min(a.faults.size(), named_max); ++i) {
    kinds += (i == 0 ? "" : ", ") + a.faults[i];
  }
  if (a.faults.size() > named_max) kinds += ", ...";
  return kinds.empty() ? a.scenario : fmt::format("{} ({})", a.scenario, kinds);
}

}  // namespace

std::string points(double share) {
  // What is shown as zero has no sign.
  std::string text = fmt::format("{:.2f}", share * 100);
  return text == "-0.00" ? "0.00" : text;
}

std::vector<std::string> findings_of(const attribution& a) {
  std::vector<std::string> findings;
  for (const layer_gain& each : a.layers) {
    if (!each.effect.significant || each.effect.errors_saved.mean >= 0) continue;
    findings.push_back(fmt::format("{} hurts under {}: {} more of the commands fail with it.",
                                   each.layer, trouble_of(a), size_of(each.effect.errors_saved)));
  }
  for (const layer_interaction& each : a.pairs) {
    if (!each.effect.significant) continue;
    const bool less = each.effect.errors_saved.mean < 0;
    findings.push_back(fmt::format(
        "{} and {} {} under {}: together they save {} {} than one by one.", each.first, each.second,
        less ? "do the same in part, or are in each other's way" : "help each other", trouble_of(a),
        size_of(each.effect.errors_saved), less ? "less" : "more"));
  }
  return findings;
}

std::vector<std::string> doubts_of(const attribution& a,
                                   const std::vector<std::string>& idle_faults) {
  std::vector<std::string> doubts;
  doubts.reserve(idle_faults.size() + 1);
  for (const std::string& fault : idle_faults) {
    doubts.push_back(fmt::format("The fault '{}' hit nothing in any run.", fault));
  }
  if (a.seeds < 2) {
    doubts.emplace_back("One seed says nothing of others: no interval can be given.");
  } else if (a.errors_saved.low <= 0 && a.errors_saved.high >= 0) {
    doubts.emplace_back("All layers together may save nothing here: there is little to share out.");
  }
  return doubts;
}

}  // namespace hassle::reports
