#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace hassle::harness::bench {

/// Where and when something was measured: "hassle", "compiler", "build", "cores", "cpu", "kernel"
/// and "date" (UTC, 2026-01-31). Names no machine and no path.
[[nodiscard]] boost::json::object environment();

/// The model of the first processor in the text of /proc/cpuinfo; "unknown" if it names none.
[[nodiscard]] std::string cpu_model(std::string_view cpuinfo);

}  // namespace hassle::harness::bench
