#include "harness/bench/pareto_chart.hpp"

#include "harness/bench/policies/known_policies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>

namespace hassle::harness::bench {

namespace {

constexpr double width = 720;
constexpr double height = 480;
constexpr double margin = 60;

/// A logarithmic axis over whole orders of magnitude.
class log_axis {
 public:
  log_axis(double least, double most, double from, double to)
      : low_(std::floor(std::log10(least))),
        high_(std::max(std::ceil(std::log10(most)), low_ + 1)),
        from_(from),
        to_(to) {}
  [[nodiscard]] double at(double value) const {
    return from_ + (std::log10(value) - low_) / (high_ - low_) * (to_ - from_);
  }
  [[nodiscard]] int low() const { return static_cast<int>(low_); }
  [[nodiscard]] int high() const { return static_cast<int>(high_); }

 private:
  double low_;
  double high_;
  double from_;
  double to_;
};

struct dot {
  std::string_view name;
  double lag = 0;   ///< s
  double load = 0;  ///< 1/min
  bool front = false;
};

std::vector<dot> dots_of(const league& played) {
  std::vector<dot> dots;
  dots.reserve(played.entries.size());
  for (const league_entry& each : played.entries) {
    const lag_figures& figures = each.all.all;
    if (figures.p50 == never_back || figures.p50.count() <= 0 || figures.per_minute <= 0) continue;
    dots.push_back({.name = each.name,
                    .lag = std::chrono::duration<double>(figures.p50).count(),
                    .load = figures.per_minute,
                    .front = each.front});
  }
  return dots;
}

std::string grid(const log_axis& across, const log_axis& up) {
  std::string text;
  for (int i = across.low(); i <= across.high(); ++i) {
    const double x = across.at(std::pow(10, i));
    text +=
        fmt::format(R"(<line x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}" stroke="#ddd"/>)"
                    R"(<text x="{0:.1f}" y="{3:.1f}" text-anchor="middle">{4:g}</text>)"
                    "\n",
                    x, margin, height - margin, height - margin + 18, std::pow(10, i));
  }
  for (int i = up.low(); i <= up.high(); ++i) {
    const double y = up.at(std::pow(10, i));
    text +=
        fmt::format(R"(<line x1="{0:.1f}" y1="{2:.1f}" x2="{1:.1f}" y2="{2:.1f}" stroke="#ddd"/>)"
                    R"(<text x="{3:.1f}" y="{4:.1f}" text-anchor="end">{5:g}</text>)"
                    "\n",
                    margin, width - margin, y, margin - 8, y + 4, std::pow(10, i));
  }
  return text;
}

}  // namespace

std::string pareto_svg(const league& played) {
  const std::vector<dot> dots = dots_of(played);
  std::string text = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" font-family="sans-serif" )"
      R"(font-size="12"><title>Reconnect policies: lag against load</title>)"
      R"(<rect width="{0}" height="{1}" fill="white"/>)"
      "\n",
      width, height);
  if (!dots.empty()) {
    const auto [least_load, most_load] = std::ranges::minmax(dots, {}, &dot::load);
    const auto [least_lag, most_lag] = std::ranges::minmax(dots, {}, &dot::lag);
    const log_axis across(least_load.load, most_load.load, margin, width - margin);
    const log_axis up(least_lag.lag, most_lag.lag, height - margin, margin);
    text += grid(across, up);
    for (const dot& each : dots) {
      const double x = across.at(each.load);
      const double y = up.at(each.lag);
      const bool ours = each.name == "ours";
      text += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="5" stroke="{}" fill="{}"/>)"
                          R"(<text x="{:.1f}" y="{:.1f}"{}>{}</text>)"
                          "\n",
                          x, y, ours ? "#c00" : "#036",
                          !each.front ? "white"
                          : ours      ? "#c00"
                                      : "#036",
                          x + 8, y + 4, ours ? R"( font-weight="bold")" : "", each.name);
    }
  }
  text += fmt::format(
      R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">attempts a minute while nobody is there)"
      R"svg(</text><text transform="translate(16 {:.1f}) rotate(-90)" text-anchor="middle">)svg"
      R"(median lag after the outage, s</text>)"
      "\n</svg>\n",
      width / 2, height - 14, height / 2);
  return text;
}

}  // namespace hassle::harness::bench
