#pragma once

#include "harness/bench/policies/reconnect_schedule.hpp"

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hassle::harness::bench {

/// What an attempt takes that finds the server away: its answer is a reset.
inline constexpr net::duration refusal_takes = std::chrono::milliseconds(1);

/// Stands for a lag that never ended.
inline constexpr net::duration never_back = net::duration::max();

/// How one client came through one outage.
struct recovery {
  net::duration lag{};    ///< From the outage's end to the start of the attempt that succeeds.
  unsigned attempts = 0;  ///< That one included.
};

/// An outage that begins with the loss of the connection, which is noticed at once. Attempts that
/// start before its end are refused, the first one at or after it succeeds. The lag is
/// `never_back` if the policy gives up before. REQUIRES: outage >= 0.
[[nodiscard]] recovery recover(reconnect_schedule policy, net::duration outage,
                               net::random_stream& random);

/// How outages are drawn.
enum class spacing : std::uint8_t {
  linear,       ///< Every length is as likely.
  logarithmic,  ///< Every order of magnitude is.
};

/// Many outages with lengths between two. The range is cut into `cells` of equal (or equally
/// logarithmic) width, and in each `per_cell` lengths are drawn, so that their phase against a
/// schedule's rhythm is uniform as well.
struct outage_range {
  net::duration from;
  net::duration to;  ///< > from; from > 0
  spacing how = spacing::logarithmic;
  unsigned cells = 1;
  unsigned per_cell = 1'000;
};

/// Sorted by cell. The same for every policy that is to be compared.
[[nodiscard]] std::vector<net::duration> draw_outages(const outage_range& range,
                                                      net::random_stream& random);

/// Nearest rank, never_back where that many did not come back.
struct lag_figures {
  net::duration p50{};
  net::duration p99{};
  double attempts = 0;    ///< Mean per outage, the successful one included.
  double per_minute = 0;  ///< Attempts that were refused, by minute of outage.
  double back = 0;        ///< Share that came back, 0 to 1.
};

/// Of one policy: of all outages, and cell by cell in the range's order.
struct lag_curve {
  lag_figures all;
  std::vector<lag_figures> cells;
};

/// Takes a policy through outages drawn by `draw_outages` for the range. Nothing if interrupted.
[[nodiscard]] std::optional<lag_curve> measure_lag(const reconnect_schedule& policy,
                                                   std::span<const net::duration> outages,
                                                   const outage_range& range,
                                                   net::random_stream& random,
                                                   const std::atomic<bool>* interrupted = nullptr);

/// What a cell is called: the middle of its range.
[[nodiscard]] net::duration middle_of(const outage_range& range, unsigned cell);

/// Which ones nobody beats: no other is at least as good in both, and better in one. Those that do
/// not always come back are none of them.
[[nodiscard]] std::vector<bool> pareto_front(std::span<const lag_figures> all);

}  // namespace hassle::harness::bench
