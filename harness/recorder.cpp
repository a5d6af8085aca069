#include "harness/recorder.hpp"

#include <cassert>
#include <string>

namespace hassle::harness {

namespace {

reports::event_kind kind_of(client::client_event_kind kind) {
  using from = client::client_event_kind;
  using to = reports::event_kind;
  switch (kind) {
    case from::attempt_began:
      return to::attempt_began;
    case from::attempt_stage:
      return to::attempt_stage;
    case from::attempt_failed:
      return to::attempt_failed;
    case from::ready:
      return to::client_ready;
    case from::closed:
      return to::client_closed;
    case from::command_sent:
      return to::command_sent;
    case from::answer_taken:
      return to::answer_taken;
    case from::answer_discarded:
      return to::answer_discarded;
    case from::backoff_began:
      return to::backoff_began;
    case from::ping_sent:
      return to::ping_sent;
    case from::pong_received:
      return to::pong_received;
    case from::ping_failed:
      return to::ping_failed;
    case from::breaker_changed:
      return to::breaker_changed;
    case from::cache_used:
      return to::cache_used;
  }
  assert(false);
  return {};
}

}  // namespace

void recorder::on_event(const client::client_event& event) {
  add({.kind = kind_of(event.kind),
       .connection = event.connection,
       .command = event.tag,
       .value = event.value,
       .text = std::string(event.text)});
}

}  // namespace hassle::harness
