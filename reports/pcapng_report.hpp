#pragma once

#include "reports/report.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace hassle::reports {

/// What went over the wires of the kept runs as a pcapng file, which Wireshark opens: each run on
/// an interface of its own, named after it. What happened stands in comments of the packets that
/// come next and are no mere acknowledgements. Ports of clients are distinct as long as there are
/// any; addresses are as in the journal, so they are the same in all runs. What goes beyond
/// `pcapng_bytes_max` is only counted, in the interface's statistics.
[[nodiscard]] std::string pcapng_report(const report& r);

/// When each run begins: the wall clock that Home Assistant shows in its messages then.
inline constexpr std::chrono::sys_days pcapng_epoch{std::chrono::year{2026} / 1 / 1};

/// Packets of all runs together. Wireshark opens that with ease.
inline constexpr std::size_t pcapng_bytes_max = std::size_t{256} << 20U;

}  // namespace hassle::reports
