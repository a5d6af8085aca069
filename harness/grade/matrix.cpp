#include "harness/grade/matrix.hpp"

#include "reports/console_table.hpp"
#include "reports/json_print.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

namespace hassle::harness::grade {

namespace {

namespace json = boost::json;

constexpr std::array<mark, 4> all_marks = {mark::ok, mark::non_strict, mark::failed,
                                           mark::inconclusive};

std::string_view sign_of(const matrix_cell& cell) {
  if (!cell.done) return "·";
  constexpr std::array<std::string_view, 4> signs = {"✓", "~", "✗", "?"};
  return signs[static_cast<std::size_t>(cell.given.given)];
}

reports::colour ink_of(const matrix_cell& cell) {
  if (!cell.done) return reports::colour::none;
  constexpr std::array<reports::colour, 4> inks = {reports::colour::green, reports::colour::yellow,
                                                   reports::colour::red, reports::colour::yellow};
  return inks[static_cast<std::size_t>(cell.given.given)];
}

std::string failures_text(const matrix& of) {
  std::string text;
  for (std::size_t client = 0; client < of.clients.size(); ++client) {
    for (std::size_t row = 0; row < of.items.size(); ++row) {
      const matrix_cell& cell = of.at(row, client);
      if (!cell.done || cell.given.given != mark::failed) continue;
      text += fmt::format("\n{} {} {}\n  {}\n", of.items[row].number, of.items[row].scenario,
                          of.clients[client], cell.given.findings.front().what);
      if (!cell.reproduce.empty()) text += "  again: " + cell.reproduce.front() + "\n";
    }
  }
  return text;
}

json::array texts(const std::vector<std::string>& from) {
  json::array all;
  all.reserve(from.size());
  for (const std::string& each : from) all.emplace_back(each);
  return all;
}

json::object json_of(const matrix& of, std::size_t row, std::size_t client) {
  const matrix_cell& cell = of.at(row, client);
  json::array findings;
  findings.reserve(cell.given.findings.size());
  for (const finding& each : cell.given.findings) {
    findings.push_back(json::object{{"what", each.what}, {"broken", each.broken}});
  }
  return {{"scenario", of.items[row].scenario},
          {"client", of.clients[client]},
          {"grade", cell.done ? json::value(name_of(cell.given.given)) : json::value(nullptr)},
          {"findings", std::move(findings)},
          {"events", texts(cell.events)},
          {"reproduce", texts(cell.reproduce)}};
}

}  // namespace

std::size_t matrix::count(std::size_t client, mark which) const {
  std::size_t found = 0;
  for (std::size_t row = 0; row < items.size(); ++row) {
    const matrix_cell& cell = at(row, client);
    if (cell.done && cell.given.given == which) ++found;
  }
  return found;
}

void number(std::vector<item>& items) {
  unsigned group = 0;
  unsigned in_group = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i == 0 || items[i].group != items[i - 1].group) {
      ++group;
      in_group = 0;
    }
    items[i].number = fmt::format("{}.{}", group, ++in_group);
  }
}

std::string matrix_text(const matrix& of, std::size_t width, bool coloured) {
  std::vector<reports::table_column> columns = {{.head = "", .right = false},
                                                {.head = "scenario", .right = false}};
  columns.reserve(2 + of.clients.size());
  for (const std::string& each : of.clients) columns.push_back({.head = each, .right = false});
  std::vector<std::vector<reports::table_cell>> rows;
  rows.reserve(of.items.size() + all_marks.size());
  for (std::size_t row = 0; row < of.items.size(); ++row) {
    auto& cells = rows.emplace_back();
    cells.push_back({.text = of.items[row].number});
    cells.push_back({.text = of.items[row].scenario});
    for (std::size_t client = 0; client < of.clients.size(); ++client) {
      const matrix_cell& cell = of.at(row, client);
      cells.push_back({.text = std::string(sign_of(cell)), .ink = ink_of(cell)});
    }
  }
  for (const mark which : all_marks) {
    auto& cells = rows.emplace_back();
    cells.push_back({.text = ""});
    cells.push_back({.text = std::string(name_of(which))});
    for (std::size_t client = 0; client < of.clients.size(); ++client) {
      cells.push_back({.text = std::to_string(of.count(client, which))});
    }
  }
  return reports::render_table(columns, rows, width, false, coloured) +
         "\n✓ ok, ~ non-strict, ✗ failed, ? inconclusive\n" + failures_text(of);
}

std::string matrix_json(const matrix& of) {
  json::array clients;
  clients.reserve(of.clients.size());
  for (std::size_t i = 0; i < of.clients.size(); ++i) {
    json::object counts;
    for (const mark which : all_marks) counts.emplace(name_of(which), of.count(i, which));
    clients.push_back(json::object{
        {"name", of.clients[i]}, {"world", of.worlds[i]}, {"counts", std::move(counts)}});
  }
  json::array items;
  json::array cells;
  items.reserve(of.items.size());
  cells.reserve(of.cells.size());
  for (std::size_t row = 0; row < of.items.size(); ++row) {
    const item& each = of.items[row];
    items.push_back(json::object{{"number", each.number},
                                 {"group", each.group},
                                 {"name", each.scenario},
                                 {"title", each.title},
                                 {"severity", each.severity}});
    for (std::size_t i = 0; i < of.clients.size(); ++i) cells.push_back(json_of(of, row, i));
  }
  return reports::print_json(json::object{{"format", "hassle-grade"},
                                          {"schema", 1},
                                          {"hassle", of.tool_version},
                                          {"complete", !of.interrupted},
                                          {"clients", std::move(clients)},
                                          {"scenarios", std::move(items)},
                                          {"cells", std::move(cells)}});
}

}  // namespace hassle::harness::grade
