#include "reports/explain.hpp"

#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "reports/journal_file.hpp"

#include <fmt/format.h>

namespace hassle::harness::cli {

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
  const auto story =
      reports::explain(saved->context, saved->events, asked.command, stdout_wants_colour());
  fmt::print("{}", story);
  return exit_status::passed;
}

}  // namespace hassle::harness::cli
