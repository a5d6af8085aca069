#include "reports/explain.hpp"

#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "reports/journal_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace hassle::harness::cli {

namespace {

bool is_oracle(std::string_view name) {
  const auto all = reports::oracles();
  return std::ranges::find(all, name, &reports::oracle_description::name) != all.end();
}

std::string oracle_names() {
  std::string names;
  for (const reports::oracle_description& each : reports::oracles()) {
    if (!names.empty()) names += ", ";
    names += each.name;
  }
  return names;
}

}  // namespace

exit_status perform(const explain_options& asked) {
  const auto saved = reports::read_journal(asked.journal);
  if (!saved) {
    complain(saved.error().text());
    return exit_status::bad_input;
  }
  if (asked.command && !reports::has_command(saved->events, *asked.command)) {
    complain(fmt::format("{}: there is no command {}", asked.journal, *asked.command));
    return exit_status::bad_input;
  }
  if (asked.oracle && !is_oracle(*asked.oracle)) {
    complain(fmt::format("there is no oracle '{}'; there are: {}", *asked.oracle, oracle_names()));
    return exit_status::bad_input;
  }
  const bool colour = stdout_wants_colour();
  const auto story =
      asked.oracle ? reports::explain_oracle(saved->context, saved->events, *asked.oracle, colour)
                   : reports::explain(saved->context, saved->events, asked.command, colour);
  fmt::print("{}", story);
  return exit_status::passed;
}

}  // namespace hassle::harness::cli
