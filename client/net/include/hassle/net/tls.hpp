#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace hassle::net {

/// A certificate chain and its key, as PEM texts. The key is secret.
struct tls_identity {
  std::string certificate_chain;
  std::string private_key;
};

/// A new key with a certificate signed by itself for these names and addresses (subjectAltName),
/// valid from a day before `now` for ten years. The error is OpenSSL's text.
[[nodiscard]] std::expected<tls_identity, std::string> make_self_signed(
    const std::vector<std::string>& names, std::chrono::system_clock::time_point now);

/// What a server needs to accept TLS (1.2 and newer). Shared by its connections.
class tls_server {
 public:
  virtual ~tls_server() = default;

  /// The server's handshake over a connected stream, which then carries TLS. Bound it in time with
  /// `within`; when cancelled the stream is dropped. Errors: the stream's, or OpenSSL's.
  [[nodiscard]] virtual asio::awaitable<result<std::unique_ptr<byte_stream>>> accept(
      std::unique_ptr<byte_stream> stream) = 0;
};

/// The error says what is wrong with the certificate or the key.
[[nodiscard]] std::expected<std::unique_ptr<tls_server>, std::string> make_tls_server(
    const tls_identity& identity);

}  // namespace hassle::net
