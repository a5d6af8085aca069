#include "harness/cli/verb.hpp"
#include "reports/writers.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>

namespace hassle::harness::cli {

namespace {

std::vector<std::string_view> report_formats() {
  std::vector<std::string_view> names;
  std::ranges::transform(reports::writers(), std::back_inserter(names), &reports::writer::format);
  return names;
}

std::string check_report(std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size()) {
    return fmt::format("'{}' is not FORMAT=PATH, such as json=report.json", text);
  }
  const std::string format = text.substr(0, equals);
  if (reports::find_writer(format) != nullptr) return {};
  return fmt::format("unknown report format '{}': {}", format,
                     scenario::names_hint(format, report_formats()));
}

report_target target_of(const std::string& text) {
  const auto equals = text.find('=');
  return {reports::find_writer(text.substr(0, equals)), text.substr(equals + 1)};
}

}  // namespace

void add_reports(CLI::App& app, std::vector<std::string>& into) {
  app.add_option("--report", into,
                 "Write a report, such as json=PATH; again for more, formats below")
      ->type_name("FORMAT=PATH")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check_report, ""));
}

void add_report_directory(CLI::App& app, std::optional<std::filesystem::path>& into) {
  app.add_option("--report-dir", into,
                 "Write all reports into a directory; one that is there is replaced as a whole")
      ->type_name("DIR");
}

std::vector<report_target> targets_of(const std::vector<std::string>& texts) {
  std::vector<report_target> targets;
  std::ranges::transform(texts, std::back_inserter(targets), target_of);
  return targets;
}

std::string list_of_formats() {
  std::string list = "Report formats ('-' as PATH: standard output):\n";
  for (const reports::writer& each : reports::writers()) {
    list += fmt::format("  {:<10} {}\n", each.format, each.meaning);
  }
  return list;
}

}  // namespace hassle::harness::cli
