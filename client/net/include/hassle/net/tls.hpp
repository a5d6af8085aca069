#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
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

/// What a certificate shall be.
struct certificate_wish {
  std::vector<std::string> names;  ///< Host names and addresses. Not empty.
  std::chrono::system_clock::time_point valid_from{};
  std::chrono::system_clock::time_point valid_until{};
  bool authority = false;                ///< May sign others.
  const tls_identity* signer = nullptr;  ///< Null = by itself. Its chain is put behind.
};

/// A new key with a certificate as wished for. The error is OpenSSL's text.
[[nodiscard]] std::expected<tls_identity, std::string> make_certificate(
    const certificate_wish& wish);

/// SHA-256 of the first certificate (DER) of a PEM text, as 64 hex digits; empty if there is none.
[[nodiscard]] std::string certificate_sha256(std::string_view pem);

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

// ---- The client's side --------------------------------------------------------------------------

/// Whom a client trusts. There is no way to trust everybody.
struct tls_trust {
  enum class kind : std::uint8_t {
    system,       ///< The system's authorities.
    authorities,  ///< Those of `authorities` only; each certificate in there is trusted as it is.
    pinned,       ///< One certificate, whatever it says of names, dates and signers.
  };
  kind what = kind::system;
  std::string authorities;    ///< PEM texts; for `authorities`.
  std::string pinned_sha256;  ///< As of certificate_sha256, in either case; for `pinned`.
  bool verify_name = true;    ///< Off only with `authorities`.
};

/// Why there is no TLS.
struct tls_failure {
  explicit tls_failure(error_code why) : ec(why) {}

  error_code ec;             ///< The stream's, or OpenSSL's.
  std::string text;          ///< "certificate has expired"; otherwise what `ec` says.
  bool certificate = false;  ///< It is the certificate that was not accepted.
};

/// What a client needs to speak TLS (1.2 and newer). Sessions of one server name are resumed while
/// its certificate is valid.
class tls_client {
 public:
  virtual ~tls_client() = default;

  /// The client's handshake over a connected stream, which then carries TLS. `server_name`: a host
  /// name (sent as SNI) or an address (never sent), looked for in the certificate, whose dates are
  /// compared with `wall_now`. Bound it with `within`; when cancelled the stream is dropped.
  [[nodiscard]] virtual asio::awaitable<std::expected<std::unique_ptr<byte_stream>, tls_failure>>
  connect(std::unique_ptr<byte_stream> stream, std::string server_name,
          std::chrono::system_clock::time_point wall_now) = 0;
};

/// The error says what is wrong with `trust`.
[[nodiscard]] std::expected<std::unique_ptr<tls_client>, std::string> make_tls_client(
    const tls_trust& trust);

}  // namespace hassle::net
