#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/http.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::net {

/// Limits of one WebSocket connection.
struct websocket_limits {
  std::size_t message_bytes_max = 64U << 20U;  ///< Larger incoming messages end it with 1009. > 0.
  std::size_t send_queue_max = 8192;           ///< Messages waiting to be written. > 0.
  /// Bytes of messages waiting to be written; one message is taken whatever its size. > 0.
  std::size_t send_queue_bytes_max = 128U << 20U;
  std::size_t header_bytes_max = 16U << 10U;            ///< HTTP header of the upgrade. > 0.
  duration close_handshake = std::chrono::seconds(10);  ///< From a Close, ours or the peer's. > 0.
  /// Masking keys that nobody can guess (RFC 6455, 5.3). Off only where no network is involved:
  /// the simulation saves the time.
  bool unpredictable_masks = true;
  /// permessage-deflate (RFC 7692): a client offers it, a server accepts it where it is offered.
  bool deflate = false;
};

/// How a connection ended. Exactly one of the three: the peer's Close frame, our own doing, or
/// `ec`.
struct websocket_end {
  error_code ec;                           ///< What the stream or the protocol reported.
  std::optional<std::uint16_t> peer_code;  ///< Code of the peer's Close frame (1005 if none).
  std::string peer_reason;
  bool ours = false;  ///< We called close() or abort() first.
};

/// What happens on a connection. Called on the world's executor, never from inside a call of ours.
class websocket_events {
 public:
  virtual void on_text(std::string_view message) = 0;
  virtual void on_binary(std::string_view /*message*/) {}
  virtual void on_ping() {}  ///< Answered already.
  /// `payload`: of the Ping that it answers (RFC 6455, 5.5.3).
  virtual void on_pong(std::string_view /*payload*/) {}
  /// Any frame or part of one: the peer is alive.
  virtual void on_bytes() {}
  /// Every message that was sent has been handed to the stream; the queue is empty.
  virtual void on_drained() {}
  /// The last call, exactly once: nothing of the connection is outstanding any more.
  virtual void on_end(const websocket_end& end) = 0;

 protected:
  ~websocket_events() = default;
};

/// An open WebSocket connection over any byte stream (RFC 6455, by Boost.Beast).
///
/// Reads continuously once started; every decision of protocol belongs to the owner of `events`.
/// The owner keeps the object and its `events` until `on_end`.
/// Thread-safety: single-threaded.
class websocket {
 public:
  virtual ~websocket() = default;

  /// Begins to read. `events` must live until its `on_end`. Call once.
  virtual void start(websocket_events& events) = 0;

  /// Queues a text message. False if the queue is full (`send_queue_max`, `send_queue_bytes_max`)
  /// or the connection is ending.
  virtual bool send(std::string message) = 0;

  /// Queues a Ping frame ahead of waiting messages, unless one is being written. `payload`: at most
  /// 125 bytes.
  virtual void ping(std::string_view payload) = 0;

  /// Sends Close, waits at most `close_handshake` for the peer's, then drops the stream.
  virtual void close(std::uint16_t code = 1000) = 0;

  /// Drops the stream at once: FIN, or RST where `reset` is set.
  virtual void abort(bool reset = false) = 0;

  /// Stops taking bytes from the stream, so that the peer feels backpressure.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  // Misbehaviour, for servers that are told to. Each can be taken back.

  /// Pings of the peer are answered no more.
  virtual void ignore_pings(bool ignored) = 0;
  /// Messages go out in frames of at most so many bytes of payload; 0: whole. From the next
  /// message on.
  virtual void fragment(std::size_t frame_bytes) = 0;
  /// Bytes go out in pieces of at most so many, one every `every`; 0: at once.
  virtual void trickle(std::size_t piece_bytes, duration every) = 0;
  /// Nothing goes out, and what comes in is not read; the stream stays open. What was swallowed is
  /// gone; what was not read is read after the end of it.
  virtual void mute(bool muted) = 0;

  [[nodiscard]] virtual std::size_t queued() const noexcept = 0;  ///< Messages not yet written.
  [[nodiscard]] virtual std::uint32_t connection_id() const noexcept = 0;
};

/// The client's side of the upgrade. Not limited in time: bound it with `sleep_until`; when the
/// caller is cancelled the stream is dropped. Errors: those of the stream, or Beast's
/// `websocket::error` (an answer other than 101 is `upgrade_declined`).
[[nodiscard]] asio::awaitable<result<std::unique_ptr<websocket>>> websocket_connect(
    time_source& time, std::unique_ptr<byte_stream> stream, std::string host, std::string target,
    websocket_limits limits);

/// What a client asks for.
struct client_upgrade {
  std::string host;  ///< The header Host: with port and brackets, where they belong.
  std::string target = "/";
  std::vector<http_header> headers;  ///< More of them: User-Agent…
};

/// Why there is no WebSocket.
struct upgrade_failure {
  explicit upgrade_failure(error_code why) : ec(why) {}

  error_code ec;             ///< As of the other `websocket_connect`.
  unsigned http_status = 0;  ///< Of an answer other than 101; its `ec` is `upgrade_declined`.
  std::optional<duration> retry_after;  ///< Of such an answer.
};

/// The same, which tells an answer other than 101 by the end of its header; its body is not read.
[[nodiscard]] asio::awaitable<std::expected<std::unique_ptr<websocket>, upgrade_failure>>
websocket_connect(time_source& time, std::unique_ptr<byte_stream> stream, client_upgrade wish,
                  websocket_limits limits);

/// The answer to an upgrade request that is not wanted.
struct upgrade_refusal {
  unsigned status = 503;  ///< 400..599.
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// Decides about an upgrade request by its target; empty means welcome.
using upgrade_policy = std::function<std::optional<upgrade_refusal>(std::string_view target)>;

/// The server's side of the upgrade. A refused request is answered and ends as `upgrade_declined`.
/// A cancelled caller drops the stream.
[[nodiscard]] asio::awaitable<result<std::unique_ptr<websocket>>> websocket_accept(
    time_source& time, std::unique_ptr<byte_stream> stream, upgrade_policy policy,
    websocket_limits limits);

/// Misbehaviour: the answer to an upgrade goes out in pieces of at most so many bytes, one every
/// `piece_every`; 0: at once. What is said behind it is not concerned.
struct answer_drops {
  std::size_t piece_bytes = 0;
  duration piece_every{};
};

/// The server's side of an upgrade whose request was read already, and found good by the caller
/// (its Sec-WebSocket-Version may be 7, 8 or 13). `early` was read behind the request.
[[nodiscard]] asio::awaitable<result<std::unique_ptr<websocket>>> websocket_accept(
    time_source& time, std::unique_ptr<byte_stream> stream, http_request request, std::string early,
    websocket_limits limits, answer_drops drops = {});

/// True for the answers other than 101 to an upgrade request.
[[nodiscard]] bool is_upgrade_declined(const error_code& ec) noexcept;

}  // namespace hassle::net
