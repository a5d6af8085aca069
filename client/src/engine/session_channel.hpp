#pragma once

#include <hassle/net/time.hpp>
#include <hassle/protocol/message.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace hassle::client {

/// Hears what comes for one subscription on one connection. Called from the connection's reading,
/// never from inside a call of ours.
class session_sink {
 public:
  virtual void on_result(const protocol::server_message& message) = 0;
  virtual void on_event(const protocol::server_message& message) = 0;
  /// Something came that is no message, after all was well until `since`: it may have been for us.
  virtual void on_unreadable(net::time_point /*since*/) {}

 protected:
  ~session_sink() = default;
};

/// The part of a session that subscriptions need.
class session_channel {
 public:
  /// Sends a subscribing command; everything that carries its id goes to `hears` until `forget`.
  /// The id on the wire; empty = it cannot be sent (the session is ending, a queue is full).
  [[nodiscard]] virtual std::optional<std::int64_t> subscribe(const boost::json::object& body,
                                                              session_sink& hears) = 0;
  /// `hears` is not called any more, and may be destroyed.
  virtual void forget(std::int64_t id) noexcept = 0;
  /// Sends unsubscribe_events for it and forgets it; its answer is not waited for.
  virtual void unsubscribe(std::int64_t id) = 0;

  [[nodiscard]] virtual std::uint32_t number() const noexcept = 0;  ///< Of the stream.
  [[nodiscard]] virtual net::time_point last_byte() const noexcept = 0;
  [[nodiscard]] virtual bool is_ready() const noexcept = 0;
  /// Home Assistant says that it runs in recovery mode, without integrations.
  [[nodiscard]] virtual bool recovery_mode() const noexcept { return false; }

 protected:
  ~session_channel() = default;
};

/// Parts of the engine that live on connections: subscriptions, and through them the mirror.
class session_user {
 public:
  /// The session can be used from now on; `running`: Home Assistant is RUNNING, or nobody asked.
  virtual void on_session_ready(const std::shared_ptr<session_channel>& which, bool running) = 0;
  virtual void on_session_running(const std::shared_ptr<session_channel>& which) = 0;
  /// The last call for this session.
  virtual void on_session_lost(const std::shared_ptr<session_channel>& which) = 0;

 protected:
  ~session_user() = default;
};

}  // namespace hassle::client
