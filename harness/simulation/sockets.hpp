#pragma once

#include "harness/simulation/connection.hpp"

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/world.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace hassle::harness {

class network;

/// A program's handle of one end of a simulated connection.
class simulated_stream final : public net::byte_stream {
 public:
  simulated_stream(connection& which, side s);
  simulated_stream(const simulated_stream&) = delete;
  simulated_stream& operator=(const simulated_stream&) = delete;
  ~simulated_stream() override { close(); }

  [[nodiscard]] asio::any_io_executor get_executor() override;
  [[nodiscard]] std::uint32_t connection_id() const noexcept override { return id_; }
  [[nodiscard]] std::string peer_address() const override;
  void read_some(asio::mutable_buffer into, handler done) override;
  void write_some(std::span<const asio::const_buffer> from, handler done) override;
  void shutdown_send() noexcept override;
  void close() noexcept override;
  void reset() noexcept override;

 private:
  void refuse(handler done);

  connection* connection_;  // Null once closed.
  host* where_;
  const place* peer_;  // The network's, which outlives all streams.
  side side_;
  std::uint32_t id_;
};

/// A program's handle of a listening socket.
class simulated_acceptor final : public net::acceptor {
 public:
  simulated_acceptor(network& net, std::uint32_t id, net::endpoint local)
      : network_(&net), id_(id), local_(std::move(local)) {}
  simulated_acceptor(const simulated_acceptor&) = delete;
  simulated_acceptor& operator=(const simulated_acceptor&) = delete;
  ~simulated_acceptor() override { close(); }

  [[nodiscard]] asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> accept() override;
  void close() noexcept override;
  [[nodiscard]] net::endpoint local_endpoint() const override { return local_; }

 private:
  network* network_;
  std::uint32_t id_;
  net::endpoint local_;
};

}  // namespace hassle::harness
