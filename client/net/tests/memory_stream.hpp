#pragma once

#include <hassle/net/byte_stream.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace hassle::net {

/// The test's end of a stream in memory: it gives bytes, and sees what was written.
class wire {
 public:
  explicit wire(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void give(std::string_view bytes) {
    incoming_ += bytes;
    deliver();
  }
  void give_fin() {
    fin_ = true;
    deliver();
  }
  /// What has been written since it was last asked for.
  [[nodiscard]] std::string take() { return std::exchange(written, {}); }

  /// Passes on whatever is written here, and its end, to the other one.
  void feed(wire& other) { fed_ = &other; }

  std::string written;
  int writes = 0;
  bool shut = false;    ///< A FIN was sent, by `shutdown_send` or `close`.
  bool closed = false;  ///< … by `close`.
  bool reset = false;
  std::size_t bytes_per_write = 1U << 20U;
  bool stuck = false;  ///< Nothing more is taken over.

 private:
  friend class memory_stream;

  void deliver() {
    if (!read_ || (incoming_.empty() && !fin_)) return;
    const std::size_t size = std::min(incoming_.size(), into_.size());
    std::memcpy(into_.data(), incoming_.data(), size);
    incoming_.erase(0, size);
    answer(std::move(read_), size > 0 ? error_code{} : asio::error::eof, size);
  }
  void answer(byte_stream::handler done, error_code ec, std::size_t size) {
    asio::post(executor_, [done = std::move(done), ec, size]() mutable { done(ec, size); });
  }
  void abort() {
    if (read_) answer(std::exchange(read_, nullptr), asio::error::operation_aborted, 0);
    if (write_) answer(std::exchange(write_, nullptr), asio::error::operation_aborted, 0);
  }

  asio::any_io_executor executor_;
  wire* fed_ = nullptr;
  std::string incoming_;
  bool fin_ = false;
  asio::mutable_buffer into_;
  byte_stream::handler read_;
  byte_stream::handler write_;
};

/// The stream itself, for the code under test.
class memory_stream final : public byte_stream {
 public:
  explicit memory_stream(std::shared_ptr<wire> other) : wire_(std::move(other)) {}
  memory_stream(const memory_stream&) = delete;
  memory_stream& operator=(const memory_stream&) = delete;
  ~memory_stream() override { memory_stream::close(); }

  asio::any_io_executor get_executor() override { return wire_->executor_; }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override { return 7; }
  void read_some(asio::mutable_buffer into, handler done) override {
    if (gone()) return wire_->answer(std::move(done), asio::error::operation_aborted, 0);
    wire_->into_ = into;
    wire_->read_ = std::move(done);
    wire_->deliver();
  }
  void write_some(std::span<const asio::const_buffer> from, handler done) override {
    if (gone()) return wire_->answer(std::move(done), asio::error::operation_aborted, 0);
    if (wire_->stuck) {
      wire_->write_ = std::move(done);
      return;
    }
    std::string all;
    for (const auto& each : from) all.append(static_cast<const char*>(each.data()), each.size());
    all.resize(std::min(all.size(), wire_->bytes_per_write));
    ++wire_->writes;
    if (wire_->fed_ != nullptr) {
      wire_->fed_->give(all);
    } else {
      wire_->written += all;
    }
    wire_->answer(std::move(done), {}, all.size());
  }
  void shutdown_send() noexcept override { wire_->shut = true; }
  void close() noexcept override {
    if (gone()) return;
    wire_->shut = wire_->closed = true;
    if (wire_->fed_ != nullptr) wire_->fed_->give_fin();
    wire_->abort();
  }
  void reset() noexcept override {
    if (gone()) return;
    wire_->reset = true;
    wire_->abort();
  }

 private:
  [[nodiscard]] bool gone() const { return wire_->closed || wire_->reset; }

  std::shared_ptr<wire> wire_;
};

}  // namespace hassle::net
