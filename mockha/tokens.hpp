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
  std::size_t name_bytes_max = 255;  ///< Of a long-lived token, and its icon's. > 0
  std::size_t tokens_max = 10'000;   ///< Refresh tokens and codes kept; the oldest give way. > 0
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

/// True where a client id is a URL as IndieAuth wants it: http or https, a host that is a name or
/// an address of a private network, no user, no fragment, no dot segments.
[[nodiscard]] bool is_client_id(std::string_view text);

[[nodiscard]] bool is_ip_address(std::string_view text);

/// True for addresses of this machine and of private networks, and where nothing is known.
[[nodiscard]] bool is_local_address(std::string_view address);

/// Why this user must not log in from this address: "User is not active", "User cannot
/// authenticate remotely".
[[nodiscard]] std::optional<std::string> refuse_user(const user& who, std::string_view peer);

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
/// restarts. `peer` is the address of who asks, empty if it is not known.
/// Thread-safety: single-threaded.
class token_store {
 public:
  token_store(net::random_stream random, token_settings settings = {});

  /// A token that is accepted as it stands, until it is revoked: what `--token` and scenarios name.
  /// Its user must have been added.
  void add_static(std::string access_token, std::string user_id);
  void add_user(user who);
  [[nodiscard]] const user* find_user(std::string_view id) const;

  /// Somebody who can log in by name; an account of the same name gives way.
  void add_account(std::string name, std::string password, std::string user_id);
  /// The user whose name and password these are; null if there is none.
  [[nodiscard]] const user* check_password(std::string_view name, std::string_view password) const;

  struct caller {
    const user* who = nullptr;
    std::string refresh_token_id;  ///< What revokes this login; of a static token as well.
  };
  /// Whom the access token stands for; the refusal's text ("Invalid access token or password",
  /// "User is not active").
  [[nodiscard]] std::expected<caller, std::string> check(std::string_view access_token,
                                                         wall_time now,
                                                         std::string_view peer = {}) const;

  /// A code as the login page hands out.
  [[nodiscard]] std::string make_code(std::string client_id, std::string user_id, wall_time now);
  [[nodiscard]] std::expected<grant, grant_refusal> redeem_code(
      std::optional<std::string_view> code, std::optional<std::string_view> client_id,
      wall_time now, std::string_view peer = {});
  [[nodiscard]] std::expected<grant, grant_refusal> refresh(
      std::optional<std::string_view> refresh_token, std::optional<std::string_view> client_id,
      wall_time now, std::string_view peer = {});

  /// A long-lived token's JWT; nothing if the user has one of that name, or the name is too long.
  /// `life` is cut to 100 years.
  [[nodiscard]] std::optional<std::string> make_long_lived(std::string user_id,
                                                           std::string client_name,
                                                           std::string client_icon,
                                                           std::chrono::days life, wall_time now);
  /// In the order of their making; static tokens first, as long-lived ones.
  [[nodiscard]] std::vector<const refresh_token*> of_user(std::string_view user_id) const;

  /// Takes a refresh token back; its id if there was one. Who is connected with an access token of
  /// it is to be thrown out by the caller.
  std::optional<std::string> revoke(std::string_view refresh_token);
  bool revoke_id(std::string_view refresh_token_id);

  /// Every access token that came with a refresh token is expired; refresh tokens, long-lived and
  /// static ones are not. (Fault.)
  void expire_access_tokens();

 private:
  struct login_code {
    std::uint64_t number = 0;  // Of its making.
    std::string client_id;
    std::string user_id;
    wall_time created{};
  };
  struct static_token {
    std::string access_token;
    refresh_token behind;
  };
  struct account {
    std::string password;
    std::string user_id;
  };

  [[nodiscard]] std::string random_hex(std::size_t characters);
  [[nodiscard]] const refresh_token* find(std::string_view id, wall_time now) const;
  refresh_token& add(refresh_token fresh);
  void forget(std::map<std::uint64_t, refresh_token>::iterator which);
  [[nodiscard]] std::string access_token_of(const refresh_token& of, std::chrono::seconds life,
                                            wall_time now) const;

  net::random_stream random_;
  token_settings settings_;
  std::map<std::string, user, std::less<>> users_;
  std::map<std::string, account, std::less<>> accounts_;
  std::vector<static_token> statics_;
  std::map<std::uint64_t, refresh_token> tokens_;  // By the number of their making.
  std::map<std::string, std::uint64_t, std::less<>> by_id_;
  std::map<std::string, std::uint64_t, std::less<>> by_token_;  // Not of long-lived ones.
  std::map<std::string, login_code, std::less<>> codes_;
  std::uint64_t next_number_ = 1;
};

}  // namespace hassle::mockha
