#include "reports/connecting.hpp"

#include "reports/analysis.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

class connection_watch {
 public:
  explicit connection_watch(const run_context& context) : context_(context) {}

  connecting_times watch(const journal& j) {
    for (const event& e : j.events()) on_event(e);
    return std::move(found_);
  }

 private:
  void on_event(const event& e) {
    switch (e.kind) {
      using enum event_kind;
      case attempt_began:
        began_[e.value] = awake(e.at);
        return;
      case client_ready:
        on_ready(e);
        return;
      case connection_cut:
        die(e);
        return;
      case event_kind::server_closed:
        if (e.text != "peer") die(e);
        return;
      case fault_hit:
        if (blocks_traffic(context_.kind_of(e.text))) die(e);
        return;
      case answer_taken:
      case pong_received:
        // It was not dead after all.
        if (const auto c = ready_.find(e.connection); c != ready_.end()) c->second.reset();
        return;
      case client_closed:
        on_closed(e);
        return;
      case fault_ended:
        if (ready_.empty() && running_ && !without_since_) without_since_ = awake(e.at);
        return;
      case process_started:
        running_ = true;
        return;
      case process_stopped:
        running_ = false;
        ready_.clear();
        began_.clear();
        without_since_.reset();
        return;
      case host_frozen:
        frozen_since_ = e.at;
        return;
      case host_thawed:
        if (frozen_since_) slept_ += e.at - *std::exchange(frozen_since_, std::nullopt);
        return;
      default:
        return;
    }
  }

  void on_ready(const event& e) {
    ready_[e.connection] = std::nullopt;
    if (const auto attempt = began_.find(e.value); attempt != began_.end()) {
      found_.attempts.push_back(awake(e.at) - attempt->second);
      began_.erase(attempt);
    }
    if (without_since_) found_.reconnections.push_back(awake(e.at) - *without_since_);
    without_since_.reset();
  }

  void on_closed(const event& e) {
    const auto c = ready_.find(e.connection);
    if (c == ready_.end()) return;
    if (c->second) found_.detections.push_back(awake(e.at) - *c->second);
    ready_.erase(c);
  }

  void die(const event& e) {
    const auto c = ready_.find(e.connection);
    if (c != ready_.end() && !c->second) c->second = awake(e.at);
  }

  // The host's own time, which stands still while it is frozen.
  [[nodiscard]] nanoseconds awake(nanoseconds at) const {
    return (frozen_since_ ? *frozen_since_ : at) - slept_;
  }

  const run_context& context_;
  connecting_times found_;
  std::map<std::int64_t, nanoseconds> began_;                  // By attempt.
  std::map<std::uint32_t, std::optional<nanoseconds>> ready_;  // And since when it is dead.
  std::optional<nanoseconds> without_since_;  // A fault ended and there was no connection.
  bool running_ = true;
  std::optional<nanoseconds> frozen_since_;
  nanoseconds slept_{};
};

}  // namespace

connecting_times connecting(const run_context& context, const journal& j) {
  return connection_watch(context).watch(j);
}

bool blocks_traffic(std::string_view fault_kind) noexcept {
  static constexpr std::array<std::string_view, 6> kinds = {"partition", "stall",   "silence",
                                                            "mtu",       "swizzle", "stop_reading"};
  return std::ranges::find(kinds, fault_kind) != kinds.end();
}

}  // namespace hassle::reports
