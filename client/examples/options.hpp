#pragma once

#include <hassle/client/config.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace examples {

/// What all the examples are told: URL, rest, --ca-file FILE, --pin SHA256.
struct options {
  hassle::client::config settings;
  std::vector<std::string> rest;  ///< What follows the URL.
};

/// The recommended settings, for this URL and the token in the environment's HASSLE_TOKEN. Prints
/// help or what is wrong; then `status` is how the program ends.
[[nodiscard]] std::optional<options> read_options(int argc, char** argv, std::string_view help,
                                                  int& status);

}  // namespace examples
