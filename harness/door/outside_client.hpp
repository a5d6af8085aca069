#pragma once

#include "harness/door/adapter.hpp"
#include "harness/door/witness.hpp"
#include "harness/recorder.hpp"
#include "harness/subject.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/client/state_mirror.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hassle::harness::door {

/// One life of a client behind an adapter. What it does is recorded as it is seen: see `witness`.
///
/// A fault of the adapter ends what it was doing ("other: adapter"), and all that it is told later.
/// Everything passed by reference outlives it. Thread-safety: single-threaded.
class outside_client final : public subject {
 public:
  struct parts {
    net::time_source& clock;  ///< Of the run: scaled, and jumped over quiet stretches.
    recorder& record;
    witness& sees;
    const scenario::scenario& lives_in;
  };
  /// `behind` has been launched, and says or will say `hello`. `on_gone` is told of a fault, once.
  outside_client(parts with, std::unique_ptr<adapter> behind, hello_said hello, start_order order,
                 std::function<void(const adapter_fault&)> on_gone);

  void boot(net::duration cold_start) override;
  void issue(const scenario::planned_command& command, done on_done) override;
  [[nodiscard]] bool is_up() const noexcept override { return up_; }
  void freeze() override;
  void thaw() override;
  void show_mirror(const shown& then) override;
  [[nodiscard]] boost::asio::awaitable<void> kill() override;

  /// Asks whether it waits for nothing but its timers and the network, and until when. One question
  /// at a time; answered once, maybe at once, and never after `kill` began.
  struct stillness {
    bool quiet = false;
    net::time_point next = net::never;  ///< Of the run's clock.
  };
  using on_stillness = std::function<void(stillness)>;
  void ask(on_stillness then);
  [[nodiscard]] bool is_asked() const noexcept { return static_cast<bool>(asked_); }
  /// The run's clock has just been moved on by so much, at once.
  void jump(net::duration by);
  /// Something is under way that takes none of the run's time: its process comes up, or says what
  /// it mirrors.
  [[nodiscard]] bool holds_time() const noexcept;

  std::function<void()> on_killed;  ///< `kill` begins.

 private:
  struct in_flight {
    scenario::planned_command command;
    net::time_point limit;
    done on_done;
  };

  void start();
  void hand_over(const in_flight& command);
  void hear(const said& what);
  void hear_outcome(const outcome_said& what);
  void hear_quiet(const quiet_said& what);
  void hear_mirror(const mirror_said& what);
  void on_fault(const adapter_fault& what);
  void answer_failed(std::uint32_t number);

  parts with_;
  std::unique_ptr<adapter> adapter_;
  hello_said hello_;
  start_order order_;
  std::function<void(const adapter_fault&)> on_gone_;
  net::timer cold_start_;
  net::timer failing_;
  bool started_ = false;
  bool up_ = false;
  bool killed_ = false;
  bool frozen_ = false;
  std::map<std::uint32_t, in_flight> in_flight_;
  on_stillness asked_;
  net::duration slept_{};  // Jumps while it was frozen.
  shown mirror_asked_;
};

/// The mirror that an adapter tells, as ours.
[[nodiscard]] client::state_mirror mirror_from(const json::object& entities);

}  // namespace hassle::harness::door
