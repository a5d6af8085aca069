#pragma once

#include <hassle/client/config.hpp>

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
  /// Index into `terms` of the largest one, or of the first without a bound.
  std::size_t dominating = 0;
  /// What the bound leaves out, or what else is striking: a slower path after HTTP 403, no jitter…
  std::vector<std::string> notes;
};

/// The worst-case time, by the settings alone, from the end of a network fault to the first fresh
/// answer, when Home Assistant itself is quick to answer once it is RUNNING. It is an upper bound:
/// the terms are added, though not every outage needs all of them; time in which the process is
/// frozen does not count. The settings need not be valid: a limit may be `no_limit`. Pure.
///
/// Formulas: detect = interval + the limit for the pong; attempt = sum of its stages' limits;
/// backoff = the cap (full jitter's largest draw); breaker = the longest open time. Each term says
/// its own.
[[nodiscard]] recovery_bound lint(const config& settings);

/// The bound as a table for people: a line per stage, the total, what dominates it, the notes.
[[nodiscard]] std::string to_text(const recovery_bound& bound);

}  // namespace hassle::client
