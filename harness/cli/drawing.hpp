#pragma once

#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <cstddef>
#include <string>

namespace hassle::harness::cli {

struct drawing_style {
  bool colour = false;
  unsigned width = 80;  ///< Columns. Narrower than `drawing_width_min` is drawn as wide as that.
};

inline constexpr unsigned drawing_width_min = 40;
/// More faults than these are not drawn; their number is told.
inline constexpr std::size_t lanes_max = 60;

/// A plan as a picture: a time axis, the commands, a lane for each fault and for the cold starts of
/// the client's host, and the quiet time at the end.
[[nodiscard]] std::string draw_plan(const scenario::scenario& what, const scenario::plan& plan,
                                    const drawing_style& style);

}  // namespace hassle::harness::cli
