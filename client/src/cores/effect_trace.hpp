#pragma once

#include "idempotency_rules.hpp"
#include "state_history.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

/// Contexts that are explained: by a call of ours that was answered, or that was found by a
/// look-up. The last ones only. Pure.
class known_contexts {
 public:
  /// More of our own calls than a home sees within the time of a look-up.
  static constexpr std::size_t most = 64;

  /// Empty ones are not taken in.
  void add(std::string_view context_id);
  [[nodiscard]] bool contains(std::string_view context_id) const noexcept;

 private:
  std::array<std::string, most> ring_;
  std::size_t next_ = 0;
};

/// What an entity went through since a command was sent.
struct entity_trace {
  /// What `state_history::since` says; empty = what it was then is not known.
  std::optional<std::vector<state_history::version>> since;
  /// As it is now; empty = it is not there.
  std::optional<seen_state> now;
  /// `now` was told after the command was sent. Else only what has changed since is evidence.
  bool confirmed = true;
};

struct trace_verdict {
  effect_verdict what = effect_verdict::cannot_tell;
  std::string context_id;  ///< Of `happened`: of the change that is the effect.
};

/// `judge` over every state that the entity went through: a light that went on as asked and was
/// turned off by somebody since has been turned on. A toggle happened if one change is our user's
/// and is not explained; two toggles of one entity by one user at the same time cannot be told
/// apart, unless one was answered. Pure.
[[nodiscard]] trace_verdict trace_effect(const expected_effect& expectation,
                                         const entity_trace& trace, std::string_view user_id,
                                         const known_contexts& explained);

}  // namespace hassle::client
