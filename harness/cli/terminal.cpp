#include "harness/cli/terminal.hpp"

#include <fmt/format.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace hassle::harness::cli {

bool stdout_wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

unsigned stdout_width(unsigned of_a_pipe) {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
      size.ws_col == 0) {
    return of_a_pipe;
  }
  return size.ws_col;
}

void complain(std::string_view message) { fmt::print(stderr, "hassle: {}\n", message); }

void complain(std::span<const scenario::input_error> errors) {
  for (const scenario::input_error& each : errors) fmt::print(stderr, "{}\n", each.text());
}

}  // namespace hassle::harness::cli
