#include "harness/trigger_watch.hpp"

#include <utility>

namespace hassle::harness {

void trigger_watch::arm(std::uint32_t number, scenario::fault_trigger waits_for) {
  armed_.push_back({.number = number, .waits_for = std::move(waits_for)});
}

bool trigger_watch::disarm(std::uint32_t number) {
  return std::erase_if(armed_, [&](const entry& each) { return each.number == number; }) > 0;
}

/// `matches` answers how often what a fault waits for must happen; 0 if this is not it.
template <class Matches>
trigger_watch::due trigger_watch::count(Matches matches) {
  due now;
  for (entry& each : armed_) {
    const std::uint32_t wanted = matches(each.waits_for);
    if (wanted > 0 && ++each.counted >= wanted) now.push_back(each.number);
  }
  for (const std::uint32_t number : now) disarm(number);
  return now;
}

trigger_watch::due trigger_watch::on_command(std::string_view called) {
  return count([&](const scenario::fault_trigger& t) {
    const bool is_it = !t.command.empty() && scenario::matches_command(t.command, called);
    return is_it ? t.count : 0U;
  });
}

trigger_watch::due trigger_watch::on_accepted() {
  return count([](const scenario::fault_trigger& t) { return t.connections; });
}

trigger_watch::due trigger_watch::on_fault_over(std::string_view name) {
  return count([&](const scenario::fault_trigger& t) {
    return !t.fault.empty() && t.fault == name ? 1U : 0U;
  });
}

}  // namespace hassle::harness
