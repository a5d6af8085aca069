#include "harness/cli/real_world.hpp"

#include "harness/cli/terminal.hpp"
#include "harness/real/real_network.hpp"
#include "harness/real/real_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace hassle::harness::cli {

namespace {

double milliseconds(net::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

}  // namespace

std::optional<scenario::input_error> impossible(const run_options& asked,
                                                const scenario::scenario& what) {
  if (!asked.real) return std::nullopt;
  auto why = not_in_the_real_world(what);
  if (!why) return std::nullopt;
  return scenario::input_error{
      what.file, {}, "it cannot be run in the real world: " + *why, "run it without --world real"};
}

void say_left_out(const std::vector<scenario::input_error>& reasons) {
  if (reasons.empty()) return;
  std::string text = fmt::format("{} scenarios are left out:", reasons.size());
  for (const scenario::input_error& each : reasons) {
    text += fmt::format("\n  {}: {}", each.file, each.message);
  }
  complain(text);
}

real_runs::real_runs(const run_options& asked)
    : pace_{.time_scale = asked.real.value().time_scale, .skip = asked.real.value().skip},
      world_{.name = "real", .run = [this](const run_order& order) { return run(order); }} {}

run_result real_runs::run(const run_order& order) {
  real_run_result done = run_real(order, pace_);
  const std::lock_guard lock(mutex_);
  ++runs_;
  p99_ = std::max(p99_, done.late.quantile(0.99));
  if (done.late.max() >= latest_) {
    latest_ = done.late.max();
    worst_ =
        fmt::format("{} with {}, seed {}", order.what->name, order.client_name, order.plan->seed);
  }
  return std::move(done.run);
}

void real_runs::say() const {
  const std::lock_guard lock(mutex_);
  if (runs_ == 0) return;
  complain(
      fmt::format("real world, {} runs at time scale {}: 99 % of what was due was less than "
                  "{:.1f} ms late, the latest {:.1f} ms ({}), of the scenarios' time",
                  runs_, pace_.time_scale, milliseconds(p99_), milliseconds(latest_), worst_));
}

}  // namespace hassle::harness::cli
