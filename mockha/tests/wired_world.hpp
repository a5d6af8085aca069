#pragma once

#include <hassle/net/waiting.hpp>
#include <hassle/net/world.hpp>

#include "manual_world.hpp"
#include "memory_stream.hpp"

#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace hassle::mockha {

/// A world for tests of servers: the test moves the clock and holds the other end of every stream.
class wired_world final : public net::world {
 public:
  using wire_ptr = std::shared_ptr<net::wire>;

  /// A connection to whoever listens; null if nobody does.
  wire_ptr dial(std::string from = "10.0.0.7") {
    if (!listening_) return nullptr;
    auto wire = std::make_shared<net::wire>(executor());
    arrived_.push_back(std::make_unique<addressed>(wire, ++last_id_, std::move(from)));
    if (waiting_) std::exchange(waiting_, nullptr)(take());
    settle();
    return wire;
  }
  void settle() { inner_.settle(); }
  void advance(net::duration by) { inner_.advance(by); }

  net::asio::any_io_executor executor() override { return inner_.executor(); }
  net::time_source& time() override { return inner_.time(); }
  net::random_stream random(std::string_view name) override { return inner_.random(name); }
  net::asio::awaitable<net::result<std::vector<net::endpoint>>> resolve(
      net::endpoint name) override {
    return inner_.resolve(std::move(name));
  }
  net::asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> connect(
      net::endpoint to) override {
    return inner_.connect(std::move(to));
  }
  net::result<std::unique_ptr<net::acceptor>> listen(net::endpoint local) override {
    listening_ = true;
    return std::make_unique<wired_acceptor>(*this, std::move(local));
  }

 private:
  using accepted = net::result<std::unique_ptr<net::byte_stream>>;

  /// A stream in memory that has a number and comes from somewhere.
  class addressed final : public net::byte_stream {
   public:
    addressed(wire_ptr other, std::uint32_t id, std::string from)
        : inner_(std::move(other)), id_(id), from_(std::move(from)) {}
    net::asio::any_io_executor get_executor() override { return inner_.get_executor(); }
    [[nodiscard]] std::uint32_t connection_id() const noexcept override { return id_; }
    [[nodiscard]] std::string peer_address() const override { return from_; }
    void read_some(net::asio::mutable_buffer into, handler done) override {
      inner_.read_some(into, std::move(done));
    }
    void write_some(std::span<const net::asio::const_buffer> from, handler done) override {
      inner_.write_some(from, std::move(done));
    }
    void shutdown_send() noexcept override { inner_.shutdown_send(); }
    void close() noexcept override { inner_.close(); }
    void reset() noexcept override { inner_.reset(); }

   private:
    net::memory_stream inner_;
    std::uint32_t id_;
    std::string from_;
  };

  class wired_acceptor final : public net::acceptor {
   public:
    wired_acceptor(wired_world& world, net::endpoint local)
        : world_(world), local_(std::move(local)) {}
    wired_acceptor(const wired_acceptor&) = delete;
    wired_acceptor& operator=(const wired_acceptor&) = delete;
    ~wired_acceptor() override { wired_acceptor::close(); }

    net::asio::awaitable<accepted> accept() override {
      if (!open_) co_return std::unexpected(net::error_code(net::asio::error::operation_aborted));
      co_return co_await net::wait_for<accepted>(
          [this](net::completion<accepted> done) { world_.wait(std::move(done)); },
          [this] { world_.give_up(); });
    }
    void close() noexcept override {
      if (!std::exchange(open_, false)) return;
      world_.listening_ = false;
      world_.give_up();
    }
    [[nodiscard]] net::endpoint local_endpoint() const override { return local_; }

   private:
    wired_world& world_;
    net::endpoint local_;
    bool open_ = true;
  };

  accepted take() {
    auto first = std::move(arrived_.front());
    arrived_.pop_front();
    return first;
  }
  void wait(net::completion<accepted> done) {
    if (arrived_.empty()) {
      waiting_ = std::move(done);
      return;
    }
    net::asio::post(executor(),
                    [done = std::move(done), first = take()]() mutable { done(std::move(first)); });
  }
  void give_up() {
    if (!waiting_) return;
    net::asio::post(executor(), [done = std::exchange(waiting_, nullptr)]() mutable {
      done(std::unexpected(net::error_code(net::asio::error::operation_aborted)));
    });
  }

  net::manual_world inner_;
  std::deque<std::unique_ptr<net::byte_stream>> arrived_;
  net::completion<accepted> waiting_;
  std::uint32_t last_id_ = 0;
  bool listening_ = false;
};

}  // namespace hassle::mockha
