#pragma once

#include <hassle/client/config.hpp>

#include <string>
#include <vector>

namespace hassle::client {

/// What is wrong with a setting.
struct config_problem {
  std::string key;      ///< "breaker.open_max", "failover.others[1].tls.ca_file", "access_token".
  std::string message;  ///< "is below breaker.open_for". Never repeats a secret.
  std::string hint;     ///< What to write instead; may be empty.

  bool operator==(const config_problem&) const = default;
};

/// Everything that is wrong with the settings, in the order of config.hpp; empty = usable. The
/// ranges are those that config.hpp gives. Nothing is said of a layer that is absent, nor of fields
/// that the chosen style does not use; but what `lee` does not have (TLS, a proxy, layers 8-14)
/// must not be asked of it. Whether a layer makes sense without another is not judged: the ladder
/// leaves each of them out. Pure: whether files exist is not looked at.
///
/// The engines assert that what they are made of is valid.
[[nodiscard]] std::vector<config_problem> validate(const config& settings);

}  // namespace hassle::client
