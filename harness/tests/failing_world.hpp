#pragma once

#include <hassle/net/world.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness {

/// Which operation of a program fails: the n-th that it begins, from 0.
class failure_plan {
 public:
  explicit failure_plan(std::size_t n) : left_(n) {}

  /// True for the operation whose turn it is.
  [[nodiscard]] bool strikes() {
    if (struck_) return false;
    if (left_-- > 0) return false;
    return struck_ = true;
  }
  [[nodiscard]] bool struck() const noexcept { return struck_; }

 private:
  std::size_t left_;
  bool struck_ = false;
};

/// A stream whose reads and writes fail as planned: with a reset, at both ends.
class failing_stream final : public net::byte_stream {
 public:
  failing_stream(std::unique_ptr<net::byte_stream> inner, failure_plan& plan)
      : inner_(std::move(inner)), plan_(plan) {}

  net::asio::any_io_executor get_executor() override { return inner_->get_executor(); }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override {
    return inner_->connection_id();
  }
  [[nodiscard]] std::string peer_address() const override { return inner_->peer_address(); }
  void read_some(net::asio::mutable_buffer into, handler done) override {
    if (!plan_.strikes()) return inner_->read_some(into, std::move(done));
    fail(std::move(done));
  }
  void write_some(std::span<const net::asio::const_buffer> from, handler done) override {
    if (!plan_.strikes()) return inner_->write_some(from, std::move(done));
    fail(std::move(done));
  }
  void shutdown_send() noexcept override { inner_->shutdown_send(); }
  void close() noexcept override { inner_->close(); }
  void reset() noexcept override { inner_->reset(); }

 private:
  void fail(handler done) {
    inner_->reset();
    net::asio::post(get_executor(), [done = std::move(done)]() mutable {
      done(net::asio::error::connection_reset, 0);
    });
  }

  std::unique_ptr<net::byte_stream> inner_;
  failure_plan& plan_;
};

/// A world in which one operation fails: resolving, connecting, a read or a write.
class failing_world final : public net::world {
 public:
  failing_world(net::world& inner, failure_plan& plan) : inner_(inner), plan_(plan) {}

  net::asio::any_io_executor executor() override { return inner_.executor(); }
  net::time_source& time() override { return inner_.time(); }
  net::random_stream random(std::string_view name) override { return inner_.random(name); }
  net::result<std::unique_ptr<net::acceptor>> listen(net::endpoint local) override {
    return inner_.listen(std::move(local));
  }
  net::asio::awaitable<net::result<std::vector<net::endpoint>>> resolve(
      net::endpoint name) override {
    if (plan_.strikes()) {
      co_return std::unexpected(net::error_code(net::asio::error::host_not_found));
    }
    co_return co_await inner_.resolve(std::move(name));
  }
  net::asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> connect(
      net::endpoint address) override {
    if (plan_.strikes()) {
      co_return std::unexpected(net::error_code(net::asio::error::connection_refused));
    }
    auto stream = co_await inner_.connect(std::move(address));
    if (!stream) co_return std::unexpected(stream.error());
    co_return std::make_unique<failing_stream>(std::move(*stream), plan_);
  }

 private:
  net::world& inner_;
  failure_plan& plan_;
};

}  // namespace hassle::harness
