#pragma once

#include "harness/recorder.hpp"
#include "reports/journal.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/subscription.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

/// What a program of a scenario sends for a subscription, and how journals call it.
[[nodiscard]] client::subscription_request request_of(scenario::client_setup::subscription what,
                                                      const scenario::scenario& s);
[[nodiscard]] std::string_view journal_name(scenario::client_setup::subscription what);
/// How journals call an event that was heard: "light.kitchen 01HX…" of what tells of a change of a
/// state; "<type> 01HX…" of other events.
[[nodiscard]] std::string identity_of(const boost::json::value& event);

/// What the program around a client does besides sending commands: it subscribes, and handles what
/// it hears, one event after the other. The journal has what it was told, as it was told.
///
/// Everything passed by reference outlives it. Thread-safety: single-threaded.
class application {
 public:
  /// Events that wait for the handler; beyond them the oldest are dropped, and the journal has a
  /// gap in their place.
  static constexpr std::size_t inbox_max = 100'000;

  application(net::world& where, const scenario::scenario& lives_in, recorder& record);
  application(const application&) = delete;
  application& operator=(const application&) = delete;
  ~application() { end(); }

  /// Subscribes to all that it wants. Clients that cannot (style `lee`) hear of nothing.
  void begin(client::resilient_client& with, client::engine_style style);
  /// Handles nothing any more, and is not called again.
  void end();

 private:
  class listener;

  void take(reports::event what);
  void handle_next();

  net::world& where_;
  const scenario::scenario& scenario_;
  recorder& record_;
  std::vector<std::shared_ptr<listener>> listeners_;
  struct waiting {
    net::time_point since;  // Of the run.
    reports::event what;
  };
  std::deque<waiting> inbox_;
  net::timer busy_;
};

}  // namespace hassle::harness
