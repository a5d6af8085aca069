#include "reports/analysis.hpp"

#include <array>

namespace hassle::reports {
namespace {

struct named_figure {
  std::string_view name;
  double (*value)(const summary&);
};

double share(const summary& s, outcome o) {
  if (s.commands == 0) return 0;
  return static_cast<double>(s.outcomes[static_cast<std::size_t>(o)]) /
         static_cast<double>(s.commands);
}
double number(std::uint64_t n) { return static_cast<double>(n); }

constexpr std::array<named_figure, 15> all_figures = {{
    {"error_rate", [](const summary& s) { return s.error_rate.mean; }},
    {"connection_rate", [](const summary& s) { return share(s, outcome::connection); }},
    {"timeout_rate", [](const summary& s) { return share(s, outcome::timeout); }},
    {"other_rate", [](const summary& s) { return share(s, outcome::other); }},
    {"stale_rate", [](const summary& s) { return share(s, outcome::stale); }},
    {"duplicates", [](const summary& s) { return number(s.duplicates); }},
    {"wrong_answers", [](const summary& s) { return number(s.wrong_answers); }},
    {"past_limit", [](const summary& s) { return number(s.past_limit); }},
    {"attempts", [](const summary& s) { return number(s.attempts); }},
    {"latency_p99_ms", [](const summary& s) { return s.latency_p99_ms; }},
    {"latency_max_ms", [](const summary& s) { return s.latency_max_ms; }},
    {"lifetime_mean_s", [](const summary& s) { return s.lifetime_mean_s; }},
    {"lifetime_max_s", [](const summary& s) { return s.lifetime_max_s; }},
    {"recovery_max_s", [](const summary& s) { return s.recovery_max_s; }},
    {"commands", [](const summary& s) { return number(s.commands); }},
}};

constexpr auto all_names = [] {
  std::array<std::string_view, all_figures.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = all_figures[i].name;
  return names;
}();

}  // namespace

std::optional<double> figure(const summary& s, std::string_view name) {
  for (const named_figure& f : all_figures) {
    if (f.name == name) return f.value(s);
  }
  return std::nullopt;
}

std::span<const std::string_view> figure_names() { return all_names; }

}  // namespace hassle::reports
