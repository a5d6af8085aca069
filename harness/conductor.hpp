#pragma once

#include "harness/recorder.hpp"
#include "harness/subject.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/client/config.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace hassle::harness {

/// The machine that the client runs on, as far as a run acts on it.
class client_machine {
 public:
  [[nodiscard]] virtual net::world& world() = 0;
  virtual void freeze() = 0;
  virtual void thaw() = 0;
  /// All its connections are gone; their peers are not told.
  virtual void lose_connections() = 0;
  /// Its programs are gone, the machine is not: it closes their connections.
  virtual void close_connections() = 0;
  /// Fills in what a program knows of its login as it begins.
  virtual void log_in(client::config& settings) = 0;
  /// A new life of the client under test, with these settings; its boot comes next.
  [[nodiscard]] virtual std::unique_ptr<subject> make_subject(client::config settings) = 0;
  /// The plan is carried out, and the last one is about to end. Calls `then` once, at once or
  /// later, when it has seen what it wants.
  virtual void inspect(subject& last, std::function<void()> then) = 0;

 protected:
  ~client_machine() = default;
};

/// Whoever carries out faults: the mock server and the network.
class fault_injector {
 public:
  /// What is armed begins and ends by itself: its injector records that.
  virtual void begin(const scenario::fault& what, const scenario::planned_fault& occurrence) = 0;
  /// False if it had ended by itself: its injector has recorded that.
  virtual bool end(const scenario::fault& what, const scenario::planned_fault& occurrence) = 0;
  /// What was armed and has not begun never will.
  virtual void disarm(const scenario::fault& what, const scenario::planned_fault& occurrence) = 0;

 protected:
  ~fault_injector() = default;
};

/// Carries out a plan: issues its commands, watches over their limits, begins and ends its faults,
/// freezes and recycles the client's host.
///
/// Everything passed by reference outlives it. Thread-safety: single-threaded.
class conductor {
 public:
  struct parts {
    net::time_source& clock;  ///< Never frozen.
    client_machine& machine;
    fault_injector& faults;
    recorder& record;
  };
  conductor(parts with, const scenario::scenario& what, const scenario::plan& plan,
            client::config settings);

  /// Boots the client and begins. `on_finished` is called when the plan is carried out and the
  /// last process has ended.
  void start(std::function<void()> on_finished);

  /// Leaves out the rest of the plan and ends the last process at once; commands in flight get no
  /// outcome. `on_finished` is called as ever.
  void stop_early();

  /// The machine stands still until `resume`, which is called as often: what is asked of it waits.
  void suspend();
  void resume();
  /// The process ends at once, and what it was doing; the next command boots another one. False if
  /// there is none.
  bool kill();
  [[nodiscard]] bool has_process() const noexcept { return current_ != nullptr; }

  /// When the last command has ended, whatever happens.
  [[nodiscard]] net::time_point last_instant() const noexcept { return last_instant_; }

 private:
  enum class step_kind : std::uint8_t { begin_fault, end_fault, recycle, issue, finish };
  struct step {
    net::time_point at;
    step_kind what;
    std::size_t index;
  };
  struct in_flight {
    scenario::planned_command command;
    std::unique_ptr<net::timer> limit;
  };

  void collect_steps();
  void arm();
  void perform_due();
  void perform(const step& next);
  void begin_fault(std::size_t index);
  void end_fault(std::size_t index);

  void issue(const scenario::planned_command& command);
  void hand_over(const scenario::planned_command& command);
  void on_done(const scenario::planned_command& command, const client::outcome& result);
  void on_limit(std::uint32_t number);
  void after_command();

  void boot();
  void stop_process(std::string_view why);
  void end_in_flight();
  void recycle();
  void rest();
  void wake();
  void stand_still_or_not();
  void finish();
  void end_run();

  parts with_;
  const scenario::scenario& scenario_;
  const scenario::plan& plan_;
  client::config settings_;
  std::vector<step> steps_;
  std::size_t next_step_ = 0;
  net::timer next_timer_;
  net::time_point last_instant_{};

  std::unique_ptr<subject> current_;
  std::uint32_t generation_ = 0;
  std::map<std::uint32_t, in_flight> in_flight_;
  bool recycle_when_idle_ = false;
  bool frozen_ = false;                   ///< Between invocations.
  unsigned suspended_ = 0;                ///< So many times.
  bool stands_still_ = false;             ///< For one reason or the other.
  std::vector<std::uint32_t> held_back_;  ///< Commands that a suspended machine has not seen.
  bool recycle_on_resume_ = false;
  bool finishing_ = false;
  std::function<void()> on_finished_;
  net::task_group endings_;  ///< Processes that are being killed.
};

}  // namespace hassle::harness
