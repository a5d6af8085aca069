#pragma once

#include "mockha/program_options.hpp"

namespace hassle::mockha {

/// Serves until it is told to stop. Says on stdout where, and on stderr what is wrong.
[[nodiscard]] exit_status run_program(const program_options& options);

}  // namespace hassle::mockha
