#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace hassle::reports {

/// JSON text that people can read and that is the same everywhere: what holds nothing but scalars
/// stays on a line, everything else gets a line for each member; numbers are as short as they can
/// be and read back as exactly what they were. Ends with a newline.
/// REQUIRES: all strings are UTF-8.
[[nodiscard]] std::string print_json(const boost::json::value& value);

}  // namespace hassle::reports
