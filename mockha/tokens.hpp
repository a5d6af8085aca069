#pragma once

#include "mockha/user.hpp"
#include "mockha/wall_time.hpp"

#include <hassle/net/world.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

struct token_settings {
  std::chrono::seconds access_token_life{1800};          ///< > 0
  std::chrono::seconds refresh_token_life{90 * 86'400};  ///< > 0
  std::chrono::seconds code_life{600};                   ///< > 0
  std::chrono::seconds leeway{10};                       ///< >= 0. Of `exp`.
  std::size_t tokens_max = 10'000;  ///< Refresh tokens and codes kept; the oldest give way. > 0
};

/// What stands behind access tokens: a login, or a long-lived token.
struct refresh_token {
  enum class kind : std::uint8_t { normal, long_lived, system };

  std::string id;     ///< 32 hex characters: `iss` of its access tokens.
  std::string token;  ///< 128 hex characters. Secret. Empty for long-lived ones.
  kind type = kind::normal;
  std::string client_id;  ///< Empty: null.
  std::string client_name;
  std::string client_icon;
  std::string user_id;
  std::chrono::seconds access_token_life{};
  wall_time created{};
  std::optional<wall_time> expires;
  std::optional<wall_time> last_used;
  std::string jwt_key;  ///< Secret.
};

/// An answer of /auth/token that is an error.
struct grant_refusal {
  unsigned status = 400;
  std::string error;        ///< "invalid_request", "invalid_grant", …
  std::string description;  ///< Empty: none.
};
struct grant {
  std::string access_token;
  std::string refresh_token;  ///< Empty: not shown.
  std::chrono::seconds expires_in{};
};

/// Users, refresh tokens, authorization codes, access tokens (JWT, HS256). All times are handed in;
/// the same calls with the same random stream make the same tokens. Lives on while Home Assistant
/// restarts. Thread-safety: single-threaded.
class token_store {
 public:
  token_store(net::random_stream random, token_settings settings = {});

  /// A token that is accepted as it stands, for ever: what `--token` and scenarios name.
  void add_static(std::string access_token, std::string user_id);
  void add_user(user who);
  [[nodiscard]] const user* find_user(std::string_view id) const;

  struct caller {
    const user* who = nullptr;
    std::string refresh_token_id;  ///< What revokes this login; of a static token as well.
  };
  /// Whom the access token stands for; the refusal's text ("Invalid access token or password",
  /// "User is not active").
  [[nodiscard]] std::expected<caller, std::string> check(std::string_view access_token,
                                                         wall_time now) const;

  /// A code as the login page hands out.
  [[nodiscard]] std::string make_code(std::string client_id, std::string user_id, wall_time now);
  [[nodiscard]] std::expected<grant, grant_refusal> redeem_code(std::string_view code,
                                                                std::string_view client_id,
                                                                wall_time now);
  [[nodiscard]] std::expected<grant, grant_refusal> refresh(
      std::string_view refresh_token, std::optional<std::string_view> client_id, wall_time now);

  /// A long-lived token's JWT; nothing if the name is taken.
  [[nodiscard]] std::optional<std::string> make_long_lived(std::string user_id,
                                                           std::string client_name,
                                                           std::string client_icon,
                                                           std::chrono::days life, wall_time now);
  [[nodiscard]] std::vector<const refresh_token*> of_user(std::string_view user_id) const;

  /// Takes a refresh token back; its id if there was one. Who is connected with an access token of
  /// it is to be thrown out by the caller.
  std::optional<std::string> revoke(std::string_view refresh_token);
  bool revoke_id(std::string_view refresh_token_id);

  /// Every access token that was handed out has expired; refresh tokens have not. (Fault.)
  void expire_access_tokens(wall_time now);

 private:
  // To be filled in by the implementation.
};

}  // namespace hassle::mockha
