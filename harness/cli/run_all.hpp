#pragma once

#include "harness/cli/exit_status.hpp"
#include "harness/cli/options.hpp"

namespace hassle::harness::cli {

/// `run --all`, and with --leave-one-out.
[[nodiscard]] exit_status perform_all(const run_options& asked);

}  // namespace hassle::harness::cli
