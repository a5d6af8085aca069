#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::net {

struct http_header {
  std::string name;
  std::string value;
};

/// A request as it was received (RFC 9112). Header names keep their spelling.
struct http_request {
  std::string method;
  std::string target;  ///< Origin form: path and query, undecoded.
  unsigned version = 11;
  std::vector<http_header> headers;
  std::string body;
  bool keep_alive = true;

  /// The value of the first header of this name, whatever its case; null if there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
};

/// An answer. Content-Length, Connection and Transfer-Encoding are written by the connection.
struct http_response {
  unsigned status = 200;  ///< 100..599
  std::vector<http_header> headers;
  std::string body;
};

/// What a Retry-After asks for (RFC 9110 §10.2.3): seconds, or a date in one of the three forms of
/// HTTP, counted from `wall_now`, 0 if it has passed. Nothing where it is neither. At most a year.
[[nodiscard]] std::optional<duration> retry_after_of(
    std::string_view value, std::chrono::system_clock::time_point wall_now);

struct http_limits {
  std::size_t header_bytes_max = 16U << 10U;  ///< > 0
  std::size_t body_bytes_max = 16U << 20U;    ///< > 0. Home Assistant's.
};

/// The server's side of an HTTP/1.1 connection over any byte stream (by Boost.Beast).
///
/// One operation at a time. Not limited in time: bound each with `within`; a cancelled operation
/// drops the stream. Thread-safety: single-threaded.
class http_connection {
 public:
  virtual ~http_connection() = default;

  /// The next request. Errors: `asio::error::eof` where the peer has ended between requests, those
  /// of the stream, or of the protocol (a request that is too large, or is none), which `refusal`
  /// turns into an answer.
  [[nodiscard]] virtual asio::awaitable<result<http_request>> read() = 0;

  /// Answers the request that was read last; keeps the connection as the request wants it, unless
  /// `close` is set, and ends it after a request that could not be read. After an answer that is
  /// not kept, the stream is shut down: then `read` waits for the peer's end, forgetting what it
  /// sends.
  [[nodiscard]] virtual asio::awaitable<error_code> write(http_response answer,
                                                          bool close = false) = 0;

  /// An answer whose end is not known yet (chunked): head, pieces, end. `answer.body` is empty.
  [[nodiscard]] virtual asio::awaitable<error_code> begin(http_response answer) = 0;
  [[nodiscard]] virtual asio::awaitable<error_code> piece(std::string_view text) = 0;
  [[nodiscard]] virtual asio::awaitable<error_code> end() = 0;

  [[nodiscard]] virtual byte_stream& stream() noexcept = 0;

  /// Takes the stream away, for another protocol; `early` gets what was read behind the request.
  [[nodiscard]] virtual std::unique_ptr<byte_stream> release(std::string& early) = 0;
};

[[nodiscard]] std::unique_ptr<http_connection> make_http_connection(
    std::unique_ptr<byte_stream> stream, http_limits limits = {});

/// The answer to what could not be read: 400, 413 or 431; nothing where the stream itself failed.
[[nodiscard]] std::optional<http_response> refusal(const error_code& ec);

// ---- The client's side --------------------------------------------------------------------------

/// One request and its answer, over a stream that goes with it. Written by this: Content-Length and
/// `Connection: close`; the request's other headers, Host among them, are the caller's. Answers of
/// the class 1xx are passed over. Errors: those of the stream, `eof` where there was no answer, or
/// of the protocol (no HTTP, larger than the limits). Not limited in time: bound it with `within`;
/// a cancelled caller drops the stream.
[[nodiscard]] asio::awaitable<result<http_response>> http_exchange(
    std::unique_ptr<byte_stream> stream, http_request request, http_limits limits = {});

/// What a proxy is asked for.
struct tunnel_wish {
  std::string authority;             ///< "host:port", IPv6 addresses in brackets.
  std::string user;                  ///< Empty = no authentication, else Basic (RFC 7617).
  std::string password;              ///< Secret.
  std::vector<http_header> headers;  ///< More of them: User-Agent…
};

struct tunnel_failure {
  explicit tunnel_failure(error_code why) : ec(why) {}

  error_code ec;             ///< As of http_exchange; `connection_refused` for what is no 2xx.
  unsigned http_status = 0;  ///< Of such an answer.
  std::optional<duration> retry_after;  ///< Of such an answer.
};

/// Asks a proxy to CONNECT (RFC 9110 §9.3.6). What it gives carries what the other end sends, from
/// the first byte behind the proxy's header. Otherwise as http_exchange.
[[nodiscard]] asio::awaitable<std::expected<std::unique_ptr<byte_stream>, tunnel_failure>>
http_tunnel(time_source& time, std::unique_ptr<byte_stream> proxy, tunnel_wish wish,
            std::size_t header_bytes_max = 16U << 10U);

}  // namespace hassle::net
