#include "scenarios/plan.hpp"
#include "scenarios/schema.hpp"

#include <fmt/format.h>

namespace hassle::scenario {

std::string frozen_scenario(const scenario& s, const plan& p) {
  scenario frozen = s;
  frozen.load.commands.emplace();
  for (const planned_command& c : p.commands) {
    frozen.load.commands->push_back({c.at, c.kind, c.target, c.limit, {}});
  }
  frozen.where_client_lives.recycle.reset();
  frozen.where_client_lives.recycle_at = p.recycles;
  for (fault& f : frozen.faults) {
    f.at.reset();
    f.every.reset();
    f.open_ended = false;
    f.occurrences.emplace();
  }
  for (const planned_fault& f : p.faults) {
    frozen.faults[f.fault].occurrences->push_back(
        {f.at, f.lasts, f.phases, f.amount, f.open_ended});
  }
  return fmt::format("# {}, frozen: the plan of seed {}. Every seed gives this plan.\n", s.name,
                     p.seed) +
         write_scenario(frozen);
}

}  // namespace hassle::scenario
