#pragma once

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>

namespace hassle::net {

/// The machine we run on: its clocks, its TCP.
///
/// This and its implementation are the only places that read a clock. The time since construction
/// is `now`. Sockets send small messages at once (TCP_NODELAY). The number of a connection is the
/// client's local port: both ends know it without talking, though it may come again after a while.
/// Random streams are functions of seed and name, but not the ones of the simulated world.
/// Thread-safety: single-threaded, on the thread that runs the context, which must outlive it.
class real_world final : public world {
 public:
  real_world(asio::io_context& context, std::uint64_t seed);
  real_world(const real_world&) = delete;
  real_world& operator=(const real_world&) = delete;
  ~real_world() override;

  [[nodiscard]] asio::any_io_executor executor() override;
  [[nodiscard]] time_source& time() override;
  [[nodiscard]] asio::awaitable<result<std::vector<endpoint>>> resolve(endpoint name) override;
  [[nodiscard]] asio::awaitable<result<std::unique_ptr<byte_stream>>> connect(
      endpoint address) override;

  /// `local.host` is an address; empty means all of IPv4.
  [[nodiscard]] result<std::unique_ptr<acceptor>> listen(endpoint local) override;
  [[nodiscard]] random_stream random(std::string_view name) override;

 private:
  asio::io_context& context_;
  std::uint64_t seed_;
  std::unique_ptr<time_source> time_;
};

/// The same for a program with an executor of its own: that of an io_context with one thread, or a
/// strand where there are more. Thread-safety: used on that executor only. The context behind it
/// outlives the world.
[[nodiscard]] std::unique_ptr<world> make_real_world(asio::any_io_executor executor,
                                                     std::uint64_t seed);

/// Of the machine's steady clock, whatever its zero is: for measuring what has no world.
[[nodiscard]] time_point machine_now();

/// A seed that no other process has.
[[nodiscard]] std::uint64_t unpredictable_seed();

}  // namespace hassle::net
