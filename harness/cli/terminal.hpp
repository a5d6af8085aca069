#pragma once

#include "scenarios/error.hpp"

#include <span>
#include <string_view>

namespace hassle::harness::cli {

/// Colours are for people: on a terminal, unless NO_COLOR is set (no-color.org).
[[nodiscard]] bool stdout_wants_colour();
[[nodiscard]] bool stderr_is_terminal();

/// Columns of standard output's terminal; `of_a_pipe` where it is none.
[[nodiscard]] unsigned stdout_width(unsigned of_a_pipe = 120);

/// "hassle: …" on standard error.
void complain(std::string_view message);

/// Each error on a line of its own, as "file:line:column: …".
void complain(std::span<const scenario::input_error> errors);

}  // namespace hassle::harness::cli
