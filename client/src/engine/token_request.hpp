#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/http.hpp>

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::client {

// What is said to Home Assistant's token service (reference §1.3), and what its answers mean. Pure.

/// The request that asks for a new access token. Its body holds the refresh token.
[[nodiscard]] net::http_request refresh_request(const endpoint_config& endpoint,
                                                const token_config& settings,
                                                std::string_view user_agent);

struct fresh_token {
  std::string text;                    ///< Secret.
  std::optional<duration> expires_in;  ///< Absent = not told.
};

/// The token of an answer with status 200. The error says what is wrong with it, and holds nothing
/// of it.
[[nodiscard]] std::expected<fresh_token, std::string> read_fresh_token(std::string_view body);

/// Why a refresh was refused: "HTTP 400", or "HTTP 400 (invalid_request)" where the answer names
/// one of OAuth's errors. Nothing else of the answer is repeated.
[[nodiscard]] std::string refusal_text(unsigned http_status, std::string_view body);

}  // namespace hassle::client
