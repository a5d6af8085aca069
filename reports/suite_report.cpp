#include "reports/suite_report.hpp"

#include "reports/text.hpp"
#include "reports/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace hassle::reports {

namespace {

constexpr std::string_view whole = "production";

std::vector<const summary*> runs_of(const report& all, std::string_view scenario) {
  std::vector<const summary*> found;
  for (const summary& each : all.runs) {
    if (each.scenario == scenario) found.push_back(&each);
  }
  return found;
}

std::string percent(const summary& s) {
  if (s.commands == 0) return "-";
  const double value = s.error_rate.mean * 100;
  if (value == 0) return "0";
  return value < 0.1 ? "<0.1%" : fmt::format("{:.1f}%", value);
}

std::string_view mark_of(const summary& s) {
  if (s.verdict == verdict_passed) return "✓";
  return s.verdict == verdict_failed ? "✗" : "?";
}

/// Behind the name of a scenario that must not pass.
std::string_view note_of(wanted_verdict wanted) {
  switch (wanted) {
    case wanted_verdict::passed:
      return "";
    case wanted_verdict::failed:
      return " (must fail)";
    case wanted_verdict::inconclusive:
      return " (must be inconclusive)";
  }
  return {};
}

std::size_t widest_name(std::span<const scenario_info> scenarios) {
  std::size_t widest = 0;
  for (const scenario_info& each : scenarios) widest = std::max(widest, each.name.size());
  return widest;
}

/// What follows what stands `indent` columns wide on its line already: the items, with commas, each
/// whole on one line.
std::string listed(std::span<const std::string> items, std::size_t indent,
                   const console_style& style) {
  std::string out;
  std::size_t column = indent;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = items[i] + (i + 1 < items.size() ? "," : "");
    const std::size_t width = columns_of(item);
    if (i != 0 && column + 1 + width > style.width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (i != 0) {
      out += ' ';
      ++column;
    }
    out += item;
    column += width;
  }
  return out + "\n";
}

/// "  ✓ nat-expiry  naive 34.1% ✓, production 0 ✓"
std::string line_of(const scenario_info& scenario, std::span<const summary* const> runs,
                    std::size_t name_width, const console_style& style) {
  const bool good =
      std::ranges::all_of(runs, [&](const summary* s) { return as_wanted(*s, scenario.wanted); });
  std::vector<std::string> clients;
  for (const summary* each : runs) {
    clients.push_back(
        fmt::format("{} {} {}", client_label(each->client, whole), percent(*each), mark_of(*each)));
  }
  if (!clients.empty()) clients.back() += note_of(scenario.wanted);
  const std::string mark =
      paint(good ? "✓" : "✗", good ? colour::green : colour::red, style.colour);
  return fmt::format("  {} {}", mark, pad_right(scenario.name, name_width + 2)) +
         listed(clients, name_width + 6, style);
}

void add_wrapped(std::string_view text, std::size_t indent, const console_style& style,
                 std::string& out) {
  const std::size_t room = style.width > indent + 20 ? style.width - indent : 20;
  for (const std::string& line : wrap(printable(text), room)) {
    out += std::string(indent, ' ') + line + "\n";
  }
}

/// Why a cell is not what it should be, and how to see it again.
std::string detail_of(const summary& s, wanted_verdict wanted, const console_style& style) {
  std::string out = paint(fmt::format("{} with {}: {}{}", s.scenario, s.client, s.verdict,
                                      wanted == wanted_verdict::passed
                                          ? std::string()
                                          : fmt::format(", but must be {}", name_of(wanted))),
                          colour::bold, style.colour);
  out += '\n';
  for (const std::string& reason : s.reasons) add_wrapped(reason, 2, style, out);
  out += fmt::format("  hassle run {} --client {}\n", s.scenario, s.client);
  return out;
}

/// A figure says what the scenario is about; an oracle is the same in all of them.
void add_loss(const summary& without, layer_loss& loss) {
  if (without.verdict == verdict_passed) return;
  if (without.verdict != verdict_failed) {
    loss.unclear.push_back(without.scenario);
    return;
  }
  const auto violated = std::ranges::find_if(
      without.oracles, [](const auto& each) { return each.promised && each.violations != 0; });
  const bool by_figure = std::ranges::any_of(
      without.expectations, [](const auto& each) { return each.verdict == verdict_failed; });
  if (by_figure || violated == without.oracles.end()) {
    loss.by_figure.push_back(without.scenario);
  } else {
    loss.by_oracle[std::string(violated->name)].push_back(without.scenario);
  }
}

std::string verdict_of(bool all_as_wanted, bool any_failed, bool interrupted) {
  if (any_failed) return std::string(verdict_failed);
  return std::string(all_as_wanted && !interrupted ? verdict_passed : verdict_inconclusive);
}

}  // namespace

bool as_wanted(const summary& s, wanted_verdict wanted) { return s.verdict == name_of(wanted); }

std::string suite_verdict(const report& all) {
  bool good = !all.runs.empty();
  bool failed = false;
  for (const scenario_info& scenario : all.of.scenarios) {
    for (const summary* each : runs_of(all, scenario.name)) {
      if (as_wanted(*each, scenario.wanted)) continue;
      good = false;
      failed = failed || (each->complete && (scenario.wanted != wanted_verdict::passed ||
                                             each->verdict == verdict_failed));
    }
  }
  return verdict_of(good, failed, all.of.interrupted);
}

std::string suite_report(const report& all, const console_style& style) {
  const std::span<const scenario_info> scenarios = all.of.scenarios;
  std::string out;
  std::string details;
  std::string group;
  std::size_t good = 0;
  for (const scenario_info& scenario : scenarios) {
    if (out.empty() || scenario.group != group) {
      group = scenario.group;
      out +=
          fmt::format("{}{}\n", out.empty() ? "" : "\n", paint(group, colour::bold, style.colour));
    }
    const auto runs = runs_of(all, scenario.name);
    out += line_of(scenario, runs, widest_name(scenarios), style);
    bool scenario_good = true;
    for (const summary* each : runs) {
      if (as_wanted(*each, scenario.wanted)) continue;
      scenario_good = false;
      details += "\n" + detail_of(*each, scenario.wanted, style);
    }
    good += scenario_good ? 1 : 0;
  }
  out += details;
  const std::string verdict = suite_verdict(all);
  out += fmt::format("\nVerdict: {} ({}, {} as they should be)\n", verdict,
                     counted(scenarios.size(), "scenario"), good);
  return out;
}

std::size_t layer_loss::oracle_losses() const noexcept {
  std::size_t count = 0;
  for (const auto& [oracle, scenarios] : by_oracle) count += scenarios.size();
  return count;
}

std::vector<layer_loss> losses(const report& all) {
  const auto production = std::ranges::find(all.runs, whole, &summary::client);
  if (production == all.runs.end()) return {};
  std::vector<layer_loss> result;
  for (const std::string& layer : production->layers) {
    layer_loss& loss = result.emplace_back(layer_loss{layer, {}, {}, {}});
    const std::string client = fmt::format("{}-without-{}", whole, layer);
    for (const summary& each : all.runs) {
      if (each.client != client) continue;
      const auto with_all = runs_of(all, each.scenario);
      const bool held = std::ranges::any_of(with_all, [](const summary* s) {
        return s->client == whole && s->verdict == verdict_passed;
      });
      if (held) add_loss(each, loss);
    }
  }
  return result;
}

std::string loss_verdict(const report& all, std::span<const layer_loss> lost) {
  bool good = !all.runs.empty();
  bool failed = false;
  for (const summary& each : all.runs) {
    if (each.client != whole) continue;
    good = good && each.verdict == verdict_passed;
    failed = failed || each.verdict == verdict_failed;
  }
  if (!all.of.interrupted) {
    failed = failed || std::ranges::any_of(lost, [](const auto& each) { return each.none(); });
  }
  return verdict_of(good, failed, all.of.interrupted);
}

namespace {

std::string loss_row(const layer_loss& loss, std::size_t name_width, const console_style& style) {
  const std::string figures = fmt::format("{:>6}", loss.by_figure.size());
  std::string out =
      fmt::format("  {}  {}  {:>6}  ", pad_right(loss.layer, name_width),
                  paint(figures, loss.none() ? colour::red : colour::green, style.colour),
                  loss.oracle_losses());
  const std::size_t indent = name_width + 20;
  std::vector<std::string> names = loss.by_figure;
  if (names.empty()) names.emplace_back("-");
  out += listed(names, indent, style);
  const auto add = [&](std::string_view title, std::vector<std::string> scenarios) {
    scenarios.front() = fmt::format("{}: {}", title, scenarios.front());
    out += std::string(indent, ' ') + listed(scenarios, indent, style);
  };
  for (const auto& [oracle, scenarios] : loss.by_oracle) add(oracle, scenarios);
  if (!loss.unclear.empty()) add("unclear", loss.unclear);
  return out;
}

}  // namespace

std::string loss_report(const report& all, std::span<const layer_loss> lost,
                        const console_style& style) {
  std::size_t scenarios = 0;
  std::string details;
  for (const summary& each : all.runs) {
    if (each.client != whole) continue;
    ++scenarios;
    if (each.verdict == verdict_passed) continue;
    details += "\n" + detail_of(each, wanted_verdict::passed, style);
  }
  std::string out;
  add_wrapped(
      fmt::format("Scenarios that production passes, and fails without a layer, of {}: by a "
                  "figure that they expect, and those where only an oracle objects.",
                  scenarios),
      0, style, out);
  std::size_t name_width = 0;
  for (const layer_loss& each : lost) name_width = std::max(name_width, each.layer.size());
  out += fmt::format("\n  {}  figure  oracle\n", std::string(name_width, ' '));
  for (const layer_loss& each : lost) out += loss_row(each, name_width, style);
  out += details;
  std::vector<std::string_view> idle;
  for (const layer_loss& each : lost) {
    if (each.none()) idle.emplace_back(each.layer);
  }
  if (!idle.empty()) {
    out += '\n';
    add_wrapped(fmt::format("Nothing is lost without {}.", fmt::join(idle, ", ")), 0, style, out);
  }
  return out + fmt::format("\nVerdict: {}\n", loss_verdict(all, lost));
}

}  // namespace hassle::reports
