#pragma once

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness {

/// What befalls one operation of a program: the n-th that it begins, from 0.
enum class trouble_kind : std::uint8_t {
  failure,  ///< It fails: refused, reset.
  silence,  ///< It never ends by itself.
  notice,   ///< Nothing, but somebody is told as it begins, who may cancel the program.
};

class trouble {
 public:
  trouble(trouble_kind kind, std::size_t n) : kind_(kind), left_(n) {}

  /// Asked by every operation: true if it is to fail, or to be silent.
  [[nodiscard]] bool strikes() {
    if (struck_ || left_-- > 0) return false;
    struck_ = true;
    if (kind_ != trouble_kind::notice) return true;
    if (noticed) noticed();
    return false;
  }
  [[nodiscard]] bool struck() const noexcept { return struck_; }
  [[nodiscard]] bool silent() const noexcept { return kind_ == trouble_kind::silence; }

  std::function<void()> noticed;

 private:
  trouble_kind kind_;
  std::size_t left_;
  bool struck_ = false;
};

/// A stream whose reads and writes may be struck.
class troubled_stream final : public net::byte_stream {
 public:
  troubled_stream(std::unique_ptr<net::byte_stream> inner, trouble& from)
      : inner_(std::move(inner)), from_(from) {}
  troubled_stream(const troubled_stream&) = delete;
  troubled_stream& operator=(const troubled_stream&) = delete;
  ~troubled_stream() override { abort(); }

  net::asio::any_io_executor get_executor() override { return inner_->get_executor(); }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override {
    return inner_->connection_id();
  }
  [[nodiscard]] std::string peer_address() const override { return inner_->peer_address(); }
  void read_some(net::asio::mutable_buffer into, handler done) override {
    if (!from_.strikes()) return inner_->read_some(into, std::move(done));
    strike(std::move(done));
  }
  void write_some(std::span<const net::asio::const_buffer> from, handler done) override {
    if (!from_.strikes()) return inner_->write_some(from, std::move(done));
    strike(std::move(done));
  }
  void shutdown_send() noexcept override { inner_->shutdown_send(); }
  void close() noexcept override {
    inner_->close();
    abort();
  }
  void reset() noexcept override {
    inner_->reset();
    abort();
  }

 private:
  void strike(handler done) {
    if (from_.silent()) {
      silenced_ = std::move(done);
      return;
    }
    inner_->reset();
    answer(std::move(done), net::asio::error::connection_reset);
  }
  void abort() {
    if (silenced_) {
      answer(std::exchange(silenced_, nullptr), net::asio::error::operation_aborted);
    }
  }
  void answer(handler done, net::error_code ec) {
    net::asio::post(get_executor(), [done = std::move(done), ec]() mutable { done(ec, 0); });
  }

  std::unique_ptr<net::byte_stream> inner_;
  trouble& from_;
  handler silenced_;
};

/// A world in which one operation of its program is struck: resolving, connecting, a read or a
/// write.
class troubled_world final : public net::world {
 public:
  troubled_world(net::world& inner, trouble& from) : inner_(inner), from_(from) {}

  net::asio::any_io_executor executor() override { return inner_.executor(); }
  net::time_source& time() override { return inner_.time(); }
  net::random_stream random(std::string_view name) override { return inner_.random(name); }
  net::result<std::unique_ptr<net::acceptor>> listen(net::endpoint local) override {
    return inner_.listen(std::move(local));
  }
  net::asio::awaitable<net::result<std::vector<net::endpoint>>> resolve(
      net::endpoint name) override {
    if (from_.strikes()) {
      const auto ec = co_await strike(net::asio::error::host_not_found);
      co_return std::unexpected(ec);
    }
    co_return co_await inner_.resolve(std::move(name));
  }
  net::asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> connect(
      net::endpoint address) override {
    if (from_.strikes()) {
      const auto ec = co_await strike(net::asio::error::connection_refused);
      co_return std::unexpected(ec);
    }
    auto stream = co_await inner_.connect(std::move(address));
    if (!stream) co_return std::unexpected(stream.error());
    co_return std::make_unique<troubled_stream>(std::move(*stream), from_);
  }

 private:
  net::asio::awaitable<net::error_code> strike(net::error_code failure) {
    if (!from_.silent()) co_return failure;
    co_return co_await net::sleep_until(inner_.time(), net::never);
  }

  net::world& inner_;
  trouble& from_;
};

}  // namespace hassle::harness
