#include "reports/staleness.hpp"

#include "reports/analysis.hpp"

#include <algorithm>
#include <cstdint>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

class mirror_watch {
 public:
  void on_event(const event& e) {
    pass(e.at);
    switch (e.kind) {
      using enum event_kind;
      case mirror_replaced:
        known_ = true;
        on_ = e.connection;
        return;
      case client_closed:
      case server_closed:
      case connection_cut:
        if (e.connection == on_) on_ = 0;
        return;
      case process_started:
        runs_ = true;
        return;
      case process_stopped:
        runs_ = false;
        on_ = 0;
        return;
      case host_frozen:
        frozen_ = true;
        return;
      case host_thawed:
        frozen_ = false;
        return;
      default:
        return;
    }
  }

  void pass(nanoseconds to) {
    if (known_ && !live() && runs_ && !frozen_) stale_ += to - now_;
    now_ = std::max(now_, to);
  }

  [[nodiscard]] bool live() const { return on_ != 0; }
  [[nodiscard]] std::optional<nanoseconds> stale() const {
    return known_ ? std::optional(stale_) : std::nullopt;
  }

 private:
  nanoseconds now_{};
  nanoseconds stale_{};
  bool known_ = false;  // There was a snapshot.
  std::uint32_t on_ = 0;
  bool runs_ = true;
  bool frozen_ = false;
};

}  // namespace

std::optional<nanoseconds> staleness(const run_context& context, const journal& j) {
  mirror_watch watch;
  for (const event& e : j.events()) watch.on_event(e);
  if (j.events().empty() || j.events().back().at < context.simulated) watch.pass(context.simulated);
  return watch.stale();
}

bool mirror_live_within(const journal& j, nanoseconds from, nanoseconds to) {
  mirror_watch watch;
  for (const event& e : j.events()) {
    if (e.at > to) break;
    if (e.at > from && watch.live()) return true;
    watch.on_event(e);
  }
  return watch.live();
}

}  // namespace hassle::reports
