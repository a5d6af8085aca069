#pragma once

#include "harness/real/real_network.hpp"

#include <hassle/net/byte_stream.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace hassle::harness {

/// A real socket in the hands of a program on a host: what is complete reaches the program only
/// while the host is not frozen. The network outlives it.
class real_stream final : public net::byte_stream {
 public:
  real_stream(real_network& of, host& on, std::unique_ptr<net::byte_stream> socket,
              std::uint32_t number);
  real_stream(const real_stream&) = delete;
  real_stream& operator=(const real_stream&) = delete;
  ~real_stream() override;

  [[nodiscard]] asio::any_io_executor get_executor() override;
  [[nodiscard]] std::uint32_t connection_id() const noexcept override { return number_; }
  [[nodiscard]] std::string peer_address() const override { return socket_->peer_address(); }
  void read_some(asio::mutable_buffer into, handler done) override;
  void write_some(std::span<const asio::const_buffer> from, handler done) override;
  void shutdown_send() noexcept override { socket_->shutdown_send(); }
  void close() noexcept override;
  void reset() noexcept override;

  [[nodiscard]] const host& where() const noexcept { return *host_; }
  [[nodiscard]] bool held() const noexcept { return held_; }
  void end(ending how) noexcept;

 private:
  [[nodiscard]] handler delivered(handler done);

  real_network* network_;
  host* host_;
  std::unique_ptr<net::byte_stream> socket_;
  std::uint32_t number_;
  bool held_ = true;
};

}  // namespace hassle::harness
