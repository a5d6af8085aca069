#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "harness/scenario_check.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace hassle::harness::cli {

exit_status perform(const validate_options& asked) {
  exit_status status = exit_status::passed;
  for (const std::string& file : asked.files) {
    auto parsed = scenario::load_scenario(file, {.changes = asked.changes, .find_base = {}});
    if (!parsed) {
      complain(parsed.error());
      status = exit_status::bad_input;
      continue;
    }
    if (auto error = find_scenario_error(*parsed)) {
      complain(std::vector{std::move(*error)});
      status = exit_status::bad_input;
      continue;
    }
    if (auto plan = scenario::make_plan(*parsed, 1); !plan) {
      complain(std::vector{plan.error()});
      status = exit_status::bad_input;
      continue;
    }
    fmt::print("{}: valid\n", file);
  }
  return status;
}

}  // namespace hassle::harness::cli
