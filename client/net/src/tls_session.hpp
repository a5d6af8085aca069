#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace hassle::net {

enum class tls_role : std::uint8_t { client, server };

/// TLS between two memory buffers and a byte stream. OpenSSL never sees the network: it is given
/// what was read, and what it leaves is written, one write at a time.
///
/// Shared by the operations on the stream below, so that the handle can go at any time.
class tls_session : public std::enable_shared_from_this<tls_session> {
 public:
  tls_session(SSL_CTX* context, tls_role role, std::unique_ptr<byte_stream> stream);

  [[nodiscard]] byte_stream& below() const noexcept { return *stream_; }
  [[nodiscard]] SSL* native() const noexcept { return ssl_.get(); }
  /// Keeps something alive as long as this.
  void keep(std::shared_ptr<void> something) noexcept { kept_ = std::move(something); }

  /// Shakes hands. When cancelled, or if that fails, the stream is closed.
  [[nodiscard]] static asio::awaitable<error_code> shake(std::shared_ptr<tls_session> session);

  // As of byte_stream.
  void read_some(asio::mutable_buffer into, byte_stream::handler done);
  void write_some(std::span<const asio::const_buffer> from, byte_stream::handler done);
  void shutdown_send();
  void close();
  void reset();

 private:
  struct ssl_deleter {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };

  void handshake(std::move_only_function<void(error_code)> done);
  /// Does what can be done with what has been read.
  void advance();
  void advance_handshake();
  void advance_read();
  void receive();
  void flush();
  void write_on();
  void on_written(error_code ec, std::size_t size);
  /// Moves what OpenSSL has written to `output_`. False if there is nothing, or nobody to get it.
  bool take_output();
  void say_goodbye();
  /// As much of it as the stream takes at once.
  void send_last_words();
  void end();
  /// Why OpenSSL gave no answer.
  error_code failure(int answer);
  void complete(byte_stream::handler done, error_code ec, std::size_t size);

  std::shared_ptr<void> kept_;  ///< Outlives `ssl_`.
  std::unique_ptr<SSL, ssl_deleter> ssl_;
  BIO* from_network_ = nullptr;  // Owned by `ssl_`.
  BIO* to_network_ = nullptr;    // The same.
  std::unique_ptr<byte_stream> stream_;
  std::vector<char> input_;
  std::string output_;  // Being written, from `sent_` on, while `flushing_`.
  std::size_t sent_ = 0;
  std::move_only_function<void(error_code)> shaken_;
  asio::mutable_buffer into_;
  byte_stream::handler read_;
  byte_stream::handler write_;
  std::size_t written_ = 0;
  error_code broken_;  // How the stream below ended.
  bool receiving_ = false;
  bool flushing_ = false;
  bool shutting_ = false;
  bool shut_ = false;
  bool ended_ = false;
};

/// A stream that carries what a session encrypts. The handshake is done.
[[nodiscard]] std::unique_ptr<byte_stream> stream_of(std::shared_ptr<tls_session> session);

/// TLS 1.2 at least, no renegotiation, no compression; buffers are given back.
void harden(SSL_CTX* context);

}  // namespace hassle::net
