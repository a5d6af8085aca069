#include "scenarios/schema.hpp"

#include "harness/cli/verbs.hpp"
#include "reports/report_schema.hpp"

#include <fmt/format.h>

namespace hassle::harness::cli {

exit_status perform(const schema_options& asked) {
  if (asked.report) {
    fmt::print("{}", reports::report_json_schema());
    return exit_status::passed;
  }
  fmt::print("{}", asked.json ? scenario::scenario_json_schema() : scenario::scenario_reference());
  return exit_status::passed;
}

}  // namespace hassle::harness::cli
