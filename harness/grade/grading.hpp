#pragma once

#include "reports/report.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::grade {

/// How a client did in one scenario, as Autobahn grades implementations of WebSocket.
enum class mark : std::uint8_t {
  ok,            ///< Keeps what is expected of the best client.
  non_strict,    ///< Breaks no oracle, but a figure is outside of what is expected of the best.
  failed,        ///< Breaks an oracle, or a figure is far outside.
  inconclusive,  ///< Nothing can be said: a fault hit nothing, nothing was measured, interrupted.
};
/// "ok", "non-strict", "failed", "inconclusive"
[[nodiscard]] std::string_view name_of(mark which) noexcept;

/// A figure is far outside if it misses its bound by more than the bound's own size twice, and by
/// more than this: a share of commands, milliseconds, seconds, or a number of things.
inline constexpr double far_rate = 0.05;
inline constexpr double far_ms = 2'000;
inline constexpr double far_s = 30;
inline constexpr double far_count = 10;

/// Whether a measured figure is far outside of [min, max]; false inside.
[[nodiscard]] bool is_far_out(const reports::expectation& of, double measured);

/// What speaks against a client.
struct finding {
  std::string what;     ///< The oracle or expectation and the figures, in a sentence.
  bool broken = false;  ///< Enough for `failed`.
};

struct verdict {
  mark given = mark::ok;
  std::vector<finding> findings;  ///< What failed it first.
};

/// Grades what was measured. `of.expectations` and `of.layers` are those of the best client,
/// whoever was measured; all oracles count, promised or not.
[[nodiscard]] verdict judge(const reports::cell& of);

/// The events that led to the first thing that went wrong in a run: an oracle's first violation,
/// else the first command that failed. At most `lines_max`, the last one being it. A line each:
/// "00:01:02.500  server_closed  connection 3  restart". Empty if nothing went wrong.
[[nodiscard]] std::vector<std::string> first_events(const reports::kept_run& run,
                                                    std::size_t lines_max);

}  // namespace hassle::harness::grade
