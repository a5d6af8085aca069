#include "tls_session.hpp"

#include <hassle/net/tls.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <string>
#include <utility>

namespace hassle::net {

namespace {

class server final : public tls_server {
 public:
  explicit server(asio::ssl::context context) : context_(std::move(context)) {}

  asio::awaitable<result<std::unique_ptr<byte_stream>>> accept(
      std::unique_ptr<byte_stream> stream) override {
    const auto session = std::make_shared<tls_session>(context_.native_handle(), tls_role::server,
                                                       std::move(stream));
    const error_code ec = co_await tls_session::shake(session);
    if (ec) co_return std::unexpected(ec);
    co_return stream_of(session);
  }

 private:
  asio::ssl::context context_;
};

}  // namespace

std::expected<std::unique_ptr<tls_server>, std::string> make_tls_server(
    const tls_identity& identity) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  error_code ec;
  // Nobody is asked for the password of a key: a service has no terminal.
  context.set_password_callback(
      [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); }, ec);
  context.use_certificate_chain(asio::buffer(identity.certificate_chain), ec);
  if (ec) return std::unexpected("certificate: " + ec.message());
  context.use_private_key(asio::buffer(identity.private_key), asio::ssl::context::pem, ec);
  if (ec) return std::unexpected("private key: " + ec.message());
  harden(context.native_handle());
  // Sessions are resumed from memory: their tickets are numbers, all of one size. Sealed ones hold
  // random integers in as few bytes as these need, and simulated runs would differ by them.
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_TICKET);
  return std::make_unique<server>(std::move(context));
}

}  // namespace hassle::net
