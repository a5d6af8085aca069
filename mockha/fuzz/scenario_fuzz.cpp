// Fuzzes what people write: scenario files, with what they extend and changes made by hand; faults
// by hand, which are JSON objects; dumps of a home, which are JSON arrays.
#include "mockha/home_dump.hpp"
#include "scenarios/scenario.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {
namespace {

// Whatever is refused is refused with a reason.
void check(bool good, bool has_reason) {
  if (!good && !has_reason) std::abort();
}

/// Lines of "%% set PATH=VALUE" are changes; "%% file" begins a text that others extend by its
/// number: the first of them is "1". No file of the machine is read.
void read_scenario(std::string_view input) {
  std::vector<std::string> texts(1);
  scenario::parse_options options;
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t end = std::min(input.find('\n', at), input.size() - 1) + 1;
    const std::string_view line = input.substr(at, end - at);
    at = end;
    if (line.starts_with("%% set ")) {
      options.changes.emplace_back(line.substr(7, line.size() - 8));
    } else if (line == "%% file\n") {
      texts.emplace_back();
    } else {
      texts.back() += line;
    }
  }
  options.find_base = [&texts](std::string_view base, const scenario::source_text&)
      -> std::expected<scenario::source_text, scenario::complaint> {
    const std::size_t index = base.size() == 1 ? static_cast<std::size_t>(base[0] - '0') : 0;
    if (index == 0 || index >= texts.size())
      return std::unexpected(scenario::complaint{"none", ""});
    return scenario::source_text{std::string(base), texts[index]};
  };
  const auto plan = scenario::parse_scenario(texts.front(), "fuzz.toml", options);
  check(plan.has_value(), plan.has_value() || !plan.error().empty());
}

void read(std::string_view input) {
  if (input.starts_with('{')) {
    const auto fault = scenario::parse_fault_json(input);
    check(fault.has_value(), fault.has_value() || !fault.error().empty());
  } else if (input.starts_with('[') && input.find('"') < input.find('\n')) {
    const auto plan = read_dump(input);
    check(plan.has_value(), plan.has_value() || !plan.error().empty());
  } else {
    read_scenario(input);
  }
}

}  // namespace
}  // namespace hassle::mockha

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hassle::mockha::read({reinterpret_cast<const char*>(data), size});
  return 0;
}
