#pragma once

#include "scenarios/error.hpp"
#include "scenarios/scenario.hpp"

#include <optional>

namespace hassle::harness {

/// What the loader cannot know, because it knows neither client nor mock server: whether the home
/// that a scenario asks for exists, and whether anybody sends the command that a fault waits for.
/// To be asked before anything runs.
[[nodiscard]] std::optional<scenario::input_error> find_scenario_error(
    const scenario::scenario& what);

/// Takes away the faults that the loader, or `find_scenario_error`, would refuse: for scenarios
/// that nobody wrote.
void drop_senseless_faults(scenario::scenario& what);

}  // namespace hassle::harness
