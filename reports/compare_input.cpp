#include "reports/compare_input.hpp"

#include "reports/json_node.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>
#include <boost/json/parse.hpp>

#include <utility>

namespace hassle::reports {
namespace {

namespace json = boost::json;

// What `json_report` writes: the first one with the figures of each run.
constexpr std::uint64_t schema_with_runs = 2;

run_column column_of(const json_node& of, std::string_view name, std::size_t runs) {
  run_column column{.name = std::string(name), .values = {}};
  const std::size_t size = of.array().size();
  if (size != runs) {
    of.wrong(fmt::format("has {} values for {} seeds", size, runs));
  }
  column.values.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    const json_node value = of.at(i);
    column.values.push_back(value.is_null() ? std::nullopt : std::optional(value.number()));
  }
  return column;
}

compared_cell cell_of(const json_node& of) {
  compared_cell cell{.scenario = of.at("scenario").text(),
                     .client = of.at("client").text(),
                     .world = of.at("world").text(),
                     .complete = of.at("complete").boolean(),
                     .seeds = {},
                     .figures = {}};
  const json_node runs = of.at("per_seed");
  const json_node seeds = runs.at("seeds");
  cell.seeds.reserve(seeds.array().size());
  for (std::size_t i = 0; i < seeds.array().size(); ++i)
    cell.seeds.push_back(seeds.at(i).integer<std::uint64_t>());
  const json_node figures = runs.at("figures");
  cell.figures.reserve(figures.object().size());
  for (const auto& each : figures.object()) {
    const std::string_view name(each.key().data(), each.key().size());
    cell.figures.push_back(column_of(figures.at(name), name, cell.seeds.size()));
  }
  return cell;
}

compared_report report_of(const json_node& document) {
  const std::uint64_t schema = document.at("schema").integer<std::uint64_t>();
  if (schema != schema_with_runs) {
    throw wrong_json("schema", fmt::format("is {}; this program compares reports of schema {}",
                                           schema, schema_with_runs));
  }
  compared_report report{.tool_version = document.at("tool").at("version").text(), .cells = {}};
  const json_node cells = document.at("cells");
  report.cells.reserve(cells.array().size());
  for (std::size_t i = 0; i < cells.array().size(); ++i) {
    report.cells.push_back(cell_of(cells.at(i)));
  }
  return report;
}

}  // namespace

std::expected<compared_report, std::string> read_compared_report(std::string_view text,
                                                                 std::string_view name) {
  const auto wrong = [&](std::string_view what) {
    return std::unexpected(fmt::format("{}: {}", printable(name), printable(what)));
  };
  boost::system::error_code failed;
  const json::value document = json::parse({text.data(), text.size()}, failed);
  if (failed) return wrong(fmt::format("is not JSON: {}", failed.message()));
  try {
    return report_of(json_node(document));
  } catch (const wrong_json& error) {
    return wrong(error.what());
  }
}

}  // namespace hassle::reports
