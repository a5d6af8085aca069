// The program mockha: a mock Home Assistant on a real port.
#include "mockha/program.hpp"
#include "mockha/program_options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  using namespace hassle::mockha;
  try {
    const auto options = read_options(argc, argv);
    return static_cast<int>(options ? run_program(*options) : options.error());
  } catch (const std::exception& e) {
    fmt::print(stderr, "mockha: {}\n", e.what());
    return static_cast<int>(exit_status::our_bug);
  }
}
