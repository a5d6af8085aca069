#pragma once

#include <hassle/client/observer.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::client {

/// How much somebody who watches a client cares.
enum class event_level : std::uint8_t { trace, debug, info, warning, error };

/// What is to be known of a kind of event in order to write it down.
struct event_description {
  std::string_view name;     ///< "attempt_failed"
  event_level level{};       ///< Of what is ordinary: debug and below.
  std::string_view value;    ///< What client_event::value is: "attempt", "id"; empty = nothing.
  bool is_duration = false;  ///< The value is one, in ns.
  std::string_view text;     ///< What client_event::text is: "error"; empty = nothing.
};
[[nodiscard]] const event_description& describe(client_event_kind kind) noexcept;

/// One line for people and for searching: `attempt_failed connection=3 attempt=7 error="tcp:
/// Connection refused"`. What came from the network is escaped and cut short. No secret: events
/// hold none.
[[nodiscard]] std::string to_line(const client_event& event);

/// Tells several observers, in their order. They outlive it.
class observer_fan final : public observer {
 public:
  explicit observer_fan(std::vector<observer*> all) : all_(std::move(all)) {}
  void on_event(const client_event& event) override {
    for (observer* each : all_) each->on_event(event);
  }

 private:
  std::vector<observer*> all_;
};

}  // namespace hassle::client
