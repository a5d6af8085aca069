#include "reports/attribution_report.hpp"

#include "reports/attribution_words.hpp"
#include "reports/console_table.hpp"
#include "reports/text.hpp"
#include "reports/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

namespace hassle::reports {
namespace {

constexpr std::size_t bar_columns = 24;

std::string bar_of(double value, double largest) {
  constexpr std::array<std::string_view, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!(largest > 0)) return "";
  const auto length = static_cast<std::size_t>(
      std::lround(std::abs(value) / largest * static_cast<double>(bar_columns * eighths.size())));
  std::string bar;
  for (std::size_t i = 0; i < length / eighths.size(); ++i) bar += "█";
  bar += eighths[length % eighths.size()];
  return bar;
}

colour ink_of(const layer_effect& effect) {
  if (!effect.significant) return colour::dim;
  return effect.errors_saved.mean < 0 ? colour::red : colour::green;
}

std::string effect_text(const layer_effect& effect, bool known) {
  const bool none = known && !effect.significant && effect.errors_saved.mean != 0;
  return fmt::format("{}{} pp", none ? "~ " : "", points(effect.errors_saved.mean));
}

std::string range_text(const interval& i) {
  return fmt::format("{} to {}", points(i.low), points(i.high));
}

class section {
 public:
  section(const attribution& a, const console_style& style) : a_(a), style_(style) {}

  std::string print() && {
    print_head();
    print_table();
    print_texts(a_.findings, colour::none);
    print_texts(a_.doubts, colour::yellow);
    return std::move(out_);
  }

 private:
  void print_lines(std::string_view text, colour ink) {
    for (const std::string& line : wrap(printable(text), style_.width)) {
      out_ += paint(line, ink, style_.colour) + "\n";
    }
  }

  void print_texts(const std::vector<std::string>& texts, colour ink) {
    if (!texts.empty()) out_ += "\n";
    for (const std::string& text : texts) print_lines(text, ink);
  }

  void print_head() {
    print_lines(a_.title.empty() ? a_.scenario : a_.scenario + ": " + a_.title, colour::bold);
    const std::string how =
        a_.orders == 0 ? "all sets of layers"
                       : fmt::format("{} of layers, {}", counted(a_.orders, "random order"),
                                     counted(a_.clients, "client"));
    print_lines(fmt::format("{} with {}, {} from {}, {} world", a_.client, how,
                            counted(a_.seeds, "seed"), a_.first_seed, a_.world),
                colour::dim);
    out_ += "\n";
    print_lines(fmt::format("Of all commands {} % fail without any layer ({}), {} % with all of "
                            "them ({}): {} pp are saved ({}).",
                            points(a_.errors_without.mean), range_text(a_.errors_without),
                            points(a_.errors_with.mean), range_text(a_.errors_with),
                            points(a_.errors_saved.mean), range_text(a_.errors_saved)),
                colour::none);
    out_ += "\n";
  }

  void print_table() {
    double largest = 0;
    for (const layer_gain& each : a_.layers) {
      largest = std::max(largest, std::abs(each.effect.errors_saved.mean));
    }
    const bool known = a_.seeds > 1;
    const std::vector<table_column> columns = {
        {"layer", false}, {"saves"}, {"95 % interval"}, {"share"}, {"", false}};
    std::vector<std::vector<table_cell>> rows;
    for (const layer_gain& each : a_.layers) {
      const layer_effect& effect = each.effect;
      const colour ink = ink_of(effect);
      rows.push_back({{printable(each.layer)},
                      {effect_text(effect, known), ink},
                      {known ? range_text(effect.errors_saved) : "-", colour::dim},
                      {each.share ? fmt::format("{}%", std::lround(*each.share * 100)) : "-"},
                      {bar_of(effect.errors_saved.mean, largest), ink}});
    }
    out_ += render_table(columns, rows, style_.width, style_.width < compact_width, style_.colour);
  }

  const attribution& a_;
  const console_style& style_;
  std::string out_;
};

std::string legend(const console_style& style) {
  constexpr std::string_view text =
      "saves: commands that do not fail because of the layer, in percentage points of all commands "
      "(its Shapley value: the mean over all orders in which layers may be added), paired by seed. "
      "Below zero it does harm. share: of all that is saved. ~ may be none, with Holm's correction "
      "over the layers.";
  std::string out = "\n";
  for (const std::string& line : wrap(text, style.width)) {
    out += paint(line, colour::dim, style.colour) + "\n";
  }
  return out;
}

// Scenarios of which nothing can be said.
std::set<std::string> scenarios_left_out(const report& r) {
  std::set<std::string> names;
  for (const cell& each : r.of.cells) names.insert(each.scenario);
  for (const attribution& each : r.attributed) names.erase(each.scenario);
  return names;
}

}  // namespace

std::string_view attribution_verdict(const report& r) {
  const auto doubted = [](const attribution& each) { return !each.doubts.empty(); };
  const bool said = !r.of.interrupted && !r.attributed.empty() && scenarios_left_out(r).empty() &&
                    std::ranges::none_of(r.attributed, doubted);
  return said ? verdict_passed : verdict_inconclusive;
}

std::string attribution_report(const report& r, const console_style& style) {
  std::string out;
  for (const attribution& each : r.attributed) {
    if (!out.empty()) out += '\n';
    out += section(each, style).print();
  }
  if (!r.attributed.empty()) out += legend(style);
  out += '\n';
  for (const std::string& name : scenarios_left_out(r)) {
    out += fmt::format("? {}: too little was run to say what each layer saves.\n", printable(name));
  }
  if (r.of.interrupted) out += "Interrupted: what was complete by then is shown.\n";
  const colour ink = r.verdict == verdict_passed ? colour::green : colour::yellow;
  return out + paint(fmt::format("Verdict: {}", r.verdict), ink, style.colour) + "\n";
}

}  // namespace hassle::reports
