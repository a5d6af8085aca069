#pragma once

#include "harness/cli/suite_filter.hpp"
#include "reports/report.hpp"
#include "scenarios/error.hpp"
#include "scenarios/scenario.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::cli {

/// A scenario of the library.
struct suite_scenario {
  scenario::scenario what;
  std::string_view path;
  std::string group;                ///< Its folder.
  std::vector<std::string> layers;  ///< Out of its tags.
  std::string severity;             ///< "s1" the worst to "s3", or empty.
  reports::wanted_verdict wanted = reports::wanted_verdict::passed;
};

/// Where the scenarios of the library lie.
inline constexpr std::string_view suite_folder = "scenarios/suite/";

/// What fits the filter, sorted by group and name. A word of the filter that no scenario has is an
/// error with the nearest one that there is.
[[nodiscard]] std::expected<std::vector<suite_scenario>, std::vector<scenario::input_error>>
find_suite(const suite_filter& filter, const scenario::parse_options& options = {});

/// What its tags say. `path` must outlive the result; its last folder is the group.
[[nodiscard]] suite_scenario described(scenario::scenario what, std::string_view path);

/// What a report says of it.
[[nodiscard]] reports::scenario_info info_of(const suite_scenario& each);

/// Who runs it where all are run: naive, the profiles that it and its expectations name,
/// production. Where it must not pass: the profiles it names.
[[nodiscard]] std::vector<std::string> suite_clients(const suite_scenario& each);

}  // namespace hassle::harness::cli
