#include "harness/cli/real_world.hpp"

#include "harness/cli/terminal.hpp"
#include "harness/real/machine_pace.hpp"
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
  if (auto why = not_in_the_real_world(what)) {
    return scenario::input_error{what.file,
                                 {},
                                 "it cannot be run in the real world: " + *why,
                                 "run it without --world real"};
  }
  if (asked.commands.empty()) return std::nullopt;
  auto why = not_from_outside(what);
  if (!why) return std::nullopt;
  return scenario::input_error{
      what.file, {}, "it cannot be run with --client-cmd: " + *why, "run it with our clients"};
}

void say_left_out(const std::vector<scenario::input_error>& reasons) {
  if (reasons.empty()) return;
  std::string text = fmt::format("{} scenarios are left out:", reasons.size());
  for (const scenario::input_error& each : reasons) {
    text += fmt::format("\n  {}: {}", each.file, each.message);
  }
  complain(text);
}

std::optional<std::string> too_slow_for(const run_options& asked) {
  if (!asked.real) return std::nullopt;
  return too_slow(round_trip_on_loopback(), asked.real->time_scale);
}

real_runs::real_runs(const run_options& asked)
    : pace_{.time_scale = asked.real.value().time_scale, .skip = asked.real.value().skip},
      world_{.name = "real", .run = [this](const run_order& order) { return run(order); }} {
  for (const client_command& each : asked.commands) commands_.emplace(each.name, each.command);
}

real_run_result real_runs::run_outside(const run_order& order, const std::string& command) {
  outside_order client{.command = command};
  {
    const std::lock_guard lock(mutex_);
    const auto known = faults_.find(order.client_name);
    if (known != faults_.end()) client.known_fault = known->second;
  }
  real_run_result done = run_real(order, pace_, client);
  const std::lock_guard lock(mutex_);
  if (done.fault) faults_.try_emplace(order.client_name, *done.fault);
  return done;
}

run_result real_runs::run(const run_order& order) {
  const auto outside = commands_.find(order.client_name);
  real_run_result done =
      outside == commands_.end() ? run_real(order, pace_) : run_outside(order, outside->second);
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
