#pragma once

#include <hassle/net/time.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace hassle::client {

struct mirror_change;

/// Names a wanted subscription; 0 is never given out.
using subscription_handle = std::uint32_t;

/// What is to be subscribed, and how it may behave.
struct subscription_request {
  /// The message without its "id": subscribe_events, subscribe_trigger, render_template…
  boost::json::object body;
  /// It may be silent for ever (a trigger, a rare event): silence does not make it suspect.
  bool may_be_quiet = true;
  /// What it needs may not be there before RUNNING: it is sent again then.
  bool needs_running = false;
  /// subscribe_entities: its first event tells all there is. Without that it does not live, though
  /// Home Assistant accepted it, and is made anew.
  bool snapshot_first = false;
};

/// Hears of one subscription. Called on the client's executor; may call back into the client.
class subscription_listener {
 public:
  virtual ~subscription_listener() = default;

  /// Shared, because it may be large: valid as long as it is held.
  virtual void on_event(const std::shared_ptr<const boost::json::value>& event) = 0;
  /// Whether Home Assistant is RUNNING on the connection that it is made on: before RUNNING states
  /// come and go though nobody switched anything (field failure startup-false-transitions). Called
  /// before on_live, and when it has reached RUNNING.
  virtual void on_running(bool /*running*/) {}
  /// It lives (again): Home Assistant accepted it, and sends its snapshot next if it has one.
  virtual void on_live() {}
  /// Events between these two instants may be missing. Called before the first event after it; not
  /// without `mirror`.
  virtual void on_gap(net::time_point /*from*/, net::time_point /*to*/) {}
  /// While it lives: one event between these two instants is missing, or may be: Home Assistant
  /// could not put it into words, or something came that nobody can read. As on_gap, where nobody
  /// says otherwise.
  virtual void on_missed(net::time_point from, net::time_point to) { on_gap(from, to); }
  /// Its connection is lost; it is made again on the next one. `last_byte`: until when the
  /// connection is known to have lived.
  virtual void on_lost(net::time_point /*last_byte*/) {}
  /// Not tried again for some minutes, nor without `mirror` on this connection: `error_code` is
  /// Home Assistant's.
  virtual void on_refused(std::string_view /*error_code*/) {}
};

/// Hears of the mirrored states (`mirror`). Called on the client's executor; may call back into the
/// client, but must not take itself away from inside a call.
class mirror_listener {
 public:
  /// What one event made different; never empty but for a snapshot that brought nothing new.
  /// `snapshot`: the states were replaced as a whole, after a gap or for the first time.
  virtual void on_changes(const std::vector<mirror_change>& changes, bool snapshot) = 0;
  /// The states are not kept up to date from here on, until the next snapshot.
  virtual void on_stale() {}

 protected:
  ~mirror_listener() = default;
};

}  // namespace hassle::client
