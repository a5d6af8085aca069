#include "mockha/swallow.hpp"

#include <hassle/net/waiting.hpp>

#include <array>
#include <cstddef>
#include <expected>
#include <utility>

namespace hassle::mockha {

namespace {

namespace asio = boost::asio;

using some_bytes = std::expected<std::size_t, net::error_code>;

asio::awaitable<some_bytes> read_from(net::byte_stream* stream, asio::mutable_buffer into) {
  auto start = [stream, into](net::completion<some_bytes> done) {
    stream->read_some(into, [done = std::move(done)](net::error_code ec, std::size_t n) mutable {
      done(ec ? some_bytes(std::unexpected(ec)) : some_bytes(n));
    });
  };
  auto cancel = [stream] { stream->close(); };
  co_return co_await net::wait_for<some_bytes>(std::move(start), std::move(cancel));
}

asio::awaitable<some_bytes> write_to(net::byte_stream* stream, asio::const_buffer from) {
  auto start = [stream, from](net::completion<some_bytes> done) {
    stream->write_some({&from, 1},
                       [done = std::move(done)](net::error_code ec, std::size_t n) mutable {
                         done(ec ? some_bytes(std::unexpected(ec)) : some_bytes(n));
                       });
  };
  auto cancel = [stream] { stream->close(); };
  co_return co_await net::wait_for<some_bytes>(std::move(start), std::move(cancel));
}

}  // namespace

asio::awaitable<net::error_code> swallow(net::byte_stream* stream) {
  std::array<char, 4096> nothing{};
  for (;;) {
    const auto read = co_await read_from(stream, asio::buffer(nothing));
    if (!read) co_return read.error();
  }
}

asio::awaitable<net::error_code> say(net::byte_stream* stream, std::string text) {
  for (std::size_t said = 0; said < text.size();) {
    const auto written = co_await write_to(stream, asio::buffer(text) + said);
    if (!written) co_return written.error();
    said += *written;
  }
  co_return net::error_code();
}

}  // namespace hassle::mockha
