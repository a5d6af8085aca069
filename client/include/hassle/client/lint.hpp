#pragma once

#include <hassle/client/config.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

/// The stages of a recovery, in their order.
enum class recovery_stage : std::uint8_t {
  detect,   ///< From the link's silent death until the client gives it up.
  attempt,  ///< An attempt that is under way when the fault ends, until it is given up.
  backoff,  ///< The wait until the next attempt.
  token,    ///< A new access token.
  resolve,  ///< The attempt that succeeds, stage by stage.
  tcp,
  proxy,
  tls,
  upgrade,
  auth,
  wait_for_running,
  resubscribe,
  breaker,  ///< Calls are refused though the link is there.
  first_answer,
};
[[nodiscard]] std::string_view name_of(recovery_stage stage) noexcept;

/// What one stage may cost.
struct recovery_term {
  recovery_stage stage{};
  std::optional<duration> at_most;  ///< Absent = no finite bound.
  std::string
      setting;      ///< What bounds it: "reconnect.backoff_cap", "health.interval + life_limit".
  std::string why;  ///< How the bound comes about, or why there is none. One sentence.
};

/// How long a client may take to be itself again.
struct recovery_bound {
  std::vector<recovery_term> terms;  ///< One for each stage that these settings have, in order.
  /// The sum; absent if one of them has no bound.
  std::optional<duration> total;
  duration bounded{0};  ///< The sum of those that have one.
  /// Index into `terms` of the first without a bound, else of the largest.
  std::size_t dominating = 0;
  /// Of the largest that has a bound: what to turn once the others are bounded.
  std::optional<std::size_t> largest;
  /// What the bound leaves out, or what else is striking: a slower path after HTTP 403, no jitter…
  std::vector<std::string> notes;
};

/// The worst-case time, by the settings alone, from the end of a fault to the first fresh answer.
/// It is an upper bound: the terms are added, though not every outage needs all of them. A fault
/// lasts until the server can be reached; what Home Assistant takes to start counts as
/// wait_for_running, and its answers come in time. Time in which the process is frozen does not
/// count. The settings need not be valid: a limit may be `no_limit`, to judge those of other
/// clients. Pure.
///
/// | stage | bound |
/// |---|---|
/// | detect | health.interval + life_limit (lee: pong_limit); without health answer_limit |
/// | attempt | the limits of all its stages, for each endpoint in order |
/// | backoff | backoff_cap (full jitter's largest draw), for each endpoint in order |
/// | token | token.retry_cap + refresh_limit |
/// | resolve … auth | the limit of the stage, or connect_limit together |
/// | wait_for_running | deadline.ready_limit, where `admission` makes calls wait |
/// | resubscribe | mirror.retry_cap + answer_limit, or answer_limit |
/// | breaker | the longest open time, and a trial that fails before it |
/// | first_answer | reconnect.answer_limit |
[[nodiscard]] recovery_bound lint(const config& settings);

/// The bound as a table for people: a line per stage, the total, what dominates it, the notes.
[[nodiscard]] std::string to_text(const recovery_bound& bound);

}  // namespace hassle::client
