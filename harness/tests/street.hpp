#pragma once

#include "harness/recorder.hpp"
#include "harness/simulation/host.hpp"
#include "harness/simulation/network.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "mockha/server.hpp"
#include "reports/journal.hpp"

#include <hassle/client/client.hpp>
#include <hassle/net/task_group.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

namespace asio = boost::asio;

/// A simulated street: several Home Assistants and several clients on one network, each on a host
/// of its own. What scenarios cannot say (more than one of either) is told with it.
///
/// Times are seconds since the beginning. `end` must have been called before it is destroyed.
class street {
 public:
  street()
      : net_(world_, {.latency = std::chrono::milliseconds(10)}, [](const reports::event&) {}) {}

  /// A Home Assistant at `name`:8123, with the faults that a scenario lists.
  mockha::server& add_home(const std::string& name, mockha::server_config config = {});
  /// A client of the first home, unless its settings say otherwise. It starts at once.
  client::resilient_client& add_client(client::config settings);

  /// What a profile of the library says, for a home.
  [[nodiscard]] static client::config settings(std::string_view profile,
                                               const std::string& home = "home.test");

  /// Carries out the faults of `text` (a scenario's [[fault]] tables) at their times.
  void add_faults(std::string_view text);

  /// Sends a command of a client at an instant; its outcome is there when it has ended.
  const client::outcome& send(client::resilient_client& who, net::duration at, client::command what,
                              net::duration limit = std::chrono::seconds(30));

  void run_until(net::duration at) { world_.run_until(net::time_point(at)); }
  /// Stops everybody, and expects that nothing is left.
  void end();

  [[nodiscard]] net::time_point now() const { return world_.now(); }
  /// Of the first home.
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const {
    return homes_.front()->machine.time().wall_now();
  }
  [[nodiscard]] const std::vector<reports::event>& events() const { return journal_.events(); }
  [[nodiscard]] std::size_t count(reports::event_kind kind, std::string_view text = {},
                                  net::duration from = net::duration::zero()) const;
  /// The most events of a kind within any second from an instant on.
  [[nodiscard]] std::size_t peak(reports::event_kind kind, net::duration from) const;

 private:
  struct home {
    host& machine;
    std::unique_ptr<recorder> record;
    std::unique_ptr<mockha::server> server;
  };
  struct user {
    host& machine;
    std::unique_ptr<recorder> record;
    std::unique_ptr<client::resilient_client> client;
  };
  struct sent {
    client::outcome outcome;
    bool ended = false;
  };
  static asio::awaitable<void> go(net::world& where, client::resilient_client& who,
                                  net::time_point at, client::command what, net::duration limit,
                                  sent& into);
  static asio::awaitable<void> start(client::resilient_client& who);
  asio::awaitable<void> stop_all();

  simulated_world world_{1};
  network net_;
  reports::journal journal_;
  std::vector<std::unique_ptr<home>> homes_;
  std::vector<std::unique_ptr<user>> users_;
  std::vector<std::unique_ptr<sent>> sent_;
  std::vector<std::unique_ptr<net::timer>> timers_;
  net::task_group tasks_{world_.executor()};
  bool ended_ = false;
};

}  // namespace hassle::harness
