#pragma once

#include "harness/recorder.hpp"
#include "scenarios/plan.hpp"

#include <hassle/client/client.hpp>
#include <hassle/net/gate.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>

namespace hassle::harness {

namespace asio = boost::asio;

/// One life of the process under test: a client from cold start to its end.
class process {
 public:
  using done = std::function<void(const scenario::planned_command&, const client::outcome&)>;

  /// World and recorder outlive the process.
  process(net::world& where, client::config settings, recorder& record);

  /// Boots: `cold_start` passes, then the client starts.
  void boot(net::duration cold_start);

  /// Sends a command once the process is up. `done` is called when the client has its outcome, and
  /// never after `kill` began.
  void issue(const scenario::planned_command& command, done on_done);

  /// Up, with nothing left to do by itself.
  [[nodiscard]] bool is_up() const noexcept { return up_.is_open(); }

  /// Called once the process is up.
  std::function<void()> on_up;

  /// Ends everything that runs in the process, and waits for it.
  [[nodiscard]] asio::awaitable<void> kill();

 private:
  asio::awaitable<void> start(net::duration cold_start);
  asio::awaitable<void> run(scenario::planned_command command, done on_done);

  net::world& where_;
  client::resilient_client client_;
  net::task_group tasks_;
  net::gate up_;
};

/// What a planned command says on the wire.
[[nodiscard]] client::command command_for(const scenario::planned_command& planned);

/// What it is called in the journal: "get_states", or "light.turn_on light.kitchen".
[[nodiscard]] std::string label_of(const scenario::planned_command& planned);

}  // namespace hassle::harness
