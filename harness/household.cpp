#include "harness/household.hpp"

#include "harness/conductor.hpp"
#include "harness/final_checks.hpp"
#include "harness/herd.hpp"
#include "harness/home_life.hpp"
#include "harness/host_faults.hpp"
#include "harness/household_tls.hpp"
#include "harness/login.hpp"
#include "harness/process.hpp"
#include "harness/recorder.hpp"
#include "harness/simulation/host.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "harness/waiting_faults.hpp"
#include "mockha/server.hpp"

#include <hassle/client/state_mirror.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
/// Of the server: a handshake that stalls is the client's to give up.
constexpr net::duration handshake_limit = 1h;

/// One household: Home Assistant on one host, the client on another, a network between.
class household final : private client_machine,
                        private fault_injector,
                        private waiting_faults::owner {
 public:
  household(neighbourhood& around, const scenario::scenario& what, const scenario::plan& plan,
            client::config settings, reports::journal& journal, const run_hooks& hooks)
      : scenario_(what),
        hooks_(hooks),
        world_(around.world),
        network_(around.network),
        instead_(around.instead),
        server_host_(network_.add_host("homeassistant")),
        client_host_(network_.add_host("client")),
        harness_host_(network_.add_host("harness")),
        record_(harness_host_.time(), journal),
        tls_(what.ha.tls ? make_tls() : nullptr),
        server_(server_host_, server_settings(what, tls_),
                [this](reports::event e) { on_server(std::move(e)); }),
        tasks_(world_.executor()),
        mirrored_(settings.mirror),
        conductor_(
            {.clock = harness_host_.time(), .machine = *this, .faults = *this, .record = record_},
            what, plan, addressed(settings, what)),
        host_faults_(client_host_, server_host_, conductor_),
        waiting_(harness_host_, *this),
        herd_(record_, world_.executor()) {
    around.on_event = [this](const reports::event& e) { on_network(e); };
    network_.add_name(server_name, server_host_);
    for (const scenario::endpoint_way& each : what.endpoints) {
      network_.add_endpoint(each.name, server_host_, each.latency);
    }
    client_host_.show_wakeups_to(&record_.idleness());
    if (what.ha.changes) life_.emplace(harness_host_, server_, *what.ha.changes);
    gather_herd(addressed(settings, what));
  }

  /// What was wrong, if anything: our own doing, not the scenario's.
  std::optional<std::string> run(const std::atomic<bool>* interrupted, bool& was_interrupted) {
    auto listening = server_.start({server_host_.address(), port});
    assert(listening && "a fresh simulated host has every port free");
    if (life_) life_->begin();
    bool ended = false;
    conductor_.start([&] { tasks_.spawn(stop_server(ended)); });
    run_end end = world_.run_until(conductor_.last_instant() + winding_up, interrupted);
    if (end == run_end::interrupted) {
      was_interrupted = true;
      waiting_.give_up();
      host_faults_.heal();
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
  static mockha::server_config server_settings(const scenario::scenario& what,
                                               std::shared_ptr<net::tls_server> tls) {
    mockha::server_config config = mockha::make_config(what.ha);
    config.tls = std::move(tls);
    config.limits.tls = handshake_limit;
    config.record_changes = !what.program.subscriptions.empty();
    return config;
  }

  std::shared_ptr<household_tls> make_tls() {
    return std::make_shared<household_tls>(
        [this](std::uint32_t number, const std::string& fault, std::uint32_t connection) {
          record_.add({.kind = reports::event_kind::fault_hit,
                       .connection = connection,
                       .value = number,
                       .text = fault});
        });
  }

  static client::config addressed(client::config settings, const scenario::scenario& what) {
    settings.server = {server_name, port};
    settings.access_token = std::string(mockha::default_access_token);
    settings.unpredictable_masks = false;
    if (settings.failover) {
      for (const scenario::endpoint_way& each : what.endpoints) {
        settings.failover->others.push_back({.name = each.name, .server = {each.name, port}});
      }
    }
    if (what.ha.tls) household_tls::trust(settings);
    return settings;
  }

  boost::asio::awaitable<void> stop_server(bool& ended) {
    record_measures();
    if (life_) life_->end();
    co_await herd_.stop();
    if (instead_ != nullptr) co_await instead_->leave();
    co_await server_.stop();
    co_await network_.stop();
    ended = true;
    world_.finish();
  }

  /// The last process has ended: nothing of it may be left.
  void record_measures() {
    using namespace reports::measure;
    const auto record = [this](std::string_view name, std::int64_t value) {
      record_.add(measured_event(name, value));
    };
    record(timers_left, static_cast<std::int64_t>(client_host_.pending_timers()));
    record(connections_left, static_cast<std::int64_t>(network_.connections_of(client_host_)));
    if (herd_.size() > 0) record(clients, static_cast<std::int64_t>(herd_.size()) + 1);
    if (const auto peak = record_.idleness().peak()) record(wakeups_per_minute_peak, *peak);
  }

  // client_machine
  net::world& world() override { return client_host_; }
  void freeze() override { client_host_.freeze(); }
  void thaw() override { client_host_.thaw(); }
  void lose_connections() override {
    network_.reset_host(client_host_, ending::silent);
    if (instead_ != nullptr) instead_->lose_connections();
  }
  void close_connections() override { network_.reset_host(client_host_, ending::fin); }
  void log_in(client::config& settings) override { log_in(settings, login_); }
  std::unique_ptr<subject> make_subject(client::config settings) override {
    if (instead_ != nullptr) {
      return instead_->make_subject(
          {.clock = harness_host_.time(), .record = record_, .lives_in = scenario_});
    }
    auto made = std::make_unique<process>(client_host_, std::move(settings), scenario_, record_);
    if (hooks_.on_boot) hooks_.on_boot(made->client());
    return made;
  }
  void inspect(subject& last, std::function<void()> then) override {
    last.show_mirror([this, then = std::move(then)](const client::state_mirror* shown) {
      if (mirrored_) compare(hooks_.mirror ? hooks_.mirror() : shown);
      then();
    });
  }

  void compare(const client::state_mirror* mirror) {
    if (mirror == nullptr || !mirror->live()) return;
    const auto wall = mockha::to_wall_time(server_host_.time().wall_now());
    record_.add(mirror_compared_event(compare_mirror(*mirror, *mirrored_, server_.house(), wall)));
  }

  // fault_injector
  void begin(const scenario::fault& what, const scenario::planned_fault& occurrence) override {
    if (occurrence.armed && !mockha::is_server_fault(what.what)) {
      waiting_.arm(what, occurrence);
    } else {
      begin_now(what, occurrence);
    }
  }
  bool end(const scenario::fault& what, const scenario::planned_fault& occurrence) override {
    if (!end_now(what, occurrence)) return false;
    waiting_.on_fault_over(what.name);
    return true;
  }
  void disarm(const scenario::fault& what, const scenario::planned_fault& occurrence) override {
    if (mockha::is_server_fault(what.what)) {
      server_.disarm_fault(occurrence);
    } else {
      waiting_.disarm(occurrence.number);
    }
  }

  // waiting_faults::owner
  void begin_waiting(const scenario::fault& what,
                     const scenario::planned_fault& occurrence) override {
    record_.add(
        {.kind = reports::event_kind::fault_began, .value = occurrence.number, .text = what.name});
    begin_now(what, occurrence);
  }
  void end_waiting(const scenario::fault& what,
                   const scenario::planned_fault& occurrence) override {
    end_now(what, occurrence);
    record_.add(
        {.kind = reports::event_kind::fault_ended, .value = occurrence.number, .text = what.name});
    waiting_.on_fault_over(what.name);
  }

  void begin_now(const scenario::fault& what, const scenario::planned_fault& occurrence) {
    if (closes_port(what) && !occurrence.armed) {
      port_closers_.push_back({occurrence.number, what.name});
    }
    if (is_host_fault(what.what)) {
      if (host_faults_.begin(what.what)) {
        record_.add({.kind = reports::event_kind::fault_hit,
                     .value = occurrence.number,
                     .text = what.name});
      }
      if (life_) life_->stand_still(server_host_.frozen());
    } else if (is_tls_fault(what)) {
      tls_->begin(occurrence.number, what);
    } else if (!network_.begin_fault(what, occurrence)) {
      server_.begin_fault(what, occurrence);
    }
  }
  bool end_now(const scenario::fault& what, const scenario::planned_fault& occurrence) {
    if (is_host_fault(what.what)) {
      host_faults_.end(what.what);
      if (life_) life_->stand_still(server_host_.frozen());
      server_.on_fault_over(what.name);
      return true;
    }
    if (is_tls_fault(what)) {
      tls_->end(occurrence.number);
      server_.on_fault_over(what.name);
      return true;
    }
    const bool by_network = network_.end_fault(what, occurrence);
    const bool ended = by_network || server_.end_fault(occurrence);
    if (by_network) server_.on_fault_over(what.name);
    std::erase_if(port_closers_,
                  [&](const port_closer& each) { return each.number == occurrence.number; });
    return ended;
  }

  /// Only where there is TLS, as the loader sees to it.
  [[nodiscard]] bool is_tls_fault(const scenario::fault& what) const {
    return tls_ != nullptr && std::holds_alternative<scenario::tls_fault>(what.what);
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
    record_seen(e);
    waiting_.on_server_event(e);
  }

  void record_seen(const reports::event& e) {
    record_.add(e);
    if (instead_ == nullptr) return;
    for (reports::event& each : instead_->on_seen(e)) record_.add(std::move(each));
  }

  // Logins, and those who only connect.

  using kept_login = std::optional<login>;

  void log_in(client::config& settings, kept_login& kept) {
    if (scenario_.program.how != scenario::client_setup::login::refresh) return;
    const auto wall = mockha::to_wall_time(server_host_.time().wall_now());
    const bool renews = settings.token.has_value();
    if (!kept || !kept->is_good(server_.tokens(), wall, renews)) {
      kept.emplace(server_.tokens(), wall);
    }
    kept->fill_in(settings, wall);
  }

  void gather_herd(const client::config& settings) {
    const std::uint32_t count = scenario_.program.herd;
    const net::duration within = std::min(herd::boot_within, scenario_.length / 4);
    herd_logins_.resize(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      host& on = network_.add_host(fmt::format("client-{}", i + 2));
      herd_.add(on, settings, net::time_point(within / count * i),
                [this, i](client::config& with) { log_in(with, herd_logins_[i]); });
    }
  }

  /// A server whose port is closed cannot see whom it turns away; the network can.
  void on_network(const reports::event& e) {
    const bool refused = e.kind == reports::event_kind::dial_failed;
    const std::uint32_t connection = e.connection;
    record_seen(e);
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
  const run_hooks& hooks_;
  simulated_world& world_;
  std::vector<port_closer> port_closers_;
  lan& network_;
  guest* instead_;  // Of our client, if anybody.
  host& server_host_;
  host& client_host_;
  host& harness_host_;
  recorder record_;
  std::shared_ptr<household_tls> tls_;
  mockha::server server_;
  net::task_group tasks_;
  const std::optional<client::mirror_config> mirrored_;
  conductor conductor_;
  host_faults host_faults_;
  waiting_faults waiting_;
  std::optional<home_life> life_;
  kept_login login_;
  std::vector<kept_login> herd_logins_;
  herd herd_;
};

std::vector<std::string> faults_that_must_hit(const scenario::scenario& what) {
  std::vector<std::string> names;
  for (const scenario::fault& each : what.faults) {
    if (each.must_hit) names.push_back(each.name);
  }
  return names;
}

std::map<std::string, std::string, std::less<>> kinds_of_faults(const scenario::scenario& what) {
  std::map<std::string, std::string, std::less<>> kinds;
  for (const scenario::fault& each : what.faults) kinds.emplace(each.name, kind_of(each.what));
  return kinds;
}

}  // namespace

std::optional<std::string> live_in(neighbourhood& around, const run_order& order,
                                   run_result& result) {
  auto home = std::make_unique<household>(around, *order.what, *order.plan, *order.settings,
                                          result.journal, order.hooks);
  auto bug = home->run(order.interrupted, result.interrupted);
  // What spins or hangs cannot be taken apart: its parts still wait for each other.
  if (bug) static_cast<void>(home.release());
  around.on_event = nullptr;
  return bug;
}

reports::run_context context_of(const run_order& order) {
  const scenario::scenario& what = *order.what;
  return {.scenario = what.name,
          .client = order.client_name,
          .seed = order.plan->seed,
          .simulated = order.plan->end,
          .healed = order.plan->healed,
          .faults_that_must_hit = faults_that_must_hit(what),
          .fault_kinds = kinds_of_faults(what),
          .layers = {},
          .recovery_bound = promised_recovery(*order.settings)};
}

}  // namespace hassle::harness
