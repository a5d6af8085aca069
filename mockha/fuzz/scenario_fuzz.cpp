// Fuzzes what people write: scenario files; faults by hand, which are JSON objects; dumps of a
// home, which are JSON arrays.
#include "mockha/home_dump.hpp"
#include "scenarios/scenario.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace hassle::mockha {
namespace {

// Whatever is refused is refused with a reason.
void check(bool good, bool has_reason) {
  if (!good && !has_reason) std::abort();
}

void read(std::string_view input) {
  if (input.starts_with('{')) {
    const auto fault = scenario::parse_fault_json(input);
    check(fault.has_value(), fault.has_value() || !fault.error().empty());
  } else if (input.starts_with('[') && input.find('"') < input.find('\n')) {
    const auto plan = read_dump(input);
    check(plan.has_value(), plan.has_value() || !plan.error().empty());
  } else {
    const auto plan = scenario::parse_scenario(input, "fuzz.toml");
    check(plan.has_value(), plan.has_value() || !plan.error().empty());
  }
}

}  // namespace
}  // namespace hassle::mockha

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hassle::mockha::read({reinterpret_cast<const char*>(data), size});
  return 0;
}
