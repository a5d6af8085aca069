#include "harness/host_faults.hpp"

#include <algorithm>
#include <variant>

namespace hassle::harness {

using scenario::host_choice;

bool is_host_fault(const scenario::fault_parameters& what) noexcept {
  return std::holds_alternative<scenario::suspend_fault>(what) ||
         std::holds_alternative<scenario::wall_clock_fault>(what) ||
         std::holds_alternative<scenario::slow_cpu_fault>(what) ||
         std::holds_alternative<scenario::kill_fault>(what);
}

host_faults::host_faults(host& client, host& server, conductor& runs)
    : client_{.where = client}, server_{.where = server}, conductor_(runs) {}

void host_faults::suspend(host_choice which) {
  if (which == host_choice::client) {
    conductor_.suspend();
  } else {
    server_.where.freeze();
  }
}

void host_faults::resume(host_choice which) {
  if (which == host_choice::client) {
    conductor_.resume();
  } else if (server_.suspended == 0) {
    server_.where.thaw();
  }
}

struct host_faults::beginning {
  host_faults& on;

  bool operator()(const scenario::suspend_fault& f) const {
    machine& m = on.of(f.host);
    ++m.suspended;
    if (f.clock_stops) {
      ++m.without_clock;
      m.where.stop_clock();
    }
    on.suspend(f.host);
    return on.lives(f.host);
  }
  bool operator()(const scenario::wall_clock_fault& f) const {
    on.client_.where.jump_wall_clock(f.back ? -f.by : f.by);
    return on.lives(host_choice::client);
  }
  bool operator()(const scenario::slow_cpu_fault& f) const {
    machine& m = on.of(f.host);
    m.steps.push_back(f.step);
    m.where.take_for_each_step(std::ranges::max(m.steps));
    return on.lives(f.host);
  }
  bool operator()(const scenario::kill_fault&) const { return on.conductor_.kill(); }
  bool operator()(const auto&) const { return false; }
};

struct host_faults::ending_of {
  host_faults& on;

  void operator()(const scenario::suspend_fault& f) const {
    machine& m = on.of(f.host);
    --m.suspended;
    if (f.clock_stops && --m.without_clock == 0) m.where.start_clock();
    on.resume(f.host);
  }
  void operator()(const scenario::wall_clock_fault& f) const {
    on.client_.where.jump_wall_clock(f.back ? f.by : -f.by);
  }
  void operator()(const scenario::slow_cpu_fault& f) const {
    machine& m = on.of(f.host);
    m.steps.erase(std::ranges::find(m.steps, f.step));
    m.where.take_for_each_step(m.steps.empty() ? net::duration::zero() : std::ranges::max(m.steps));
  }
  void operator()(const auto&) const {}
};

bool host_faults::begin(const scenario::fault_parameters& what) {
  return std::visit(beginning{*this}, what);
}

void host_faults::heal() {
  for (machine* each : {&client_, &server_}) {
    each->where.start_clock();
    each->where.take_for_each_step(net::duration::zero());
  }
  server_.where.thaw();  // The client's is the conductor's business.
}

void host_faults::end(const scenario::fault_parameters& what) {
  std::visit(ending_of{*this}, what);
}

}  // namespace hassle::harness
