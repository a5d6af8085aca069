#pragma once

#include <string>
#include <string_view>

namespace hassle::harness {

/// What a program left behind.
struct program_end {
  int status = -1;  ///< Exit status; 128 + n if signal n ended it.
  std::string out;
  std::string err;
};

enum class interrupt { never, when_running };

/// Runs the program `hassle` of this build with these arguments, as a shell would split them.
/// With `when_running`, sends SIGINT as soon as it has taken over that signal. `directory` is where
/// it runs; empty: here.
program_end run_program(std::string_view arguments, interrupt when = interrupt::never,
                        const std::string& directory = {});

}  // namespace hassle::harness
