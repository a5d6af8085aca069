#include "harness/simulated_run.hpp"

#include "harness/conductor.hpp"
#include "harness/recorder.hpp"
#include "harness/simulation/host.hpp"
#include "harness/simulation/network.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "mockha/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hassle::harness {

using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t port = 8123;
constexpr const char* server_name = "homeassistant.local";
/// After the last process has ended: time for what is on its way to arrive, and for the server to
/// close.
constexpr net::duration winding_up = 60s;

/// One simulated household: Home Assistant on one host, the client on another, a network between.
class household final : private client_machine, private fault_injector {
 public:
  household(const scenario::scenario& what, const scenario::plan& plan, client::config settings,
            reports::journal& journal)
      : scenario_(what),
        world_(plan.seed),
        network_(world_, what.path, [this](reports::event e) { on_network(std::move(e)); }),
        server_host_(network_.add_host("homeassistant")),
        client_host_(network_.add_host("client")),
        harness_host_(network_.add_host("harness")),
        record_(harness_host_.time(), journal),
        server_(server_host_, mockha::make_config(what.ha),
                [this](reports::event e) { on_server(std::move(e)); }),
        tasks_(world_.executor()),
        conductor_(
            {.clock = harness_host_.time(), .machine = *this, .faults = *this, .record = record_},
            what, plan, addressed(std::move(settings))) {
    network_.add_name(server_name, server_host_);
  }

  /// What was wrong, if anything: our own doing, not the scenario's.
  std::optional<std::string> run(const std::atomic<bool>* interrupted, bool& was_interrupted) {
    auto listening = server_.start({server_host_.address(), port});
    assert(listening && "a fresh simulated host has every port free");
    bool ended = false;
    conductor_.start([&] { tasks_.spawn(stop_server(ended)); });
    run_end end = world_.run_until(conductor_.last_instant() + winding_up, interrupted);
    if (end == run_end::interrupted) {
      was_interrupted = true;
      conductor_.stop_early();
      end = world_.run_until(world_.now() + winding_up);
    }
    if (end == run_end::busy_loop) {
      return fmt::format("something spins without waiting at {} s",
                         std::chrono::duration<double>(world_.now().time_since_epoch()).count());
    }
    if (!ended) return "the client or the server did not end when it was stopped";
    return std::nullopt;
  }

 private:
  static client::config addressed(client::config settings) {
    settings.server = {server_name, port};
    settings.access_token = std::string(mockha::default_access_token);
    settings.unpredictable_masks = false;
    return settings;
  }

  boost::asio::awaitable<void> stop_server(bool& ended) {
    co_await server_.stop();
    ended = true;
    world_.finish();
  }

  // client_machine
  net::world& world() override { return client_host_; }
  void freeze() override { client_host_.freeze(); }
  void thaw() override { client_host_.thaw(); }
  void lose_connections() override { network_.reset_host(client_host_, ending::silent); }

  // fault_injector
  void begin(const scenario::fault& what, const scenario::planned_fault& occurrence) override {
    if (closes_port(what) && !occurrence.armed) {
      port_closers_.push_back({occurrence.number, what.name});
    }
    if (!network_.begin_fault(what, occurrence)) server_.begin_fault(what, occurrence);
  }
  bool end(const scenario::fault& what, const scenario::planned_fault& occurrence) override {
    const bool by_network = network_.end_fault(what, occurrence);
    const bool ended = by_network || server_.end_fault(occurrence);
    if (by_network) server_.on_fault_over(what.name);
    std::erase_if(port_closers_,
                  [&](const port_closer& each) { return each.number == occurrence.number; });
    return ended;
  }
  void disarm(const scenario::fault&, const scenario::planned_fault& occurrence) override {
    server_.disarm_fault(occurrence);
  }

  static bool closes_port(const scenario::fault& what) {
    return std::holds_alternative<scenario::refuse_fault>(what.what) ||
           std::holds_alternative<scenario::restart_fault>(what.what);
  }

  /// Faults that waited for something begin and end by themselves, which only the server knows.
  void on_server(reports::event e) {
    const auto number = static_cast<std::uint32_t>(e.value);
    if (e.kind == reports::event_kind::fault_began) {
      const auto& faults = scenario_.faults;
      const auto found = std::ranges::find(faults, e.text, &scenario::fault::name);
      if (found != faults.end() && closes_port(*found)) port_closers_.push_back({number, e.text});
    } else if (e.kind == reports::event_kind::fault_ended) {
      std::erase_if(port_closers_, [&](const port_closer& each) { return each.number == number; });
    }
    record_.add(std::move(e));
  }

  /// A server whose port is closed cannot see whom it turns away; the network can.
  void on_network(reports::event e) {
    const bool refused = e.kind == reports::event_kind::dial_failed;
    const std::uint32_t connection = e.connection;
    record_.add(std::move(e));
    if (!refused) return;
    for (const port_closer& each : port_closers_) {
      record_.add({.kind = reports::event_kind::fault_hit,
                   .connection = connection,
                   .value = each.number,
                   .text = each.name});
    }
  }

  /// A fault that is in force and closes the server's port, at least for a part of its time.
  struct port_closer {
    std::uint32_t number;
    std::string name;
  };

  const scenario::scenario& scenario_;
  simulated_world world_;
  std::vector<port_closer> port_closers_;
  network network_;
  host& server_host_;
  host& client_host_;
  host& harness_host_;
  recorder record_;
  mockha::server server_;
  net::task_group tasks_;
  conductor conductor_;
};

std::vector<std::string> faults_that_must_hit(const scenario::scenario& what) {
  std::vector<std::string> names;
  for (const scenario::fault& each : what.faults) {
    if (each.must_hit) names.push_back(each.name);
  }
  return names;
}

}  // namespace

run_result simulate(const scenario::scenario& what, const scenario::plan& plan,
                    const client::config& settings, const std::string& client_name,
                    const std::atomic<bool>* interrupted) {
  run_result result;
  result.context = {.scenario = what.name,
                    .client = client_name,
                    .seed = plan.seed,
                    .simulated = plan.end,
                    .healed = plan.healed,
                    .faults_that_must_hit = faults_that_must_hit(what)};
  auto home = std::make_unique<household>(what, plan, settings, result.journal);
  result.bug = home->run(interrupted, result.interrupted);
  // What spins or hangs cannot be taken apart: its parts still wait for each other.
  if (result.bug) static_cast<void>(home.release());
  return result;
}

}  // namespace hassle::harness
