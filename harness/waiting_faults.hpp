#pragma once

#include "harness/trigger_watch.hpp"
#include "reports/journal.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

namespace hassle::harness {

/// Faults of the network and of hosts that wait for something: begins them at the instant at which
/// it happens, behind what happens then, and ends them. (Those of the server wait in the server.)
///
/// The world outlives it. Thread-safety: single-threaded.
class waiting_faults {
 public:
  /// Who carries them out.
  class owner {
   public:
    virtual void begin_waiting(const scenario::fault& what,
                               const scenario::planned_fault& occurrence) = 0;
    virtual void end_waiting(const scenario::fault& what,
                             const scenario::planned_fault& occurrence) = 0;

   protected:
    ~owner() = default;
  };

  waiting_faults(net::world& where, owner& carries_out)
      : time_(where.time()), owner_(carries_out) {}

  /// Both outlive this.
  void arm(const scenario::fault& what, const scenario::planned_fault& occurrence);
  /// What has not begun never will; what has no end of its own ends.
  void disarm(std::uint32_t number);

  /// Nothing begins or ends any more.
  void give_up() noexcept;

  void on_server_event(const reports::event& e);
  void on_fault_over(std::string_view name);

 private:
  struct entry {
    explicit entry(net::time_source& time) : next(time) {}

    const scenario::fault* what = nullptr;
    const scenario::planned_fault* occurrence = nullptr;
    net::timer next;  // Its begin or its end.
    bool in_force = false;
  };

  void begin_soon(const trigger_watch::due& numbers);
  void begin(std::uint32_t number);
  void end(std::uint32_t number);

  net::time_source& time_;
  owner& owner_;
  trigger_watch watch_;
  std::map<std::uint32_t, std::unique_ptr<entry>> entries_;
};

}  // namespace hassle::harness
