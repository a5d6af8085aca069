#include "reports/console_table.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::reports {
namespace {

struct layout {
  std::vector<std::size_t> shown;   // Indices of columns.
  std::vector<std::size_t> widths;  // Of all columns.
  std::size_t gap = 2;

  [[nodiscard]] std::size_t total() const {
    std::size_t sum = shown.empty() ? 0 : gap * (shown.size() - 1);
    for (const std::size_t column : shown) sum += widths[column];
    return sum;
  }
};

std::vector<std::size_t> widths_of(std::span<const table_column> columns,
                                   std::span<const std::vector<table_cell>> rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t widest = columns_of(columns[i].head);
    for (const auto& row : rows) {
      assert(row.size() == columns.size());
      widest = std::max(widest, columns_of(row[i].text));
    }
    widths.push_back(widest);
  }
  return widths;
}

layout fit(std::span<const table_column> columns, std::span<const std::vector<table_cell>> rows,
           std::size_t width, bool compact) {
  layout best{.shown = {}, .widths = widths_of(columns, rows)};
  for (const bool everything : {true, false}) {
    if (everything && compact) continue;
    best.shown.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (everything || columns[i].essential) best.shown.push_back(i);
    }
    for (const std::size_t gap : {2U, 1U}) {
      best.gap = gap;
      if (best.total() <= width) return best;
    }
  }
  return best;
}

void append_line(std::string& out, const layout& how, std::span<const table_column> columns,
                 std::span<const table_cell> row, bool coloured) {
  std::string line;
  for (const std::size_t i : how.shown) {
    if (i != how.shown.front()) line.append(how.gap, ' ');
    const std::size_t own = columns_of(row[i].text);
    const std::string padding(how.widths[i] - own, ' ');  // Outside of the colour.
    const std::string text = paint(row[i].text, row[i].ink, coloured);
    line += columns[i].right ? padding + text : text + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line;
  out += '\n';
}

}  // namespace

std::string render_table(std::span<const table_column> columns,
                         std::span<const std::vector<table_cell>> rows, std::size_t width,
                         bool compact, bool coloured) {
  const layout how = fit(columns, rows, width, compact);
  std::string out;
  std::vector<table_cell> head;
  for (const table_column& column : columns) head.push_back({column.head, colour::dim});
  append_line(out, how, columns, head, coloured);
  for (const auto& row : rows) append_line(out, how, columns, row, coloured);
  return out;
}

}  // namespace hassle::reports
