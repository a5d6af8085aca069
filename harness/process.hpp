#pragma once

#include "harness/application.hpp"
#include "harness/recorder.hpp"
#include "harness/subject.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/client/client.hpp>
#include <hassle/net/gate.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace hassle::harness {

namespace asio = boost::asio;

/// The client as we wrote it, with the program around it, in this very program.
class process final : public subject {
 public:
  /// World, scenario and recorder outlive the process.
  process(net::world& where, client::config settings, const scenario::scenario& lives_in,
          recorder& record);

  void boot(net::duration cold_start) override;
  void issue(const scenario::planned_command& command, done on_done) override;
  [[nodiscard]] bool is_up() const noexcept override { return up_.is_open(); }
  void show_mirror(const shown& then) override;
  [[nodiscard]] asio::awaitable<void> kill() override;

  [[nodiscard]] client::resilient_client& client() noexcept { return client_; }

 private:
  asio::awaitable<void> start(net::duration cold_start);
  asio::awaitable<void> run(scenario::planned_command command, net::time_point limit, done on_done);

  net::world& where_;
  const client::engine_style style_;
  client::resilient_client client_;
  application program_;
  net::task_group tasks_;
  net::gate up_;
};

/// What a planned command says on the wire.
[[nodiscard]] client::command command_for(const scenario::planned_command& planned);

/// What it is called in the journal: "get_states", or "light.turn_on light.kitchen".
[[nodiscard]] std::string label_of(const scenario::planned_command& planned);

}  // namespace hassle::harness
