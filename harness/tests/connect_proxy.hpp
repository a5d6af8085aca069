#pragma once

#include <hassle/net/task_group.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hassle::harness {

/// A small HTTP proxy that knows CONNECT only. `stop` before it is destroyed.
class connect_proxy {
 public:
  explicit connect_proxy(net::world& world) : world_(world), tasks_(world.executor()) {}

  [[nodiscard]] net::result<net::endpoint> start(net::endpoint listen);
  [[nodiscard]] net::asio::awaitable<void> stop();

  std::string login;                         ///< "Basic …" that it wants; empty = everybody may.
  std::map<std::string, std::string> hosts;  ///< Names that it knows besides.
  std::vector<std::string> asked;            ///< Authorities, in the order of asking.
  [[nodiscard]] std::size_t open() const noexcept { return open_; }

 private:
  static net::asio::awaitable<void> listen(connect_proxy& self,
                                           std::unique_ptr<net::acceptor> from);
  static net::asio::awaitable<void> serve(connect_proxy& self,
                                          std::unique_ptr<net::byte_stream> client);
  static net::asio::awaitable<void> join(std::unique_ptr<net::byte_stream> one,
                                         std::unique_ptr<net::byte_stream> other);
  /// The connection to an authority; empty = none.
  net::asio::awaitable<std::unique_ptr<net::byte_stream>> dial(std::string authority);

  net::world& world_;
  net::task_group tasks_;
  std::size_t open_ = 0;
};

}  // namespace hassle::harness
