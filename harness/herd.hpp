#pragma once

#include "harness/recorder.hpp"

#include <hassle/client/config.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace hassle::harness {

namespace asio = boost::asio;

/// Further clients of the same settings as the one under test, each on a host of its own. They boot
/// one after the other, stay connected as their settings have it, and send no commands. The journal
/// has their attempts to connect, and where they succeeded.
///
/// Hosts and recorder outlive it; `stop` must have completed before it is destroyed.
/// Thread-safety: single-threaded.
class herd {
 public:
  /// All have booted after so long, or a quarter of the run if that is less.
  static constexpr net::duration boot_within = std::chrono::minutes(1);

  herd(recorder& record, asio::any_io_executor executor);
  herd(const herd&) = delete;
  herd& operator=(const herd&) = delete;
  ~herd();

  /// A further one, which boots at `at`. `log_in` fills in its token, as it boots.
  void add(net::world& where, client::config settings, net::time_point at,
           std::function<void(client::config&)> log_in);

  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

  [[nodiscard]] asio::awaitable<void> stop();

 private:
  class member;

  recorder& record_;
  std::vector<std::unique_ptr<member>> members_;
  net::task_group endings_;
};

}  // namespace hassle::harness
