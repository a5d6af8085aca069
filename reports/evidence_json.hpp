#pragma once

#include "reports/intervals.hpp"

#include <boost/json/object.hpp>

namespace hassle::reports {

/// Adds to a run in JSON the members "intervals" (by figure) and "change_evidence" (or null).
void add_evidence(boost::json::object& run, const cell_evidence& evidence);

}  // namespace hassle::reports
