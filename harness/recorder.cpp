#include "harness/recorder.hpp"

#include <array>
#include <cassert>
#include <cstddef>
#include <string>

namespace hassle::harness {

namespace {

struct translation {
  client::client_event_kind from;
  reports::event_kind to;
};

// In the order of the client's enumeration, which is checked below.
constexpr auto translations = [] {
  using from = client::client_event_kind;
  using to = reports::event_kind;
  return std::to_array<translation>({
      {from::attempt_began, to::attempt_began},
      {from::attempt_stage, to::attempt_stage},
      {from::attempt_failed, to::attempt_failed},
      {from::ready, to::client_ready},
      {from::closed, to::client_closed},
      {from::command_sent, to::command_sent},
      {from::answer_taken, to::answer_taken},
      {from::answer_discarded, to::answer_discarded},
      {from::backoff_began, to::backoff_began},
      {from::ping_sent, to::ping_sent},
      {from::pong_received, to::pong_received},
      {from::ping_failed, to::ping_failed},
      {from::breaker_changed, to::breaker_changed},
      {from::cache_used, to::cache_used},
      {from::home_starting, to::home_starting},
      {from::home_running, to::home_running},
      {from::thawed, to::client_thawed},
      {from::probe_failed, to::probe_failed},
      {from::retry_began, to::retry_began},
      {from::retry_refused, to::retry_refused},
      {from::effect_looked_up, to::effect_looked_up},
      {from::call_queued, to::call_queued},
      {from::call_refused, to::call_refused},
      {from::hedge_sent, to::hedge_sent},
      {from::mirror_used, to::mirror_used},
      {from::mirror_replaced, to::mirror_replaced},
      {from::token_refreshed, to::token_refreshed},
      {from::token_refresh_failed, to::token_refresh_failed},
      {from::auth_refused, to::auth_refused},
      {from::endpoint_changed, to::endpoint_changed},
      {from::subscription_sent, to::subscription_sent},
      {from::subscription_live, to::subscription_live},
      {from::subscription_rejected, to::subscription_rejected},
      {from::subscription_gap, to::subscription_gap},
      {from::trouble, to::client_trouble},
  });
}();

constexpr bool all_kinds_in_order() noexcept {
  for (std::size_t i = 0; i < translations.size(); ++i) {
    if (static_cast<std::size_t>(translations[i].from) != i) return false;
  }
  return translations.back().from == client::client_event_kind::trouble;
}
static_assert(all_kinds_in_order());

reports::event_kind kind_of(client::client_event_kind kind) noexcept {
  const auto number = static_cast<std::size_t>(kind);
  assert(number < translations.size());
  return translations[number].to;
}

}  // namespace

void recorder::on_event(const client::client_event& event) {
  add({.kind = kind_of(event.kind),
       .connection = event.connection,
       .command = event.tag,
       .value = event.value,
       .text = std::string(event.text)});
}

void recorder::watch(const reports::event& e) noexcept {
  const net::time_point now{e.at};
  switch (e.kind) {
    using enum reports::event_kind;
    case fault_began:
    case command_issued:
      return idleness_.begin(now);
    case fault_ended:
    case command_done:
      return idleness_.end(now);
    case process_started:
    case process_stopped:
    case host_thawed:
    case phase_changed:
    case connection_cut:
    case home_changed:
      return idleness_.disturb(now);
    default:
      return;
  }
}

}  // namespace hassle::harness
