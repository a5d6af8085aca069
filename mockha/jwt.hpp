#pragma once

#include "mockha/wall_time.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::mockha::jwt {

// JSON Web Tokens (RFC 7519) as Home Assistant makes them: HS256, three claims. Pure functions.

struct claims {
  std::string issuer;    ///< `iss`: id of the refresh token.
  std::int64_t issued;   ///< `iat`, seconds since 1970.
  std::int64_t expires;  ///< `exp`, seconds since 1970.

  bool operator==(const claims&) const = default;
};

enum class flaw : std::uint8_t {
  malformed,      ///< Not three parts of base64url, not JSON, or a claim is missing.
  algorithm,      ///< Another than HS256; "none" too.
  signature,      ///< Not signed with this key.
  expired,        ///< `exp` is past, the leeway included.
  not_yet_valid,  ///< `iat` is to come, the leeway included.
};

/// A signed token. `key` is secret and must not be empty.
[[nodiscard]] std::string make(const claims& of, std::string_view key);

/// What the token says of its issuer, to look its key up: not to be believed before `check`.
/// Nothing if it is malformed.
[[nodiscard]] std::optional<std::string> claimed_issuer(std::string_view token);

/// The claims of a token that is signed with `key` and valid at `now`. Only the one spelling of a
/// token that `make` gives is accepted.
[[nodiscard]] std::expected<claims, flaw> check(std::string_view token, std::string_view key,
                                                wall_time now, std::chrono::seconds leeway);

}  // namespace hassle::mockha::jwt
