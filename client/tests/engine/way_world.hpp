#pragma once

#include "manual_world.hpp"
#include "memory_stream.hpp"

#include <hassle/net/gate.hpp>
#include <hassle/net/world.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hassle::client {

/// A world whose names and addresses do what a test says: the test holds the other end of every
/// connection, and moves the clock.
class way_world final : public net::world, private net::time_source {
 public:
  enum class conduct : std::uint8_t { accept, refuse, silent };

  struct address_script {
    conduct what = conduct::accept;
    net::duration after{0};
  };
  /// One connection, as the test sees it.
  struct other_end {
    std::string address;
    std::uint16_t port = 0;
    std::shared_ptr<net::wire> ours;    ///< What the code under test writes is fed to `theirs`.
    std::shared_ptr<net::wire> theirs;  ///< Make a memory_stream of it to answer.
    [[nodiscard]] std::unique_ptr<net::byte_stream> stream() const {
      return std::make_unique<net::memory_stream>(theirs);
    }
  };

  std::map<std::string, std::vector<std::string>> names;  ///< Others are addresses themselves.
  std::map<std::string, address_script> addresses;        ///< Others accept at once.
  bool resolver_silent = false;
  bool resolver_fails = false;
  std::chrono::system_clock::time_point wall{};

  std::vector<std::string> resolved;        ///< Names, in the order of asking.
  std::vector<std::string> dialled;         ///< Addresses, in the order of dialling.
  std::vector<net::time_point> dialled_at;  ///< When.
  std::vector<other_end> ends;              ///< Connections that came about.
  std::size_t dialling = 0;                 ///< connect() calls under way.

  asio::any_io_executor executor() override { return clock_.executor(); }
  net::time_source& time() override { return *this; }
  net::random_stream random(std::string_view name) override { return clock_.random(name); }
  net::result<std::unique_ptr<net::acceptor>> listen(net::endpoint local) override {
    return clock_.listen(std::move(local));
  }

  asio::awaitable<net::result<std::vector<net::endpoint>>> resolve(net::endpoint name) override {
    resolved.push_back(name.host);
    if (resolver_silent) {
      const net::error_code ec = co_await net::sleep_until(*this, net::never);
      co_return std::unexpected(ec);
    }
    if (resolver_fails) {
      co_return std::unexpected(net::error_code(asio::error::host_not_found));
    }
    std::vector<net::endpoint> found;
    const auto known = names.find(name.host);
    if (known == names.end()) {
      found.push_back(name);
    } else {
      for (const auto& each : known->second) found.emplace_back(each, name.port);
    }
    co_return found;
  }

  asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> connect(
      net::endpoint address) override {
    dialled.push_back(address.host);
    dialled_at.push_back(now());
    const under_way counted(*this);
    const address_script script = addresses[address.host];
    if (script.what == conduct::silent || script.after > net::duration::zero()) {
      const net::time_point until =
          script.what == conduct::silent ? net::never : now() + script.after;
      const net::error_code ec = co_await net::sleep_until(*this, until);
      if (ec) co_return std::unexpected(ec);
    }
    if (script.what == conduct::refuse) {
      co_return std::unexpected(net::error_code(asio::error::connection_refused));
    }
    co_return join(address);
  }

  void settle() { clock_.settle(); }
  void advance(net::duration by) { clock_.advance(by); }
  [[nodiscard]] std::size_t armed_timers() const { return clock_.armed_timers(); }
  [[nodiscard]] net::time_point now() const override {
    return const_cast<net::manual_world&>(clock_).time().now();
  }
  /// Connections that the code under test still holds.
  [[nodiscard]] std::size_t open() const {
    std::size_t count = 0;
    for (const other_end& each : ends) count += each.ours->closed || each.ours->reset ? 0 : 1;
    return count;
  }

 private:
  class under_way {
   public:
    explicit under_way(way_world& of) : of_(of) { ++of_.dialling; }
    under_way(const under_way&) = delete;
    under_way& operator=(const under_way&) = delete;
    ~under_way() { --of_.dialling; }

   private:
    way_world& of_;
  };

  std::unique_ptr<net::byte_stream> join(const net::endpoint& address) {
    other_end fresh;
    fresh.address = address.host;
    fresh.port = address.port;
    fresh.ours = std::make_shared<net::wire>(executor());
    fresh.theirs = std::make_shared<net::wire>(executor());
    fresh.ours->feed(*fresh.theirs);
    fresh.theirs->feed(*fresh.ours);
    ends.push_back(fresh);
    return std::make_unique<net::memory_stream>(fresh.ours);
  }

  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override { return wall; }
  timer_id call_at(net::time_point at, std::move_only_function<void()> action) override {
    return clock_.time().call_at(at, std::move(action));
  }
  void cancel(timer_id timer) noexcept override { clock_.time().cancel(timer); }

  net::manual_world clock_;
};

}  // namespace hassle::client
