#pragma once

#include "../cores/token_keeper.hpp"
#include "context.hpp"
#include "dialler.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

namespace hassle::client {

/// The access token, refreshed over HTTP (`POST …/auth/token`, reference §1.3) as `token_keeper`
/// decides: early, once for all who ask, never again after a permanent refusal. Without the layer
/// `token` it is the one of the settings, and the first auth_invalid is answered by trying the same
/// one again after the backoff, as a client without that layer would.
///
/// The text of a token goes from here to `session::authenticate` and nowhere else.
class tokens {
 public:
  tokens(engine_context& shared, dialler& ways);
  tokens(const tokens&) = delete;
  tokens& operator=(const tokens&) = delete;
  ~tokens();

  struct access {
    std::string text;  ///< Secret.
    std::uint32_t number = 0;
  };
  enum class failure : std::uint8_t {
    refused,    ///< For good, until `retry`.
    timed_out,  ///< `until` came first: a refresh takes too long or keeps failing.
    cancelled,
  };
  /// A token to authenticate with, refreshed if need be at this endpoint.
  [[nodiscard]] asio::awaitable<std::expected<access, failure>> get(std::size_t endpoint,
                                                                    net::time_point until);

  void on_auth_ok(std::uint32_t number, std::size_t endpoint);
  /// Whether another attempt makes sense (with a new token); false = refused for good.
  [[nodiscard]] bool on_auth_invalid(std::uint32_t number);
  [[nodiscard]] bool refused() const noexcept;

  /// After a permanent refusal; a non-empty token replaces the one there is.
  void retry(std::string new_access_token);
  void on_thaw();

  /// Cancels and joins what runs in the background.
  [[nodiscard]] asio::awaitable<void> stop();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
