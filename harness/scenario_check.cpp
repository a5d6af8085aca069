#include "harness/scenario_check.hpp"

#include "mockha/home.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

namespace hassle::harness {

std::optional<scenario::input_error> find_scenario_error(const scenario::scenario& what) {
  const auto homes = mockha::home_names();
  if (std::ranges::find(homes, what.ha.home) != homes.end()) return std::nullopt;
  std::string hint = scenario::nearest_hint(what.ha.home, homes);
  if (hint.empty()) hint = fmt::format("known: {}", fmt::join(homes, ", "));
  return scenario::input_error{
      what.file, what.ha.where,
      fmt::format("mockha has no home {}", scenario::in_quotes(what.ha.home)), std::move(hint)};
}

}  // namespace hassle::harness
