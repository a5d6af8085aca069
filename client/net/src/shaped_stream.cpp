#include "shaped_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::net {

namespace {

// RFC 6455, 5.2: FIN and the opcode of the frames that control a connection.
constexpr unsigned char close_frame = 0x88;
constexpr unsigned char pong_frame = 0x8A;

constexpr bool is_control(unsigned char first) { return (first & 0xF8U) == 0x88U; }

}  // namespace

class shaped_stream::written {
 public:
  explicit written(shaped_stream& by) noexcept : by_(&by) {}
  written(written&& other) noexcept : by_(std::exchange(other.by_, nullptr)) {}
  written& operator=(written&&) = delete;
  ~written() {
    // The handler may be the last to keep the stream alive.
    if (by_ == nullptr) return;
    const auto last = std::exchange(by_->done_, nullptr);
  }
  void operator()(error_code ec, std::size_t size) {
    std::exchange(by_, nullptr)->on_written(ec, size);
  }

 private:
  shaped_stream* by_;
};

shaped_stream::shaped_stream(time_source& time, std::unique_ptr<byte_stream> inner)
    : inner_(std::move(inner)), time_(time), wait_(time) {}

void shaped_stream::read_some(asio::mutable_buffer into, handler done) {
  if (!watcher_) return inner_->read_some(into, std::move(done));
  inner_->read_some(into,
                    [this, into, done = std::move(done)](error_code ec, std::size_t size) mutable {
                      if (watcher_ && size > 0)
                        watcher_({static_cast<const char*>(into.data()), size});
                      done(ec, size);
                    });
}

void shaped_stream::write_some(std::span<const asio::const_buffer> from, handler done) {
  assert(!done_ && "one write at a time");
  done_ = std::move(done);
  buffer_count_ = std::min(from.size(), buffers_.size());
  std::copy_n(from.begin(), buffer_count_, buffers_.begin());
  size_ = asio::buffer_size(std::span(buffers_.data(), buffer_count_));
  const bool begins = !mid_frame_ && size_ > 0;
  const auto first = begins ? *static_cast<const unsigned char*>(buffers_[0].data())
                            : static_cast<unsigned char>(0);
  if (captured_ != nullptr) {
    for (const auto& each : std::span(buffers_.data(), buffer_count_)) {
      captured_->append(static_cast<const char*>(each.data()), each.size());
    }
  }
  const bool swallowed =
      captured_ != nullptr ||
      (begins && !ended_ &&
       ((muted_ && is_control(first)) || (ignore_pings_ && first == pong_frame)));
  if (swallowed) {
    asio::post(get_executor(), [this] { finish({}, size_); });
    return;
  }
  if (begins && first == close_frame && std::exchange(close_normally_, false)) {
    normal_close_ = {static_cast<char>(close_frame), 2, 1000 >> 8, static_cast<char>(1000 & 0xFF)};
    close_left_ = normal_close_.size();
  }
  issue();
}

void shaped_stream::issue() {
  const time_point now = piece_ > 0 ? time_.now() : time_point{};
  held_ = !ended_ && (muted_ || (piece_ > 0 && now < next_piece_));
  if (held_) {
    if (!muted_) wait_.call_at(next_piece_, [this] { go_on(); });
    return;
  }
  if (close_left_ > 0) {
    const std::size_t at = normal_close_.size() - close_left_;
    buffers_[0] = asio::const_buffer(normal_close_.data() + at, close_left_);
    buffer_count_ = 1;
  }
  if (piece_ > 0) {
    limit(piece_);
    next_piece_ = now + every_;
  }
  inner_->write_some({buffers_.data(), buffer_count_}, written(*this));
}

void shaped_stream::on_written(error_code ec, std::size_t size) {
  if (close_left_ == 0 || ec) return finish(ec, size);
  close_left_ -= size;
  if (close_left_ > 0) return issue();
  finish({}, size_);
}

void shaped_stream::go_on() {
  if (std::exchange(held_, false)) issue();
}

void shaped_stream::finish(error_code ec, std::size_t size) {
  mid_frame_ = !ec && size < size_;
  close_left_ = 0;
  auto done = std::exchange(done_, nullptr);
  done(ec, size);
}

void shaped_stream::limit(std::size_t bytes) {
  for (std::size_t i = 0; i < buffer_count_; ++i) {
    if (buffers_[i].size() >= bytes) {
      buffers_[i] = asio::buffer(buffers_[i], bytes);
      buffer_count_ = i + 1;
      return;
    }
    bytes -= buffers_[i].size();
  }
}

void shaped_stream::trickle(std::size_t piece, duration every) {
  piece_ = piece;
  every_ = every;
  next_piece_ = {};
  wait_.cancel();
  if (!muted_) go_on();
}

void shaped_stream::mute(bool muted) {
  muted_ = muted;
  wait_.cancel();
  if (!muted) go_on();
}

void shaped_stream::close() noexcept {
  inner_->close();
  end();
}

void shaped_stream::reset() noexcept {
  inner_->reset();
  end();
}

void shaped_stream::end() noexcept {
  ended_ = true;
  wait_.cancel();
  if (!std::exchange(held_, false)) return;
  asio::post(get_executor(), [this] { finish(asio::error::operation_aborted, 0); });
}

}  // namespace hassle::net
