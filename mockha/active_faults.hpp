#pragma once

#include "mockha/command_judge.hpp"

#include "scenarios/plan.hpp"

#include <hassle/net/time.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hassle::mockha {

/// The faults that are a server's business.
enum class fault_kind : std::uint8_t { restart, stall, slow, drop, lose_answer, refuse };

/// The kind of a fault, or nothing if it belongs to the network or the client's host.
[[nodiscard]] std::optional<fault_kind> server_fault(const scenario::fault_parameters& what);

/// What happens to answers at present.
enum class answer_rule : std::uint8_t {
  pass,
  lose_before,  ///< Commands are swallowed: not executed, not answered.
  lose_after,   ///< Commands are executed, their answers lost.
};

/// The faults in force, what they ask for together, and whom they have hit so far.
class active_faults final : public command_judge {
 public:
  struct hit {
    std::uint32_t number = 0;  ///< Of the occurrence in the plan.
    std::string name;
  };

  void begin(fault_kind kind, const scenario::fault& f, const scenario::planned_fault& planned);
  /// The kind of the fault that has ended, or nothing if no such fault was in force.
  std::optional<fault_kind> end(std::uint32_t number);

  [[nodiscard]] command_verdict judge(std::uint32_t connection, std::uint64_t id,
                                      std::string_view type, std::string_view what) override;

  [[nodiscard]] bool any(fault_kind kind) const noexcept;
  [[nodiscard]] answer_rule answers() const noexcept;
  [[nodiscard]] net::duration delay() const noexcept;  ///< Of every answer.
  [[nodiscard]] bool empty() const noexcept { return faults_.empty(); }

  /// The faults of this kind that have now hit this connection for the first time.
  [[nodiscard]] std::vector<hit> first_hits(fault_kind kind, std::uint32_t connection);
  /// The name of the fault that takes answers at present.
  [[nodiscard]] hit taker_of_answers() const;

  /// A stall that has ended is remembered, for bytes that waited for its end.
  [[nodiscard]] std::vector<hit> first_hits_of_past_stalls(std::uint32_t connection);
  [[nodiscard]] bool has_past_stalls() const noexcept { return !past_stalls_.empty(); }
  void forget_past_stalls() { past_stalls_.clear(); }

 private:
  struct active {
    fault_kind kind{};
    std::uint32_t number = 0;
    std::string name;
    bool before_execution = false;
    net::duration delay{};
    std::set<std::uint32_t> hit;
  };
  static void hit_once(active& fault, std::uint32_t connection, std::vector<hit>& hits);

  std::vector<active> faults_;
  std::vector<active> past_stalls_;
};

}  // namespace hassle::mockha
