#pragma once

#include "reports/analysis.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace hassle::reports {

/// What several JSON formats say in the same words.
[[nodiscard]] boost::json::object json_interval(const interval& i);
/// Made printable: some come from peers.
[[nodiscard]] boost::json::array json_texts(const std::vector<std::string>& texts);

}  // namespace hassle::reports
