#pragma once

#include "reports/investigation.hpp"
#include "reports/text.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// "+0.012 s"
[[nodiscard]] std::string relative_time(std::chrono::nanoseconds d);

/// "ha-restart / pool, seed 3, simulated world, 10m 00s"
[[nodiscard]] std::string title_of(const run_context& context);

/// A heading and a line for each event (by its index), with its time since `origin` and who did
/// what; nothing without events. `subject` is the command that the story is about, 0 = none.
void append_frames(std::string& out, const investigation& run, std::string_view heading,
                   const std::vector<std::size_t>& frames, std::chrono::nanoseconds origin,
                   std::uint32_t subject, bool coloured);

/// The paragraph that a story ends with, wrapped.
void append_paragraph(std::string& out, std::string_view text);

}  // namespace hassle::reports
