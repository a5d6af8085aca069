#include "harness/bench/figures.hpp"

#include "harness/bench/machine.hpp"
#include "reports/console_table.hpp"
#include "reports/json_print.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <cmath>
#include <vector>

namespace hassle::harness::bench {

namespace {

boost::json::value or_null(std::optional<double> number) {
  return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

}  // namespace

std::optional<double> figure::ratio() const {
  if (!value || !baseline || *baseline == 0) return std::nullopt;
  return *value / *baseline;
}

std::string short_number(std::optional<double> value) {
  if (!value) return "never";
  if (std::abs(*value) >= 1'000) return fmt::format("{:.0f}", *value);
  return fmt::format("{:#.3g}", *value);
}

std::string to_table(std::span<const figure> all, std::size_t width, bool coloured) {
  const std::vector<reports::table_column> columns = {{.head = "name", .right = false},
                                                      {.head = "value"},
                                                      {.head = "unit", .right = false},
                                                      {.head = "baseline"},
                                                      {.head = "ratio"}};
  std::vector<std::vector<reports::table_cell>> rows;
  rows.reserve(all.size());
  for (const figure& each : all) {
    const auto ratio = each.ratio();
    rows.push_back({{.text = each.name},
                    {.text = short_number(each.value)},
                    {.text = each.unit},
                    {.text = each.baseline ? short_number(each.baseline) : ""},
                    {.text = ratio ? fmt::format("{:.2f}", *ratio) : ""}});
  }
  return reports::render_table(columns, rows, width, false, coloured);
}

std::string to_json(std::string_view bench, std::span<const figure> all, bool complete,
                    const boost::json::object& more) {
  boost::json::object document{{"format", "hassle-bench"},
                               {"schema", 1},
                               {"bench", bench},
                               {"complete", complete},
                               {"environment", environment()}};
  for (const auto& [key, value] : more) document.emplace(key, value);
  boost::json::array rows;
  rows.reserve(all.size());
  for (const figure& each : all) {
    rows.push_back(boost::json::object{{"name", each.name},
                                       {"value", or_null(each.value)},
                                       {"unit", each.unit},
                                       {"baseline", or_null(each.baseline)},
                                       {"ratio", or_null(each.ratio())}});
  }
  document.emplace("rows", std::move(rows));
  return reports::print_json(document);
}

}  // namespace hassle::harness::bench
