#include "reports/diverge.hpp"

#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "reports/journal_file.hpp"

#include <fmt/format.h>

namespace hassle::harness::cli {

exit_status perform(const diverge_options& asked) {
  const auto a = reports::read_journal(asked.a);
  const auto b = reports::read_journal(asked.b);
  if (!a) complain(a.error().text());
  if (!b) complain(b.error().text());
  if (!a || !b) return exit_status::bad_input;
  fmt::print(
      "{}",
      reports::diverge_text(
          *a, *b, {.before = asked.before, .after = asked.after, .colour = stdout_wants_colour()}));
  return reports::equal_runs(*a, *b) ? exit_status::passed : exit_status::failed;
}

}  // namespace hassle::harness::cli
