#include "harness/cli/drawing.hpp"

#include "reports/text.hpp"
#include "scenarios/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <vector>

namespace hassle::harness::cli {

namespace {

using namespace std::chrono_literals;
using reports::colour;
using scenario::duration;

constexpr std::size_t name_width_max = 24;
constexpr std::size_t label_gap = 2;  ///< Between two labels of the axis, at least.

/// What is drawn, one column wide, and what it means where it occurs.
struct symbol {
  std::string_view mark;
  std::string_view meaning;
};
/// One for each column.
using row = std::vector<symbol>;

constexpr symbol nothing{" ", ""};
constexpr symbol lasts{"█", "in force"};
constexpr symbol at_once{"┃", "at once"};
constexpr symbol waits{"┄", "waits for its trigger"};
constexpr symbol stopping{"▓", "stopping"};
constexpr symbol refused{"█", "refused"};
constexpr symbol not_running{"▒", "not running"};
constexpr symbol starting{"░", "starting"};

class drawing {
 public:
  drawing(const scenario::scenario& what, const scenario::plan& plan, const drawing_style& style)
      : what_(what), plan_(plan), style_(style), name_width_(widest_name()) {
    const std::size_t width = std::max(style.width, drawing_width_min);
    columns_ = width - name_width_ - 2;
  }

  std::string draw() && {
    draw_axis();
    draw_commands();
    draw_faults();
    draw_recycles();
    draw_quiet_time();
    draw_legend();
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::size_t widest_name() const {
    std::size_t widest = std::string_view("cold starts").size();
    for (const scenario::fault& each : what_.faults) {
      widest = std::max(widest, reports::columns_of(each.name));
    }
    return std::min(widest, name_width_max);
  }

  [[nodiscard]] std::size_t column_of(duration at) const {
    if (plan_.end.count() <= 0) return 0;
    const double share = static_cast<double>(at.count()) / static_cast<double>(plan_.end.count());
    const auto column = static_cast<std::size_t>(share * static_cast<double>(columns_));
    return std::min(column, columns_ - 1);
  }

  [[nodiscard]] row blank() const { return row(columns_, nothing); }

  void put(row& into, duration from, duration to, const symbol& what) {
    const std::size_t last = column_of(std::max(from, to - 1ns));
    for (std::size_t i = column_of(from); i <= last; ++i) into[i] = what;
  }

  void note(const symbol& what) {
    const bool told = std::ranges::any_of(
        legend_, [&](const symbol& each) { return each.meaning == what.meaning; });
    if (!what.meaning.empty() && !told) legend_.push_back(what);
  }

  /// At most `name_width_` columns of it.
  [[nodiscard]] std::string label_of(std::string_view name) const {
    std::string label = reports::printable(name);
    if (reports::columns_of(label) <= name_width_) return label;
    const auto is_inside = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
    while (is_inside(label.back()) || reports::columns_of(label) > name_width_) label.pop_back();
    while (is_inside(label.back())) label.pop_back();
    label.pop_back();
    return label + "…";
  }

  void add(std::string_view name, const row& cells, colour ink) {
    std::string line;
    for (const symbol& cell : cells) {
      line += cell.mark;
      note(cell);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out_ += reports::pad_right(label_of(name), name_width_);
    if (!line.empty()) out_ += "  " + reports::paint(line, ink, style_.colour);
    out_ += '\n';
  }

  /// The finest step whose labels have room.
  [[nodiscard]] duration step() const {
    constexpr std::array<duration, 19> steps = {1s,   2s,   5s,    10s,   15s,   30s, 1min,
                                                2min, 5min, 10min, 15min, 30min, 1h,  2h,
                                                3h,   6h,   12h,   24h,   72h};
    for (const duration each : steps) {
      const auto labels = static_cast<std::size_t>(plan_.end / each) + 1;
      const std::size_t room = scenario::format_duration(plan_.end / each * each).size();
      if (labels * (std::max<std::size_t>(room, 5) + label_gap) <= columns_) return each;
    }
    return std::chrono::hours(24 * 30);
  }

  void draw_axis() {
    const duration each = step();
    std::string labels;
    for (duration at{}; at <= plan_.end; at += each) {
      const std::string label = scenario::format_duration(at);
      const std::size_t column = column_of(at);
      if (column < labels.size() || column + label.size() > columns_) continue;
      labels += std::string(column - labels.size(), ' ') + label;
    }
    out_ += std::string(name_width_ + 2, ' ') + reports::paint(labels, colour::dim, style_.colour) +
            "\n";
    std::vector<std::string_view> ticks(columns_, "─");
    for (duration at{}; at <= plan_.end; at += each) ticks[column_of(at)] = "┬";
    out_ += std::string(name_width_ + 2, ' ');
    std::string line;
    for (const std::string_view tick : ticks) line += tick;
    out_ += reports::paint(line, colour::dim, style_.colour) + "\n";
  }

  void draw_commands() {
    std::vector<std::size_t> counts(columns_, 0);
    for (const scenario::planned_command& each : plan_.commands) ++counts[column_of(each.at)];
    constexpr std::size_t few = 4;
    row cells = blank();
    for (std::size_t i = 0; i < columns_; ++i) {
      if (counts[i] == 1) cells[i].mark = "╵";
      if (counts[i] > 1) cells[i].mark = "│";
      if (counts[i] > few) cells[i].mark = "┃";
    }
    add("commands", cells, colour::green);
  }

  void draw_occurrence(row& cells, const scenario::fault& fault,
                       const scenario::planned_fault& each) {
    if (each.armed) {
      put(cells, each.at, what_.length, waits);
    } else if (std::holds_alternative<scenario::restart_fault>(fault.what)) {
      // From its end on: where several phases share a column, the earlier one is seen.
      duration end = each.at + each.phases.sum();
      const auto phase = [&](duration length, const symbol& mark) {
        if (length > duration::zero()) put(cells, end - length, end, mark);
        end -= length;
      };
      phase(each.phases.starting, starting);
      phase(each.phases.not_running, not_running);
      phase(each.phases.refused, refused);
      phase(each.phases.stopping, stopping);
    } else if (each.open_ended) {
      put(cells, each.at, what_.length, lasts);
    } else if (each.lasts > duration::zero()) {
      put(cells, each.at, each.at + each.lasts, lasts);
    } else {
      put(cells, each.at, each.at, at_once);
    }
  }

  void draw_faults() {
    std::vector<row> lanes(std::min(what_.faults.size(), lanes_max), blank());
    for (const scenario::planned_fault& each : plan_.faults) {
      if (each.fault < lanes.size()) {
        draw_occurrence(lanes[each.fault], what_.faults[each.fault], each);
      }
    }
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      add(what_.faults[i].name, lanes[i], colour::red);
    }
    if (what_.faults.size() > lanes_max) {
      out_ += fmt::format("({} more faults are not drawn)\n", what_.faults.size() - lanes_max);
    }
  }

  void draw_recycles() {
    if (plan_.recycles.empty()) return;
    row cells = blank();
    for (const duration at : plan_.recycles) cells[column_of(at)].mark = "╳";
    add("cold starts", cells, colour::yellow);
  }

  void draw_quiet_time() {
    if (plan_.end <= plan_.healed) return;
    row cells = blank();
    const std::size_t first = column_of(plan_.healed);
    for (std::size_t i = first; i < columns_; ++i) cells[i].mark = "─";
    cells[first].mark = "├";
    cells[columns_ - 1].mark = "┤";
    add("quiet", cells, colour::green);
  }

  void draw_legend() {
    if (legend_.empty()) return;
    out_ += '\n';
    std::string line;
    for (const symbol& each : legend_) {
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", each.mark, each.meaning);
    }
    for (const std::string& part : reports::wrap(line, std::max(style_.width, drawing_width_min))) {
      out_ += reports::paint(part, colour::dim, style_.colour) + "\n";
    }
  }

  const scenario::scenario& what_;
  const scenario::plan& plan_;
  const drawing_style& style_;
  std::size_t name_width_;
  std::size_t columns_ = 0;
  std::vector<symbol> legend_;
  std::string out_;
};

}  // namespace

std::string draw_plan(const scenario::scenario& what, const scenario::plan& plan,
                      const drawing_style& style) {
  return drawing(what, plan, style).draw();
}

}  // namespace hassle::harness::cli
