#pragma once

#include <hassle/net/world.hpp>

#include <memory>

namespace hassle::mockha {

namespace asio = boost::asio;

/// A world in which time passes `scale` times as fast: whatever lives in it has every duration
/// divided by the scale, without knowing. Wall-clock time stays what it is: what a server writes
/// into a state or a token is compared with clocks outside.
///
/// The world below must outlive it. Thread-safety: that of the world below.
class scaled_world final : public net::world {
 public:
  /// `scale` > 0
  scaled_world(net::world& below, double scale);
  scaled_world(const scaled_world&) = delete;
  scaled_world& operator=(const scaled_world&) = delete;
  ~scaled_world() override;

  [[nodiscard]] asio::any_io_executor executor() override;
  [[nodiscard]] net::time_source& time() override;
  [[nodiscard]] asio::awaitable<net::result<std::vector<net::endpoint>>> resolve(
      net::endpoint name) override;
  [[nodiscard]] asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> connect(
      net::endpoint address) override;
  [[nodiscard]] net::result<std::unique_ptr<net::acceptor>> listen(net::endpoint local) override;
  [[nodiscard]] net::random_stream random(std::string_view name) override;

 private:
  class scaled_time;

  net::world& below_;
  std::unique_ptr<scaled_time> time_;
};

}  // namespace hassle::mockha
