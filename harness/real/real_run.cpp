#include "harness/real/real_run.hpp"

#include "harness/real/outside_guest.hpp"
#include "harness/real/real_network.hpp"
#include "harness/simulation/simulated_world.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace hassle::harness {

namespace {

struct real_street {
  real_street(const scenario::scenario& what, const scenario::plan& plan,
              const pace_settings& settings)
      : world(plan.seed),
        pace(sockets, settings),
        joined(world, sockets, what.path,
               [this](reports::event e) { around.on_event(std::move(e)); }) {
    world.pace_with(pace);
  }

  asio::io_context sockets{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};  // Outlives all that has sockets.
  simulated_world world;
  socket_pacer pace;
  real_network joined;
  neighbourhood around{.world = world, .network = joined};
  std::optional<outside_guest> outside;
};

real_run_result live_on(std::unique_ptr<real_street> street, const run_order& order) {
  real_run_result result;
  result.run.context = context_of(order);
  result.run.context.world = "real";
  result.run.bug = live_in(street->around, order, result.run);
  result.late = street->pace.late();
  result.skipped = street->pace.skipped();
  if (street->outside) result.fault = street->outside->fault();
  if (result.fault) result.run.client_fault = result.fault->text();
  if (result.run.bug) static_cast<void>(street.release());
  return result;
}

}  // namespace

real_run_result run_real(const run_order& order, const pace_settings& pace) {
  return live_on(std::make_unique<real_street>(*order.what, *order.plan, pace), order);
}

real_run_result run_real(const run_order& order, const pace_settings& pace,
                         const outside_order& client) {
  auto street = std::make_unique<real_street>(*order.what, *order.plan, pace);
  outside_guest& guest = street->outside.emplace(street->sockets, street->joined, client.command,
                                                 pace.time_scale, client.limits);
  if (client.known_fault) {
    guest.refuse(*client.known_fault);
  } else {
    guest.arrive(order.interrupted);
  }
  street->joined.expect_strangers();
  street->around.instead = &guest;
  street->pace.wait_for(guest);
  client::config settings = *order.settings;
  if (guest.hello().mirrors) settings.mirror.emplace();
  run_order mine = order;
  mine.settings = &settings;
  return live_on(std::move(street), mine);
}

}  // namespace hassle::harness
