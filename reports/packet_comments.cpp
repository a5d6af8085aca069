#include "reports/packet_comments.hpp"

#include "reports/explain_events.hpp"
#include "reports/pcapng_blocks.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace hassle::reports {
namespace {

// What packets do not say themselves.
bool is_telling(const event& e) {
  switch (e.kind) {
    using enum event_kind;
    case process_started:
    case process_stopped:
    case host_frozen:
    case host_thawed:
    case attempt_failed:
    case client_closed:
    case answer_discarded:
    case ping_failed:
    case probe_failed:
    case breaker_changed:
    case server_executed:
    case answer_lost:
    case server_closed:
    case phase_changed:
    case connection_cut:
    case fault_began:
    case fault_hit:
    case fault_ended:
      return true;
    case command_sent:
    case command_done:
      return e.command != 0;
    default:
      return false;
  }
}

std::string words_of(const event& e) {
  // Without a story around it, it must be said whose it is.
  if (e.kind == event_kind::command_done)
    return fmt::format("user: command {}: {}", e.command, e.text);
  const told_event told = tell(e, e.command, 0);
  return fmt::format("{}: {}", told.actor, told.sentence);
}

}  // namespace

std::string packet_comments::before(std::chrono::nanoseconds at, std::uint32_t connection) {
  for (; next_ < journal_.events().size() && journal_.events()[next_].at <= at; ++next_) {
    const event& e = journal_.events()[next_];
    if (!is_telling(e)) continue;
    std::string& lines = waiting_[e.connection];
    if (lines.size() >= pcapng_text_max) continue;
    lines +=
        fmt::format("{}{} {}", lines.empty() ? "" : "\n", clock_time(e.at), printable(words_of(e)));
  }
  std::string all;
  for (const std::uint32_t each : {std::uint32_t{0}, connection}) {
    const auto found = waiting_.find(each);
    if (found == waiting_.end()) continue;
    if (!all.empty()) all += '\n';
    all += std::exchange(found->second, {});
    waiting_.erase(found);
  }
  return all;
}

}  // namespace hassle::reports
