#include "reports/ctrf_report.hpp"

#include "reports/json_parts.hpp"
#include "reports/json_print.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cmath>
#include <cstdint>
#include <set>
#include <string_view>

namespace hassle::reports {
namespace {

namespace json = boost::json;

/// Of the specification.
constexpr std::string_view ctrf_version = "0.1.0";

std::int64_t milliseconds(double seconds) { return std::llround(seconds * 1000); }

std::string_view status_of(check_state state) {
  switch (state) {
    case check_state::passed:
      return "passed";
    case check_state::failed:
      return "failed";
    case check_state::inconclusive:
      return "other";
    case check_state::not_run:
      return "skipped";
  }
  return {};
}

json::array tags_of(const scenario_info& info) {
  json::array tags;
  if (!info.severity.empty()) tags.emplace_back(printable(info.severity));
  for (const std::string& layer : info.layers) tags.emplace_back(printable("layer:" + layer));
  return tags;
}

json::object test_of(const report& r, const check& c) {
  json::object test{{"name", printable(fmt::format("{} with {}", c.subject, c.name))},
                    {"status", status_of(c.state)},
                    {"rawStatus", name_of(c.state)},
                    {"duration", milliseconds(c.simulated_s)}};
  json::array& suite = test["suite"].emplace_array();
  if (!c.group.empty()) suite.emplace_back(printable(c.group));
  suite.emplace_back(printable(c.subject));
  if (!c.message.empty()) test["message"] = printable(c.message);
  if (c.state != check_state::passed && !c.details.empty()) {
    test["trace"] = printable_lines(fmt::format("{}", fmt::join(c.details, "\n")));
  }
  if (!c.where.file.empty()) test["filePath"] = printable(c.where.file);
  if (c.where.line > 0) test["line"] = c.where.line;
  const json::array tags = tags_of(r.info_of(c.subject));
  if (!tags.empty()) test["tags"] = tags;
  test["extra"] = json::object{{"client", printable(c.name)}, {"again", json_texts(c.again)}};
  return test;
}

json::object summary_of(const report& r) {
  const check_counts counts = count(r.checks);
  std::set<std::string_view> groups;
  for (const check& each : r.checks) groups.insert(each.group);
  return {{"tests", r.checks.size()},
          {"passed", counts.passed},
          {"failed", counts.failed},
          {"skipped", counts.not_run},
          {"pending", 0},
          {"other", counts.inconclusive},
          {"suites", groups.size()},
          {"start", 0},
          {"stop", milliseconds(counts.simulated_s)},
          {"extra", json::object{{"verdict", r.verdict}, {"interrupted", r.of.interrupted}}}};
}

}  // namespace

std::string ctrf_report(const report& r) {
  json::object results{
      {"tool", json::object{{"name", "hassle"}, {"version", printable(r.of.tool_version)}}},
      {"summary", summary_of(r)}};
  json::array& tests = results["tests"].emplace_array();
  for (const check& each : r.checks) tests.push_back(test_of(r, each));
  return print_json(json::object{{"reportFormat", "CTRF"},
                                 {"specVersion", ctrf_version},
                                 {"generatedBy", "hassle"},
                                 {"results", std::move(results)}});
}

}  // namespace hassle::reports
