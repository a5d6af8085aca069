// The only translation unit that knows Beast's WebSocket: it costs more to compile than all others.
#include "erased_stream.hpp"

#include <hassle/net/websocket.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cassert>
#include <deque>
#include <utility>

namespace hassle::net {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ws = beast::websocket;

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

/// The connection itself. Its outstanding operations share its ownership, so that the handle can
/// go at any time.
class connection : public std::enable_shared_from_this<connection> {
 public:
  connection(time_source& time, std::unique_ptr<byte_stream> stream, const websocket_limits& limits)
      : stream_(erased_stream(std::move(stream))), closing_(time), time_(time), limits_(limits) {
    // Beast's own timeouts read the wall clock; ours come from the world.
    stream_.set_option(
        ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
    stream_.auto_fragment(false);  // Fragments make a 35 KB message several times slower.
    stream_.read_message_max(limits.message_bytes_max);
    stream_.secure_prng(limits.unpredictable_masks);
  }

  ws::stream<erased_stream>& beast_stream() { return stream_; }
  erased_stream& bytes() { return stream_.next_layer(); }

  void start(websocket_events& events) {
    assert(events_ == nullptr && !ended_);
    events_ = &events;
    bytes().on_bytes = [this] {
      if (events_ != nullptr) events_->on_bytes();
    };
    stream_.control_callback([this](ws::frame_type kind, beast::string_view) {
      if (events_ == nullptr) return;
      if (kind == ws::frame_type::ping) events_->on_ping();
      if (kind == ws::frame_type::pong) events_->on_pong();
    });
    // Posted, so that no event comes from inside the owner's call.
    ++outstanding_;
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      --self->outstanding_;
      self->read();
    });
  }

  bool send(std::string message) {
    if (ending_ || ended_ || queue_.size() >= limits_.send_queue_max) return false;
    queue_.push_back(std::move(message));
    if (!writing_) write();
    return true;
  }

  void ping() {
    if (ending_ || ended_ || pinging_) return;  // One outstanding Ping says as much as two.
    pinging_ = true;
    ++outstanding_;
    stream_.async_ping({}, [self = shared_from_this()](error_code ec) {
      --self->outstanding_;
      self->pinging_ = false;
      self->finished(ec);
    });
  }

  void close(std::uint16_t code) {
    if (ending_ || ended_) return;
    ending_ = ours_ = true;
    drop_queue();
    closing_.call_at(time_.now() + limits_.close_handshake,
                     [self = shared_from_this()] { self->drop(false); });
    ++outstanding_;
    stream_.async_close(ws::close_reason(code), [self = shared_from_this()](error_code ec) {
      --self->outstanding_;
      // The read loop learns of the peer's Close by itself unless the stream is gone already.
      self->finished(ec ? ec : error_code(ws::error::closed));
    });
  }

  void abort(bool reset) {
    if (ended_) return;
    if (!ending_) ours_ = true;
    ending_ = true;
    drop_queue();
    drop(reset);
    if (outstanding_ == 0) finished(asio::error::operation_aborted);
  }

  /// The owner is gone: nobody hears the end.
  void orphan() {
    events_ = nullptr;
    abort(false);
  }

  [[nodiscard]] std::size_t queued() const noexcept { return queue_.size(); }

 private:
  void read() {
    if (ended_ || (ending_ && ours_ && outstanding_ == 0)) {
      finished(asio::error::operation_aborted);
      return;
    }
    ++outstanding_;
    stream_.async_read(buffer_, [self = shared_from_this()](error_code ec, std::size_t) {
      --self->outstanding_;
      self->on_read(ec);
    });
  }

  void on_read(error_code ec) {
    if (ec) {
      finished(ec);
      return;
    }
    if (events_ != nullptr && !(ending_ && ours_)) {
      const auto data = buffer_.cdata();
      events_->on_text({static_cast<const char*>(data.data()), data.size()});
    }
    buffer_.consume(buffer_.size());
    read();
  }

  void write() {
    writing_ = true;
    ++outstanding_;
    stream_.text(true);
    stream_.async_write(asio::buffer(queue_.front()),
                        [self = shared_from_this()](error_code ec, std::size_t) {
                          --self->outstanding_;
                          self->on_written(ec);
                        });
  }

  void on_written(error_code ec) {
    writing_ = false;
    queue_.pop_front();
    if (ec) {
      finished(ec);
    } else if (!queue_.empty()) {
      write();
    } else if (ending_) {
      finished({});
    }
  }

  /// Ends the stream, and with it every operation on it.
  void drop(bool reset) {
    if (reset) {
      bytes().stream().reset();
    } else {
      bytes().stream().close();
    }
    bytes().resume();  // A completion held back must come out for the connection to end.
  }

  /// Messages behind the one being written are dropped, as Home Assistant drops its queue.
  void drop_queue() {
    while (queue_.size() > (writing_ ? 1U : 0U)) queue_.pop_back();
  }

  /// An operation ended. The first error decides what the end is; the last operation reports it.
  void finished(error_code ec) {
    if (ec && !first_error_) {
      first_error_ = ec;
      ending_ = true;
      drop_queue();
      // Beast closes the stream itself after a Close handshake; after anything else it is ours to
      // do.
      if (ec != ws::error::closed) bytes().stream().close();
    }
    if (!first_error_ || outstanding_ > 0 || ended_) return;
    ended_ = true;
    closing_.cancel();
    bytes().stream().close();
    if (events_ != nullptr) {
      asio::post(stream_.get_executor(), [self = shared_from_this()] { self->report_end(); });
    }
  }

  void report_end() {
    websocket_events* events = std::exchange(events_, nullptr);
    if (events == nullptr) return;
    websocket_end end;
    end.ours = ours_;
    end.ec = first_error_;
    if (first_error_ == ws::error::closed) {
      const ws::close_reason& reason = stream_.reason();
      end.peer_code = reason.code == ws::close_code::none
                          ? static_cast<std::uint16_t>(ws::close_code::no_status)
                          : static_cast<std::uint16_t>(reason.code);
      end.peer_reason.assign(reason.reason.data(), reason.reason.size());
    }
    events->on_end(end);
  }

  ws::stream<erased_stream> stream_;
  beast::flat_buffer buffer_;
  std::deque<std::string> queue_;  ///< The front one is being written while `writing_`.
  websocket_events* events_ = nullptr;
  timer closing_;
  time_source& time_;
  websocket_limits limits_;
  error_code first_error_;
  unsigned outstanding_ = 0;  ///< Operations that hold us; the end is reported when none is left.
  bool writing_ = false;
  bool pinging_ = false;
  bool ending_ = false;  ///< No more messages go out.
  bool ours_ = false;    ///< It was our wish.
  bool ended_ = false;
};

class handle final : public websocket {
 public:
  explicit handle(std::shared_ptr<connection> impl)
      : impl_(std::move(impl)), id_(impl_->bytes().stream().connection_id()) {}
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() override { impl_->orphan(); }

  void start(websocket_events& events) override { impl_->start(events); }
  bool send(std::string message) override { return impl_->send(std::move(message)); }
  void ping() override { impl_->ping(); }
  void close(std::uint16_t code) override { impl_->close(code); }
  void abort(bool reset) override { impl_->abort(reset); }
  void pause_reading() override { impl_->bytes().pause(); }
  void resume_reading() override { impl_->bytes().resume(); }
  [[nodiscard]] std::size_t queued() const noexcept override { return impl_->queued(); }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override { return id_; }

 private:
  std::shared_ptr<connection> impl_;
  std::uint32_t id_;
};

http::response<http::string_body> refusal_answer(const upgrade_refusal& refusal, unsigned version) {
  http::response<http::string_body> answer(static_cast<http::status>(refusal.status), version);
  answer.set(http::field::content_type, refusal.content_type);
  answer.keep_alive(false);
  answer.body() = refusal.body;
  answer.prepare_payload();
  return answer;
}

}  // namespace

asio::awaitable<result<std::unique_ptr<websocket>>> websocket_connect(
    time_source& time, std::unique_ptr<byte_stream> stream, std::string host, std::string target,
    websocket_limits limits) {
  const auto fresh = std::make_shared<connection>(time, std::move(stream), limits);
  auto [ec] = co_await fresh->beast_stream().async_handshake(host, target, use_result);
  if (ec) {
    fresh->bytes().stream().close();
    co_return std::unexpected(ec);
  }
  co_return std::make_unique<handle>(fresh);
}

asio::awaitable<result<std::unique_ptr<websocket>>> websocket_accept(
    time_source& time, std::unique_ptr<byte_stream> stream, upgrade_policy policy,
    websocket_limits limits) {
  const auto fresh = std::make_shared<connection>(time, std::move(stream), limits);
  erased_stream& bytes = fresh->bytes();
  beast::flat_buffer buffer;
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
  auto [read_ec, size] = co_await http::async_read(bytes, buffer, parser, use_result);
  if (read_ec) {
    bytes.stream().close();
    co_return std::unexpected(read_ec);
  }
  const http::request<http::empty_body> request = parser.release();
  std::optional<upgrade_refusal> refusal;
  if (policy) refusal = policy(std::string_view(request.target().data(), request.target().size()));
  if (!refusal && !ws::is_upgrade(request)) {
    refusal = upgrade_refusal{.status = 400,
                              .body =
                                  "No WebSocket UPGRADE hdr: None\n"
                                  " Can \"Upgrade\" only to \"WebSocket\"."};
  }
  if (refusal) {
    const auto answer = refusal_answer(*refusal, request.version());
    co_await http::async_write(bytes, answer, use_result);
    bytes.stream().close();
    co_return std::unexpected(error_code(ws::error::upgrade_declined));
  }
  // A client may have sent its first frames behind the request.
  bytes.prepend(buffer.cdata());
  auto [ec] = co_await fresh->beast_stream().async_accept(request, use_result);
  if (ec) {
    bytes.stream().close();
    co_return std::unexpected(ec);
  }
  co_return std::make_unique<handle>(fresh);
}

bool is_upgrade_declined(const error_code& ec) noexcept {
  return ec == ws::error::upgrade_declined;
}

}  // namespace hassle::net
