#pragma once

#include "mockha/tokens.hpp"
#include "mockha/wall_time.hpp"

#include <hassle/client/config.hpp>

#include <string>

namespace hassle::harness {

/// What a program keeps of the login of its user: an access token that expires, and a refresh token
/// for new ones. It outlives processes, as a file does.
class login {
 public:
  /// The user logs in.
  login(mockha::token_store& at, mockha::wall_time now);

  /// Whether a new process can begin with it; else the user has to log in anew: it was revoked, or
  /// its access token has expired and there is nobody who would renew it (`renews`).
  [[nodiscard]] bool is_good(const mockha::token_store& at, mockha::wall_time now,
                             bool renews) const;

  /// Fills in what a client knows as its process begins. Without the layer `token` it has the
  /// access token alone.
  void fill_in(client::config& settings, mockha::wall_time now) const;

 private:
  std::string access_token_;   // Secret.
  std::string refresh_token_;  // Secret.
  mockha::wall_time expires_{};
};

}  // namespace hassle::harness
