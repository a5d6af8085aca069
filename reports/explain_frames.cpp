#include "reports/explain_frames.hpp"

#include "reports/explain_events.hpp"

#include <fmt/format.h>

namespace hassle::reports {
namespace {

constexpr std::size_t text_width = 100;

colour actor_ink(std::string_view actor) {
  if (actor == "fault") return colour::red;
  if (actor == "network") return colour::yellow;
  return actor == "user" || actor == "app" ? colour::bold : colour::dim;
}

}  // namespace

std::string relative_time(std::chrono::nanoseconds d) {
  const double seconds = std::chrono::duration<double>(d).count();
  return fmt::format("{:+.3f} s", seconds == 0 ? 0.0 : seconds);
}

std::string title_of(const run_context& context) {
  return fmt::format("{} / {}, seed {}, {} world, {}", printable(context.scenario),
                     printable(context.client), context.seed, printable(context.world),
                     human_duration(context.simulated));
}

void append_frames(std::string& out, const investigation& run, std::string_view heading,
                   const std::vector<std::size_t>& frames, std::chrono::nanoseconds origin,
                   std::uint32_t subject, bool coloured) {
  if (frames.empty()) return;
  out += "\n" + paint(heading, colour::bold, coloured) + "\n";
  for (const std::size_t i : frames) {
    const event& e = run.events()[i];
    const told_event told = tell(e, run.owner_of(e.connection, e.value), subject);
    out += pad_left(relative_time(e.at - origin), 14) + "  ";
    out += paint(pad_right(told.actor, 8), actor_ink(told.actor), coloured);
    out += told.sentence + "\n";
  }
}

void append_paragraph(std::string& out, std::string_view text) {
  for (const std::string& line : wrap(text, text_width)) out += line + "\n";
}

}  // namespace hassle::reports
