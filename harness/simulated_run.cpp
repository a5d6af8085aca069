#include "harness/simulated_run.hpp"

#include "harness/household.hpp"
#include "harness/simulation/network.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "harness/simulation/wire_tap.hpp"
#include "mockha/server.hpp"
#include "reports/wire_redaction.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace hassle::harness {

namespace {

struct simulated_street {
  simulated_street(const scenario::scenario& what, const scenario::plan& plan,
                   reports::wire_capture* wire)
      : world(plan.seed),
        joined(world, what.path, [this](reports::event e) { around.on_event(std::move(e)); }) {
    if (wire != nullptr) joined.tap(tap.emplace(world, *wire));
  }

  simulated_world world;
  std::optional<wire_tap> tap;
  network joined;
  neighbourhood around{.world = world, .network = joined};
};

}  // namespace

run_result simulate(const scenario::scenario& what, const scenario::plan& plan,
                    const client::config& settings, const std::string& client_name,
                    const std::atomic<bool>* interrupted, const run_hooks& hooks,
                    const run_records& records) {
  const run_order order{.what = &what,
                        .plan = &plan,
                        .settings = &settings,
                        .client_name = client_name,
                        .interrupted = interrupted,
                        .hooks = hooks};
  run_result result;
  result.context = context_of(order);
  auto street =
      std::make_unique<simulated_street>(what, plan, records.wire ? &result.wire : nullptr);
  result.bug = live_in(street->around, order, result);
  if (result.bug) static_cast<void>(street.release());
  // What runs log in with is found by what it looks like; this one looks like nothing.
  constexpr auto known = std::to_array<std::string_view>({mockha::default_access_token});
  reports::redact(result.wire, known);
  return result;
}

}  // namespace hassle::harness
