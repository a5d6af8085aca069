#pragma once

#include "field.hpp"

#include <hassle/client/toml_config.hpp>
#include <hassle/text/check.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

/// Where the keys of a text stand: "failover.others[1].url".
using key_places = std::map<std::string, text::position, std::less<>>;

/// What a text says, as far as it can be understood.
struct toml_reading {
  config settings{.style = engine_style::best};
  key_places places;
  std::vector<config_error> errors;  ///< Without `file`; in any order.
};

/// Reads a text; settings are judged by their type only.
[[nodiscard]] toml_reading read_toml(std::string_view text, const config_source& from);

}  // namespace hassle::client
