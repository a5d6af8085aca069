#include "reports/junit_report.hpp"

#include "reports/escaping.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

namespace hassle::reports {
namespace {

constexpr std::string_view own_scenarios = "scenarios";  // Those of no group.

/// The checks of one group.
struct test_suite {
  std::string_view group;
  std::vector<check> checks;
};

std::vector<test_suite> suites_of(const report& r) {
  std::vector<test_suite> suites;
  for (const check& each : r.checks) {
    auto found = std::ranges::find(suites, each.group, &test_suite::group);
    if (found == suites.end()) found = suites.insert(found, {.group = each.group, .checks = {}});
    found->checks.push_back(each);
  }
  return suites;
}

/// Jenkins takes all before the last dot for a package.
std::string class_of(const check& c) {
  return c.group.empty() ? c.subject : fmt::format("{}.{}", c.group, c.subject);
}

/// At most three places behind the point: Jenkins' schema refuses more.
std::string seconds(double s) { return fmt::format("{:.3f}", s); }

std::string outcome_of(const check& c) {
  const std::string message = xml_attribute(c.message);
  const std::string details = xml_text(fmt::format("{}", fmt::join(c.details, "\n")));
  switch (c.state) {
    case check_state::passed:
      return {};
    case check_state::failed:
      return fmt::format("      <failure type=\"failed\" message=\"{}\">{}</failure>\n", message,
                         details);
    case check_state::inconclusive:
      return fmt::format("      <error type=\"inconclusive\" message=\"{}\">{}</error>\n", message,
                         details);
    case check_state::not_run:
      return fmt::format("      <skipped message=\"{}\"/>\n", message);
  }
  return {};
}

std::string output_of(const report& r, const check& c) {
  std::vector<std::string> lines;
  if (c.cell) {
    const scenario_info info = r.info_of(c.subject);
    if (!info.title.empty()) lines.push_back(info.title);
    if (!info.file.empty()) lines.push_back("File: " + info.file);
  }
  lines.insert(lines.end(), c.details.begin(), c.details.end());
  if (!c.again.empty()) lines.emplace_back("To see it again:");
  for (const std::string& each : c.again) lines.push_back("  " + each);
  if (lines.empty()) return {};
  return fmt::format("      <system-out>{}</system-out>\n",
                     xml_text(fmt::format("{}", fmt::join(lines, "\n"))));
}

std::string test_case(const report& r, const check& c) {
  return fmt::format(
      "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\">\n{}{}    </testcase>\n",
      xml_attribute(class_of(c)), xml_attribute(c.name), seconds(c.simulated_s), outcome_of(c),
      output_of(r, c));
}

/// tests="3" failures="1" errors="0"
std::string numbers(std::span<const check> checks, const check_counts& counts) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", checks.size(), counts.failed,
                     counts.inconclusive);
}

}  // namespace

std::string junit_report(const report& r) {
  const check_counts all = count(r.checks);
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"hassle\" {} time=\"{}\">\n",
      numbers(r.checks, all), seconds(all.simulated_s));
  for (const test_suite& suite : suites_of(r)) {
    const check_counts counts = count(suite.checks);
    out += fmt::format("  <testsuite name=\"{}\" {} skipped=\"{}\" time=\"{}\">\n",
                       xml_attribute(suite.group.empty() ? own_scenarios : suite.group),
                       numbers(suite.checks, counts), counts.not_run, seconds(counts.simulated_s));
    out += fmt::format(
        "    <properties>\n      <property name=\"hassle\" value=\"{}\"/>\n    </properties>\n",
        xml_attribute(r.of.tool_version));
    for (const check& each : suite.checks) out += test_case(r, each);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace hassle::reports
