#include "tls_session.hpp"

#include <hassle/net/waiting.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::net {

namespace {

/// What is read from the network at once, and what is encrypted at once: one record's worth of the
/// one, a few of the other.
constexpr std::size_t input_bytes = 16U << 10U;
constexpr std::size_t write_bytes_max = 64U << 10U;

}  // namespace

tls_session::tls_session(SSL_CTX* context, tls_role role, std::unique_ptr<byte_stream> stream)
    : ssl_(SSL_new(context)), stream_(std::move(stream)), input_(input_bytes) {
  assert(ssl_);
  from_network_ = BIO_new(BIO_s_mem());
  to_network_ = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl_.get(), from_network_, to_network_);  // Takes them over.
  if (role == tls_role::client) {
    SSL_set_connect_state(ssl_.get());
  } else {
    SSL_set_accept_state(ssl_.get());
  }
}

void tls_session::handshake(std::move_only_function<void(error_code)> done) {
  shaken_ = std::move(done);
  advance();
}

void tls_session::read_some(asio::mutable_buffer into, byte_stream::handler done) {
  assert(!read_);
  if (ended_) return complete(std::move(done), asio::error::operation_aborted, 0);
  if (into.size() == 0) return complete(std::move(done), {}, 0);
  into_ = into;
  read_ = std::move(done);
  advance();
}

void tls_session::write_some(std::span<const asio::const_buffer> from, byte_stream::handler done) {
  assert(!write_);
  if (ended_) return complete(std::move(done), asio::error::operation_aborted, 0);
  std::string plain;
  for (const auto& each : from) {
    const std::size_t size = std::min(each.size(), write_bytes_max - plain.size());
    plain.append(static_cast<const char*>(each.data()), size);
  }
  if (plain.empty()) return complete(std::move(done), {}, 0);
  ERR_clear_error();
  const int taken = SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
  if (taken <= 0) return complete(std::move(done), failure(taken), 0);
  write_ = std::move(done);
  written_ = static_cast<std::size_t>(taken);
  flush();
}

void tls_session::shutdown_send() {
  if (ended_ || shutting_) return;
  shutting_ = true;
  say_goodbye();
  flush();
}

void tls_session::close() {
  if (ended_) return;
  // Half a record must not be followed by another one: then there is no goodbye.
  if (!shutting_ && !flushing_) {
    say_goodbye();
    send_last_words();
  }
  stream_->close();
  end();
}

void tls_session::reset() {
  if (ended_) return;
  stream_->reset();
  end();
}

void tls_session::advance() {
  if (ended_) return;
  if (shaken_) advance_handshake();
  if (read_ && !shaken_) advance_read();
  flush();
}

void tls_session::advance_handshake() {
  ERR_clear_error();
  const int answer = SSL_do_handshake(ssl_.get());
  if (answer != 1 && SSL_get_error(ssl_.get(), answer) == SSL_ERROR_WANT_READ && !broken_) {
    receive();
    return;
  }
  const error_code ec = answer == 1 ? error_code{} : failure(answer);
  asio::post(stream_->get_executor(),
             [done = std::exchange(shaken_, nullptr), ec]() mutable { done(ec); });
}

void tls_session::advance_read() {
  ERR_clear_error();
  const int wanted = static_cast<int>(std::min(into_.size(), input_bytes));
  const int size = SSL_read(ssl_.get(), into_.data(), wanted);
  if (size > 0) return complete(std::exchange(read_, nullptr), {}, static_cast<std::size_t>(size));
  if (SSL_get_error(ssl_.get(), size) == SSL_ERROR_WANT_READ && !broken_) return receive();
  complete(std::exchange(read_, nullptr), failure(size), 0);
}

void tls_session::receive() {
  if (std::exchange(receiving_, true)) return;
  stream_->read_some(asio::buffer(input_),
                     [self = shared_from_this()](error_code ec, std::size_t size) {
                       self->receiving_ = false;
                       if (ec) self->broken_ = ec;
                       BIO_write(self->from_network_, self->input_.data(), static_cast<int>(size));
                       self->advance();
                     });
}

void tls_session::flush() {
  if (flushing_ || ended_) return;
  if (!take_output()) {
    if (write_) complete(std::exchange(write_, nullptr), {}, written_);
    if (shutting_ && !std::exchange(shut_, true)) stream_->shutdown_send();
    return;
  }
  flushing_ = true;
  sent_ = 0;
  write_on();
}

void tls_session::write_on() {
  const asio::const_buffer rest = asio::buffer(output_) + sent_;
  stream_->write_some({&rest, 1}, [self = shared_from_this()](error_code ec, std::size_t size) {
    self->on_written(ec, size);
  });
}

void tls_session::on_written(error_code ec, std::size_t size) {
  if (ended_) return;
  sent_ += size;
  if (!ec && sent_ < output_.size()) return write_on();
  flushing_ = false;
  if (ec) {
    broken_ = ec;
    if (write_) complete(std::exchange(write_, nullptr), ec, 0);
  } else {
    flush();
  }
}

bool tls_session::take_output() {
  const std::size_t size = BIO_ctrl_pending(to_network_);
  if (size == 0 || (broken_ && broken_ != asio::error::eof)) return false;
  output_.resize(size);
  BIO_read(to_network_, output_.data(), static_cast<int>(size));
  return true;
}

void tls_session::say_goodbye() {
  if (SSL_is_init_finished(ssl_.get()) == 0) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

void tls_session::send_last_words() {
  if (!take_output()) return;
  const asio::const_buffer words = asio::buffer(output_);
  stream_->write_some({&words, 1}, [self = shared_from_this()](error_code, std::size_t) {});
}

void tls_session::end() {
  ended_ = true;
  const error_code aborted = asio::error::operation_aborted;
  if (read_) complete(std::exchange(read_, nullptr), aborted, 0);
  if (write_) complete(std::exchange(write_, nullptr), aborted, 0);
  if (!shaken_) return;
  asio::post(stream_->get_executor(),
             [done = std::exchange(shaken_, nullptr), aborted]() mutable { done(aborted); });
}

/// A peer that ends TCP without TLS's own goodbye has ended all the
/// same: what runs above has ends of its own.
error_code tls_session::failure(int answer) {
  const int kind = SSL_get_error(ssl_.get(), answer);
  if (kind == SSL_ERROR_ZERO_RETURN) return asio::error::eof;
  const unsigned long why = ERR_get_error();
  if (kind == SSL_ERROR_SSL && why != 0) {
    return {static_cast<int>(why), asio::error::get_ssl_category()};
  }
  return broken_ ? broken_ : error_code(asio::error::eof);
}

void tls_session::complete(byte_stream::handler done, error_code ec, std::size_t size) {
  asio::post(stream_->get_executor(),
             [done = std::move(done), ec, size]() mutable { done(ec, size); });
}

asio::awaitable<error_code> tls_session::shake(std::shared_ptr<tls_session> session) {
  using shaken = result<bool>;
  const shaken done = co_await wait_for<shaken>(
      [&session](completion<shaken> answer) {
        session->handshake([answer = std::move(answer)](error_code ec) mutable {
          answer(ec ? shaken(std::unexpected(ec)) : shaken(true));
        });
      },
      [&session] { session->close(); });
  if (done) co_return error_code{};
  session->close();
  co_return done.error();
}

namespace {

class tls_stream final : public byte_stream {
 public:
  explicit tls_stream(std::shared_ptr<tls_session> session) : session_(std::move(session)) {}
  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;
  ~tls_stream() override { session_->close(); }

  asio::any_io_executor get_executor() override { return session_->below().get_executor(); }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override {
    return session_->below().connection_id();
  }
  [[nodiscard]] std::string peer_address() const override {
    return session_->below().peer_address();
  }
  void read_some(asio::mutable_buffer into, handler done) override {
    session_->read_some(into, std::move(done));
  }
  void write_some(std::span<const asio::const_buffer> from, handler done) override {
    session_->write_some(from, std::move(done));
  }
  void shutdown_send() noexcept override { session_->shutdown_send(); }
  void close() noexcept override { session_->close(); }
  void reset() noexcept override { session_->reset(); }

 private:
  std::shared_ptr<tls_session> session_;
};

}  // namespace

std::unique_ptr<byte_stream> stream_of(std::shared_ptr<tls_session> session) {
  return std::make_unique<tls_stream>(std::move(session));
}

void harden(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

}  // namespace hassle::net
