#pragma once

#include "harness/cli/exit_status.hpp"
#include "harness/cli/options.hpp"

namespace hassle::harness::cli {

// The verbs of the program, each in a file of its own. They print to standard output what was asked
// for, and to standard error what went wrong.
[[nodiscard]] exit_status perform(const run_options& asked);
[[nodiscard]] exit_status perform(const list_options& asked);
[[nodiscard]] exit_status perform(const schema_options& asked);
[[nodiscard]] exit_status perform(const show_options& asked);
[[nodiscard]] exit_status perform(const validate_options& asked);
[[nodiscard]] exit_status perform(const explain_options& asked);
[[nodiscard]] exit_status perform(const lint_options& asked);
[[nodiscard]] exit_status perform(const explore_options& asked);
[[nodiscard]] exit_status perform(const shrink_options& asked);
[[nodiscard]] exit_status perform(const compare_options& asked);
[[nodiscard]] exit_status perform(const merge_options& asked);
[[nodiscard]] exit_status perform(const diverge_options& asked);
[[nodiscard]] exit_status perform(const bench_policy_options& asked);
[[nodiscard]] exit_status perform(const proxy_options& asked);
[[nodiscard]] exit_status perform(const bench_herd_options& asked);
[[nodiscard]] exit_status perform(const bench_reconnect_options& asked);
[[nodiscard]] exit_status perform(const bench_simulation_options& asked);
[[nodiscard]] exit_status perform(const bench_mockha_options& asked);
[[nodiscard]] exit_status perform(const bench_relay_options& asked);
[[nodiscard]] exit_status perform(const bench_table_options& asked);
[[nodiscard]] exit_status perform(const grade_options& asked);

}  // namespace hassle::harness::cli
