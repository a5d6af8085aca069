#pragma once

#include "mockha/bus_event.hpp"
#include "mockha/entity.hpp"
#include "mockha/services.hpp"

#include <hassle/net/time.hpp>

#include <string_view>

namespace hassle::mockha {

/// Where a subscription says what it has to say. The texts are JSON values.
class subscription_output {
 public:
  /// `{"type":"event","event":…,"id":n}`: events of the bus and differences of entities.
  virtual void bus_event_text(std::string_view event) = 0;
  /// `{"id":n,"type":"event","event":…}`: all others.
  virtual void event(std::string_view event) = 0;
  /// A failed result with the subscription's id, long after it succeeded.
  virtual void error(const failure& why) = 0;
  /// The answer to a command that was kept waiting (`command_turn::wait`); `result` is JSON.
  virtual void answer(std::string_view result) = 0;

 protected:
  ~subscription_output() = default;
};

/// What a client has asked to be told. Ended by unsubscribe_events or with the connection.
class subscription {
 public:
  virtual ~subscription() = default;

  /// What must be collected about changes for it. Must not change.
  [[nodiscard]] virtual watch wanted() const { return {}; }
  virtual void on_bus(const bus_event& /*event*/, subscription_output& /*out*/) {}

  /// It has said all that it had to say, and can go.
  [[nodiscard]] virtual bool done() const { return false; }

  /// When `on_timer` is due; `never` if at no time.
  [[nodiscard]] virtual net::time_point deadline() const { return net::never; }
  virtual void on_timer(net::time_point /*now*/, subscription_output& /*out*/) {}
};

}  // namespace hassle::mockha
