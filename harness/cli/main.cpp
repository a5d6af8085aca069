#include "harness/cli/options.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"

#include <exception>
#include <variant>

int main(int argc, char** argv) {
  using namespace hassle::harness::cli;
  exit_status status = exit_status::our_bug;
  try {
    const auto asked = read_options(argc, argv);
    status =
        asked ? std::visit([](const auto& verb) { return perform(verb); }, *asked) : asked.error();
  } catch (const std::exception& error) {
    complain(error.what());
  }
  return static_cast<int>(status);
}
