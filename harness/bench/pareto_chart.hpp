#pragma once

#include "harness/bench/league.hpp"

#include <string>

namespace hassle::harness::bench {

/// The league as a picture (SVG): median lag against attempts a minute while nobody is there, both
/// logarithmic; who is on the Pareto front is filled. A policy that never came back is left out.
[[nodiscard]] std::string pareto_svg(const league& played);

}  // namespace hassle::harness::bench
