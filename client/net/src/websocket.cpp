// The only translation unit that knows Beast's WebSocket: it costs more to compile than all others.
#include "answer_watch.hpp"
#include "deflate_offer.hpp"
#include "erased_stream.hpp"
#include "shaped_stream.hpp"

#include <hassle/net/websocket.hpp>
#include <hassle/net/websocket_errors.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/beast/zlib/error.hpp>

#include <algorithm>
#include <cassert>
#include <deque>
#include <utility>

namespace hassle::net {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ws = beast::websocket;

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

/// Room is made for what comes, not for what a frame's head announces.
constexpr std::size_t read_bytes_max = 64U << 10U;

/// A larger buffer is given back once its message is handled.
constexpr std::size_t kept_buffer_bytes = 16U << 10U;

/// Beast sends a compressed message in frames of at most so many bytes.
constexpr std::size_t deflated_frame_bytes = 16U << 10U;

ws::permessage_deflate deflate_options() {
  ws::permessage_deflate options;
  options.server_enable = options.client_enable = true;
  options.compLevel = 1;  // The fastest, as Home Assistant's.
  return options;
}

/// The connection itself. Its outstanding operations share its ownership, so that the handle can
/// go at any time.
class connection : public std::enable_shared_from_this<connection> {
 public:
  connection(time_source& time, std::unique_ptr<byte_stream> stream, const websocket_limits& limits)
      : connection(time, std::make_unique<shaped_stream>(time, std::move(stream)), limits) {}

  connection(time_source& time, std::unique_ptr<shaped_stream> shape,
             const websocket_limits& limits)
      : shape_(*shape),
        stream_(erased_stream(std::move(shape))),
        closing_(time),
        time_(time),
        limits_(limits) {
    // Beast's own timeouts read the wall clock; ours come from the world.
    stream_.set_option(
        ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
    stream_.auto_fragment(false);  // Fragments make a 35 KB message several times slower.
    stream_.read_message_max(limits.message_bytes_max);
    stream_.secure_prng(limits.unpredictable_masks);
    if (limits.deflate) {
      stream_.set_option(deflate_options());
      stream_.write_buffer_bytes(deflated_frame_bytes);
    }
  }

  ws::stream<erased_stream>& beast_stream() { return stream_; }
  erased_stream& bytes() { return stream_.next_layer(); }
  shaped_stream& shape() { return shape_; }
  [[nodiscard]] std::uint32_t id() const noexcept { return shape_.connection_id(); }

  /// Ends as Home Assistant does: a Close is answered with 1000, whatever the peer's code; a peer
  /// that has broken the protocol gets some time to hear of it.
  void end_politely() {
    polite_ = true;
    bytes().lingers = [this] {
      if (ours_ || peer_closed_) return false;
      limit_closing();
      return true;
    };
  }

  void start(websocket_events& events) {
    assert(events_ == nullptr && !ended_);
    events_ = &events;
    bytes().on_bytes = [this] {
      if (events_ != nullptr) events_->on_bytes();
    };
    stream_.control_callback([this](ws::frame_type kind, beast::string_view payload) {
      if (kind == ws::frame_type::close) {
        peer_closed_ = true;
        if (polite_ && !ours_) shape_.close_normally();
        // The answer waits for what is being written, which the peer may not take any more.
        if (!ours_) limit_closing();
      }
      if (events_ == nullptr) return;
      if (kind == ws::frame_type::ping) events_->on_ping();
      if (kind == ws::frame_type::pong) events_->on_pong({payload.data(), payload.size()});
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
    // One message may be of any size.
    if (!queue_.empty() && queued_bytes_ + message.size() > limits_.send_queue_bytes_max) {
      return false;
    }
    if (muted_) {
      post_drained();
      return true;
    }
    queued_bytes_ += message.size();
    queue_.push_back(std::move(message));
    if (!writing_) write();
    return true;
  }

  void ping(std::string_view payload) {
    if (ending_ || ended_ || pinging_) return;  // One outstanding Ping says as much as two.
    pinging_ = true;
    ++outstanding_;
    stream_.async_ping({payload.data(), payload.size()},
                       [self = shared_from_this()](error_code ec) {
                         --self->outstanding_;
                         self->pinging_ = false;
                         self->finished(ec);
                       });
  }

  void close(std::uint16_t code) {
    if (ending_ || ended_) return;
    ending_ = ours_ = true;
    drop_queue();
    limit_closing();
    ++outstanding_;
    stream_.async_close(ws::close_reason(code),
                        asio::bind_cancellation_slot(
                            give_up_closing_.slot(), [self = shared_from_this()](error_code ec) {
                              --self->outstanding_;
                              // The read loop learns of the peer's Close by itself unless the
                              // stream is gone already.
                              self->finished(ec ? ec : error_code(ws::error::closed));
                            }));
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

  void fragment(std::size_t frame_bytes) { frame_bytes_ = frame_bytes; }

  void mute(bool muted) {
    if (muted == muted_) return;
    muted_ = muted;
    if (muted) drop_queue();
    shape_.mute(muted);
    update_reading();
  }

  void pause(bool paused) {
    paused_ = paused;
    update_reading();
  }

  [[nodiscard]] std::size_t queued() const noexcept { return queue_.size(); }

 private:
  void update_reading() {
    if (paused_ || muted_) {
      bytes().pause();
    } else {
      bytes().resume();
    }
  }

  void read() {
    if (ended_ || (ending_ && ours_ && outstanding_ == 0)) {
      finished(asio::error::operation_aborted);
      return;
    }
    ++outstanding_;
    stream_.async_read_some(
        buffer_, read_bytes_max,
        asio::bind_cancellation_slot(give_up_reading_.slot(),
                                     [self = shared_from_this()](error_code ec, std::size_t) {
                                       --self->outstanding_;
                                       self->on_read(ec);
                                     }));
  }

  void on_read(error_code ec) {
    if (ec) {
      finished(ec);
      return;
    }
    if (!stream_.is_message_done()) {
      read();
      return;
    }
    if (events_ != nullptr && !(ending_ && ours_)) {
      const auto data = buffer_.cdata();
      const std::string_view message(static_cast<const char*>(data.data()), data.size());
      if (stream_.got_text()) {
        events_->on_text(message);
      } else {
        events_->on_binary(message);
      }
    }
    buffer_.consume(buffer_.size());
    if (buffer_.capacity() > kept_buffer_bytes) buffer_.shrink_to_fit();
    read();
  }

  void write() {
    writing_ = true;
    sent_ = 0;
    piece_ = frame_bytes_;
    stream_.text(true);
    write_frame();
  }

  void write_frame() {
    ++outstanding_;
    const asio::const_buffer rest = asio::buffer(queue_.front()) + sent_;
    const std::size_t size = piece_ == 0 ? rest.size() : std::min(piece_, rest.size());
    sent_ += size;
    stream_.async_write_some(size == rest.size(), asio::buffer(rest, size),
                             [self = shared_from_this()](error_code ec, std::size_t) {
                               --self->outstanding_;
                               self->on_written(ec);
                             });
  }

  void on_written(error_code ec) {
    if (!ec && sent_ < queue_.front().size()) {
      write_frame();
      return;
    }
    writing_ = false;
    queued_bytes_ -= queue_.front().size();
    queue_.pop_front();
    if (ec) {
      finished(ec);
    } else if (!queue_.empty()) {
      write();
    } else if (ending_) {
      finished({});
    } else if (events_ != nullptr) {
      events_->on_drained();
    }
  }

  /// For a message that is swallowed: it is handed over as well as it ever will be.
  void post_drained() {
    ++outstanding_;
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      --self->outstanding_;
      if (self->events_ != nullptr && !self->ending_ && self->queue_.empty()) {
        self->events_->on_drained();
      }
      self->finished({});
    });
  }

  /// From now on the connection has `close_handshake` left.
  void limit_closing() {
    closing_.call_at(time_.now() + limits_.close_handshake,
                     [self = shared_from_this()] { self->drop(false); });
  }

  /// Ends the stream, and with it every operation on it.
  void drop(bool reset) {
    if (reset) {
      bytes().stream().reset();
    } else {
      bytes().stream().close();
    }
    bytes().resume();  // A completion held back must come out for the connection to end.
    // Where the peer breaks the protocol while our Close is being written, Beast 1.81 has its close
    // and its read wait for each other's lock, and the end of the stream tells neither.
    give_up_closing_.emit(asio::cancellation_type::terminal);
    give_up_reading_.emit(asio::cancellation_type::terminal);
  }

  /// Messages behind the one being written are dropped, as Home Assistant drops its queue.
  void drop_queue() {
    while (queue_.size() > (writing_ ? 1U : 0U)) {
      queued_bytes_ -= queue_.back().size();
      queue_.pop_back();
    }
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

  shaped_stream& shape_;  ///< Owned by the stream.
  ws::stream<erased_stream> stream_;
  beast::flat_buffer buffer_;
  std::deque<std::string> queue_;  ///< The front one is being written while `writing_`.
  std::size_t queued_bytes_ = 0;
  std::size_t sent_ = 0;         ///< Of the front one.
  std::size_t piece_ = 0;        ///< Its frames have at most so many bytes; 0: there is one.
  std::size_t frame_bytes_ = 0;  ///< … and those of messages to come.
  websocket_events* events_ = nullptr;
  timer closing_;
  asio::cancellation_signal give_up_closing_;
  asio::cancellation_signal give_up_reading_;
  time_source& time_;
  websocket_limits limits_;
  error_code first_error_;
  unsigned outstanding_ = 0;  ///< Operations that hold us; the end is reported when none is left.
  bool writing_ = false;
  bool pinging_ = false;
  bool ending_ = false;  ///< No more messages go out.
  bool ours_ = false;    ///< It was our wish.
  bool ended_ = false;
  bool paused_ = false;
  bool muted_ = false;
  bool polite_ = false;
  bool peer_closed_ = false;
};

class handle final : public websocket {
 public:
  explicit handle(std::shared_ptr<connection> impl) : impl_(std::move(impl)), id_(impl_->id()) {}
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() override { impl_->orphan(); }

  void start(websocket_events& events) override { impl_->start(events); }
  bool send(std::string message) override { return impl_->send(std::move(message)); }
  void ping(std::string_view payload) override { impl_->ping(payload); }
  void close(std::uint16_t code) override { impl_->close(code); }
  void abort(bool reset) override { impl_->abort(reset); }
  void pause_reading() override { impl_->pause(true); }
  void resume_reading() override { impl_->pause(false); }
  void ignore_pings(bool ignored) override { impl_->shape().ignore_pings(ignored); }
  void fragment(std::size_t frame_bytes) override { impl_->fragment(frame_bytes); }
  void trickle(std::size_t piece_bytes, duration every) override {
    impl_->shape().trickle(piece_bytes, every);
  }
  void mute(bool muted) override { impl_->mute(muted); }
  [[nodiscard]] std::size_t queued() const noexcept override { return impl_->queued(); }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override { return id_; }

 private:
  std::shared_ptr<connection> impl_;
  std::uint32_t id_;
};

http_response refusal_answer(upgrade_refusal refusal) {
  http_response answer;
  answer.status = refusal.status;
  answer.headers.push_back({"Content-Type", std::move(refusal.content_type)});
  answer.body = std::move(refusal.body);
  return answer;
}

/// The request as Beast wants it: it knows version 13 only, takes the first offer of an extension
/// or none, and insists on a Host.
http::request<http::empty_body> upgrade_request(const http_request& from, bool deflate) {
  http::request<http::empty_body> to(http::verb::unknown, from.target, from.version);
  to.method_string(from.method);
  std::string offers;
  for (const auto& each : from.headers) {
    const http::field name = http::string_to_field(each.name);
    if (name == http::field::sec_websocket_extensions) {
      offers += (offers.empty() ? "" : ",") + each.value;
    } else {
      to.insert(each.name, each.value);
    }
  }
  to.set(http::field::sec_websocket_version, "13");
  if (to.count(http::field::host) == 0) to.set(http::field::host, "");
  if (!deflate || offers.empty()) return to;
  const std::string offer = acceptable_offer(offers);
  if (!offer.empty()) to.set(http::field::sec_websocket_extensions, offer);
  return to;
}

/// Beast names itself in its answer; Home Assistant does not.
void remove_server_header(std::string& answer) {
  const std::size_t at = answer.find("\r\nServer: ");
  if (at == std::string::npos) return;
  answer.erase(at, answer.find("\r\n", at + 2) - at);
}

asio::awaitable<bool> cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
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

asio::awaitable<std::expected<std::unique_ptr<websocket>, upgrade_failure>> websocket_connect(
    time_source& time, std::unique_ptr<byte_stream> stream, client_upgrade wish,
    websocket_limits limits) {
  const auto fresh = std::make_shared<connection>(time, std::move(stream), limits);
  const auto watch = std::make_shared<answer_watch>(limits.header_bytes_max);
  byte_stream& bytes = fresh->bytes().stream();
  fresh->shape().watch([watch, &bytes](std::string_view some) {
    // Its body may never end: Beast would wait for that.
    if (watch->on_bytes(some) == answer_watch::verdict::declined) bytes.close();
  });
  fresh->beast_stream().set_option(ws::stream_base::decorator([&wish](ws::request_type& request) {
    for (const auto& each : wish.headers) request.set(each.name, each.value);
  }));
  auto [ec] = co_await fresh->beast_stream().async_handshake(wish.host, wish.target, use_result);
  fresh->shape().watch(nullptr);
  if (!ec) co_return std::make_unique<handle>(fresh);
  bytes.close();
  upgrade_failure why(ec);
  if (watch->status() != 0) {
    why.ec = ws::error::upgrade_declined;
    why.http_status = watch->status();
    why.retry_after = retry_after_of(watch->retry_after(), time.wall_now());
  }
  co_return std::unexpected(why);
}

asio::awaitable<result<std::unique_ptr<websocket>>> websocket_accept(
    time_source& time, std::unique_ptr<byte_stream> stream, upgrade_policy policy,
    websocket_limits limits) {
  http_limits of_request;
  of_request.header_bytes_max = limits.header_bytes_max;
  const auto http = make_http_connection(std::move(stream), of_request);
  auto request = co_await http->read();
  if (!request) {
    http->stream().close();
    co_return std::unexpected(request.error());
  }
  std::optional<upgrade_refusal> refused;
  if (policy) refused = policy(request->target);
  if (!refused && !ws::is_upgrade(upgrade_request(*request, false))) {
    refused = upgrade_refusal{.status = 400,
                              .body =
                                  "No WebSocket UPGRADE hdr: None\n"
                                  " Can \"Upgrade\" only to \"WebSocket\"."};
  }
  if (refused) {
    auto answer = http->write(refusal_answer(std::move(*refused)), true);
    (void)co_await std::move(answer);
    http->stream().close();
    co_return std::unexpected(error_code(ws::error::upgrade_declined));
  }
  // A client may have sent its first frames behind the request.
  std::string early;
  auto bytes = http->release(early);
  auto upgrade =
      websocket_accept(time, std::move(bytes), std::move(*request), std::move(early), limits);
  co_return co_await std::move(upgrade);
}

asio::awaitable<result<std::unique_ptr<websocket>>> websocket_accept(
    time_source& time, std::unique_ptr<byte_stream> stream, http_request request, std::string early,
    websocket_limits limits, answer_drops drops) {
  const auto fresh = std::make_shared<connection>(time, std::move(stream), limits);
  erased_stream& bytes = fresh->bytes();
  bytes.prepend(asio::buffer(early));
  fresh->end_politely();
  const auto wanted = upgrade_request(request, limits.deflate);
  std::string answer;
  fresh->shape().capture(&answer);
  auto [ec] = co_await fresh->beast_stream().async_accept(wanted, use_result);
  fresh->shape().capture(nullptr);
  const bool stopped = co_await cancelled();
  if (stopped) ec = asio::error::operation_aborted;
  if (!stopped) {
    remove_server_header(answer);
    if (drops.piece_bytes > 0) fresh->shape().trickle(drops.piece_bytes, drops.piece_every);
    auto [write_ec, size] = co_await asio::async_write(bytes, asio::buffer(answer), use_result);
    if (drops.piece_bytes > 0) fresh->shape().trickle(0, {});
    if (!ec) ec = write_ec;
  }
  if (ec) {
    bytes.stream().close();
    co_return std::unexpected(ec);
  }
  co_return std::make_unique<handle>(fresh);
}

bool is_message_too_big(const error_code& ec) noexcept {
  return ec == ws::error::message_too_big || ec == ws::error::buffer_overflow;
}

bool is_not_understood(const error_code& ec) noexcept {
  if (ec == ws::error::closed || is_message_too_big(ec)) return false;
  static const error_code inflating = beast::zlib::error::general;
  return ec == ws::condition::protocol_violation || ec.category() == inflating.category();
}

bool is_upgrade_declined(const error_code& ec) noexcept {
  return ec == ws::error::upgrade_declined;
}

}  // namespace hassle::net
