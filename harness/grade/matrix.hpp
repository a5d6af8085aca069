#pragma once

#include "harness/grade/grading.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::grade {

/// A line of the checklist.
struct item {
  std::string number;  ///< "3.2": of its group and in it.
  std::string group;
  std::string scenario;
  std::string title;
  std::string severity;  ///< "s1" the worst to "s3", or empty.
};

struct matrix_cell {
  bool done = false;
  verdict given;
  std::vector<std::string> events;     ///< See `first_events`.
  std::vector<std::string> reproduce;  ///< Commands of a shell.
};

/// Clients × scenarios.
struct matrix {
  std::string tool_version;
  std::vector<std::string> clients;
  std::vector<std::string> worlds;  ///< Of each client: "simulated", "real".
  std::vector<item> items;
  std::vector<matrix_cell> cells;  ///< Row by row: items.size() * clients.size().
  bool interrupted = false;

  [[nodiscard]] const matrix_cell& at(std::size_t row, std::size_t client) const {
    return cells[row * clients.size() + client];
  }
  [[nodiscard]] std::size_t count(std::size_t client, mark which) const;
};

/// Numbers a sorted list by its groups: "1.1", "1.2", "2.1".
void number(std::vector<item>& items);

/// For a terminal: a mark in each cell, counts below, and the first finding of each failed cell.
[[nodiscard]] std::string matrix_text(const matrix& of, std::size_t width, bool coloured);
/// For programs: format "hassle-grade", schema 1.
[[nodiscard]] std::string matrix_json(const matrix& of);
/// For people: one file without scripts or requests; each cell leads to its evidence.
[[nodiscard]] std::string matrix_html(const matrix& of);

}  // namespace hassle::harness::grade
