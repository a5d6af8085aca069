#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace hassle::net {

namespace asio = boost::asio;
using boost::system::error_code;

/// One end of a connected, ordered stream of bytes: TCP, TLS over it, or a simulated connection.
///
/// At most one read and one write may be outstanding. Handlers are posted to the executor, never
/// called from inside the initiating function, and are always called exactly once.
/// Errors are those of sockets: `asio::error::eof` after the peer's FIN, `connection_reset`,
/// `broken_pipe`, `timed_out`, and `operation_aborted` after our own `close` or `reset`.
/// Destroying a stream closes it. Thread-safety: single-threaded.
class byte_stream {
 public:
  using handler = std::move_only_function<void(error_code, std::size_t)>;

  virtual ~byte_stream() = default;

  [[nodiscard]] virtual asio::any_io_executor get_executor() = 0;

  /// The same number at both ends, unique within a world, from 1. For journals.
  [[nodiscard]] virtual std::uint32_t connection_id() const noexcept = 0;

  /// The address of the machine at the other end, without its port; empty if it is not known.
  [[nodiscard]] virtual std::string peer_address() const { return {}; }

  /// Completes with 1..size bytes, or with an error.
  virtual void read_some(asio::mutable_buffer into, handler done) = 0;

  /// Completes once at least one byte was taken over. The buffers must live until then.
  virtual void write_some(std::span<const asio::const_buffer> from, handler done) = 0;

  /// Sends FIN behind all bytes taken over so far. Reading goes on.
  virtual void shutdown_send() noexcept = 0;

  /// Sends FIN and forgets the connection; outstanding operations end as `operation_aborted`.
  virtual void close() noexcept = 0;

  /// Sends RST and forgets the connection; outstanding operations end as `operation_aborted`.
  virtual void reset() noexcept = 0;
};

}  // namespace hassle::net
