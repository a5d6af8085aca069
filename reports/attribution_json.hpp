#pragma once

#include "reports/attribution.hpp"

#include <boost/json/array.hpp>

#include <span>

namespace hassle::reports {

/// The member "attribution" of a report in JSON: one object for each scenario.
[[nodiscard]] boost::json::array attribution_json(std::span<const attribution> all);

}  // namespace hassle::reports
