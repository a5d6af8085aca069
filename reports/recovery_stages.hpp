#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>

namespace hassle::reports {

/// What a recovery was waiting for, in the order in which it usually comes.
enum class recovery_stage : std::uint8_t {
  asleep,
  detect,
  back_off,
  resolve,
  tcp,
  tls,
  upgrade,
  auth,
  running,
  resubscribe,
  resync,
  command,
  answer,
};
inline constexpr std::size_t recovery_stage_count =
    static_cast<std::size_t>(recovery_stage::answer) + 1;

struct recovery_stage_description {
  std::string_view name;     ///< The enumerator's, as reports for programs spell it.
  std::string_view words;    ///< For people: "back off".
  std::string_view meaning;  ///< In words.
};
/// In the order of the enumeration.
[[nodiscard]] std::span<const recovery_stage_description> recovery_stages();

/// One recovery, taken apart. At each instant it is in exactly one stage; one that did not occur
/// is zero.
struct staged_recovery {
  std::string fault_kind;            ///< Of the fault whose end began it.
  std::chrono::nanoseconds began{};  ///< Since the run began.
  std::array<std::chrono::nanoseconds, recovery_stage_count> stages{};

  /// From the end of the fault to the first fresh answer.
  [[nodiscard]] std::chrono::nanoseconds total() const noexcept {
    return std::accumulate(stages.begin(), stages.end(), std::chrono::nanoseconds{});
  }
  bool operator==(const staged_recovery&) const = default;
};

/// A stage in many recoveries: those in which it did not occur count with zero, so that the means
/// of the stages add up to the mean of the whole. Quantiles are exact, by nearest rank.
struct stage_times {
  std::uint64_t occurred = 0;  ///< In how many it took any time.
  double mean_s = 0, p50_s = 0, p90_s = 0, p99_s = 0, max_s = 0;

  bool operator==(const stage_times&) const = default;
};

/// The recoveries of one kind of fault, pooled over all runs.
struct recovery_waterfall {
  std::string fault_kind;        ///< Empty: of all kinds together.
  std::uint64_t recoveries = 0;  ///< More than none.
  stage_times total;
  std::array<stage_times, recovery_stage_count> stages{};

  bool operator==(const recovery_waterfall&) const = default;
};

}  // namespace hassle::reports
