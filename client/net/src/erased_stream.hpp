#pragma once

#include "parked_handler.hpp"

#include <hassle/net/byte_stream.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace hassle::net {

/// A byte_stream in the shape that Beast wants (AsyncReadStream, AsyncWriteStream), so that Beast
/// is compiled once for all worlds. Reading can be paused; cancelling an operation drops the
/// stream.
class erased_stream {
 public:
  using executor_type = asio::any_io_executor;

  explicit erased_stream(std::unique_ptr<byte_stream> stream)
      : stream_(std::move(stream)), executor_(stream_->get_executor()) {}

  [[nodiscard]] const executor_type& get_executor() const noexcept { return executor_; }
  [[nodiscard]] byte_stream& stream() { return *stream_; }
  /// Takes the stream out; this must not be used any more.
  [[nodiscard]] std::unique_ptr<byte_stream> release() { return std::move(stream_); }

  /// Called for every arrival of bytes, before they are looked at.
  std::move_only_function<void()> on_bytes;

  /// Asked when Beast has said its last word: true if the peer may still be sending, and closing at
  /// once would reset the connection, and that word would be lost. Then what comes is forgotten
  /// until the peer's end, or until the stream is closed.
  std::move_only_function<bool()> lingers;

  /// Bytes that were read too early: the next read gets them first.
  void prepend(asio::const_buffer early) {
    early_.append(static_cast<const char*>(early.data()), early.size());
  }

  /// While paused nothing is read, and what has been read is held back.
  void pause() { paused_ = true; }
  void resume() {
    paused_ = false;
    if (held_ == 0) return;
    asio::post(executor_, [read = arrival(*this), size = std::exchange(held_, 0)]() mutable {
      read(error_code{}, size);
    });
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, asio::mutable_buffer into) {
          cancel_by_closing(handler);
          reading_.park(cleared(std::move(handler)));
          if (early_.empty()) {
            stream_->read_some(into, arrival(*this));
          } else {
            asio::post(executor_, [read = arrival(*this), size = take_early(into)]() mutable {
              read(error_code{}, size);
            });
          }
        },
        token, first_of<asio::mutable_buffer>(buffers));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          cancel_by_closing(handler);
          std::array<asio::const_buffer, buffers_per_write> some;
          std::size_t count = 0;
          const auto end = asio::buffer_sequence_end(from);
          for (auto it = asio::buffer_sequence_begin(from); it != end && count < some.size();
               ++it) {
            const asio::const_buffer each = *it;
            if (each.size() > 0) some[count++] = each;
          }
          writing_.park(cleared(std::move(handler)));
          stream_->write_some({some.data(), count}, parked_handler::call(writing_));
        },
        token, buffers);
  }

 private:
  static constexpr std::size_t buffers_per_write = 8;

  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto it = asio::buffer_sequence_begin(buffers); it != end; ++it) {
      if (Buffer(*it).size() > 0) return Buffer(*it);
    }
    return {};
  }

  template <class Handler>
  void cancel_by_closing(const Handler& handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([stream = stream_.get()](asio::cancellation_type) { stream->close(); });
    }
  }

  /// The handler, freed of its cancellation slot before it is called.
  template <class Handler>
  static auto cleared(Handler handler) {
    return [handler = std::move(handler)](error_code ec, std::size_t size) mutable {
      auto slot = asio::get_associated_cancellation_slot(handler);
      if (slot.is_connected()) slot.clear();
      std::move(handler)(ec, size);
    };
  }

  /// What a read calls, once.
  class arrival {
   public:
    explicit arrival(erased_stream& at) noexcept : at_(at), call_(at.reading_) {}
    void operator()(error_code ec, std::size_t size) { at_.deliver(std::move(call_), ec, size); }

   private:
    erased_stream& at_;
    parked_handler::call call_;
  };

  void deliver(parked_handler::call read, error_code ec, std::size_t size) {
    // An error is never held back: it is how a paused connection ends.
    if (paused_ && !ec) {
      held_ = size;
      read.forget();
      return;
    }
    if (size > 0 && on_bytes) on_bytes();
    read(ec, size);
  }

  std::size_t take_early(asio::mutable_buffer into) {
    const std::size_t size = std::min(early_.size(), into.size());
    std::memcpy(into.data(), early_.data(), size);
    early_.erase(0, size);
    return size;
  }

  std::unique_ptr<byte_stream> stream_;
  executor_type executor_;
  parked_handler reading_;
  parked_handler writing_;
  std::string early_;
  std::size_t held_ = 0;  ///< Bytes that came while paused, for the read that is parked.
  bool paused_ = false;
};

/// Reads and forgets until the end of the stream.
template <class Handler>
class discard_operation : public std::enable_shared_from_this<discard_operation<Handler>> {
 public:
  discard_operation(byte_stream& stream, Handler handler)
      : stream_(stream), handler_(std::move(handler)) {}

  void read() {
    stream_.read_some(asio::buffer(nothing_),
                      [self = this->shared_from_this()](error_code ec, std::size_t) {
                        if (!ec) return self->read();
                        self->stream_.close();
                        std::move(self->handler_)(error_code{});
                      });
  }

 private:
  byte_stream& stream_;
  Handler handler_;
  std::array<char, 4096> nothing_;
};

// How Beast ends a stream after the Close handshake: with FIN, waiting for nobody; and after a peer
// has broken the protocol, which may not have heard of it yet.
inline void teardown(boost::beast::role_type, erased_stream& bytes, error_code& ec) {
  bytes.stream().close();
  ec = {};
}

template <class Handler>
void async_teardown(boost::beast::role_type, erased_stream& bytes, Handler&& handler) {
  if (bytes.lingers && bytes.lingers()) {
    bytes.stream().shutdown_send();
    std::make_shared<discard_operation<std::decay_t<Handler>>>(bytes.stream(),
                                                               std::forward<Handler>(handler))
        ->read();
    return;
  }
  bytes.stream().close();
  asio::post(bytes.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
    std::move(handler)(error_code{});
  });
}

inline void beast_close_socket(erased_stream& bytes) { bytes.stream().close(); }

}  // namespace hassle::net
