#include "harness/real/real_run.hpp"

#include "harness/real/real_network.hpp"
#include "harness/simulation/simulated_world.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
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
};

}  // namespace

real_run_result run_real(const run_order& order, const pace_settings& pace) {
  real_run_result result;
  result.run.context = context_of(order);
  result.run.context.world = "real";
  auto street = std::make_unique<real_street>(*order.what, *order.plan, pace);
  result.run.bug = live_in(street->around, order, result.run);
  result.late = street->pace.late();
  result.skipped = street->pace.skipped();
  if (result.run.bug) static_cast<void>(street.release());
  return result;
}

}  // namespace hassle::harness
