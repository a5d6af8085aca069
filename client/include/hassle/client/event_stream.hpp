#pragma once

#include <hassle/client/config.hpp>
#include <hassle/client/state_mirror.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hassle::client {

/// What happened to a subscription.
enum class stream_event_kind : std::uint8_t {
  event,    ///< `event`, and `changes` of entities.
  live,     ///< Home Assistant accepted it, for the first time or again.
  lost,     ///< Its connection is gone; it is made again on the next one.
  gap,      ///< Events of the last `missing_for` may be missing. Before the first event after it.
            ///< Told where the layer `mirror` is on.
  refused,  ///< Not tried again on this connection; `text` is Home Assistant's error code.
  dropped,  ///< The reader was too slow: `count` older events were dropped here.
  closed,   ///< The last one: unsubscribed, the client is stopped, or there was no room.
};

struct stream_event {
  stream_event_kind what = stream_event_kind::closed;
  /// What Home Assistant sent. Shared, because it may be large.
  std::shared_ptr<const boost::json::value> event;
  std::vector<mirror_change> changes;  ///< Of entities: what became different.
  bool snapshot = false;  ///< Of entities: all states, after a gap or at the beginning.
  /// Home Assistant was not RUNNING yet: states come and go, and nobody switched anything.
  bool while_starting = false;
  duration missing_for{0};
  std::string text;
  std::size_t count = 0;
};

struct stream_options {
  /// Events kept for a reader that is slow; > 0. Beyond them the oldest are dropped, and `dropped`
  /// stands in their place: what is new matters more, and memory stays bounded.
  std::size_t events_max = 1024;
  bool entities = false;  ///< Set by async_subscribe_entities.
  /// Of entities: `changes` holds only what somebody or something in the home did
  /// (`is_user_event`), and events without any are not passed on, but for snapshots. `event` is
  /// what Home Assistant sent, all the same.
  bool user_events_only = false;
};

/// The events of one subscription. Destroying it unsubscribes.
///
/// Events are either awaited one at a time (`async_next`) or heard (`on_event`).
/// Thread-safety: may be destroyed and `async_next` be called on any thread, by one at a time; it
/// may outlive its client.
class event_stream {
 public:
  using executor_type = asio::any_io_executor;

  /// A closed one.
  event_stream();
  event_stream(event_stream&&) noexcept;
  event_stream& operator=(event_stream&&) noexcept;
  ~event_stream();

  /// The next event, in their order. One wait at a time (asserted). After `closed` it is `closed`
  /// again and again; a cancelled wait ends as `closed` with the text "cancelled", and loses no
  /// event.
  template <asio::completion_token_for<void(stream_event)> Token = asio::deferred_t>
  auto async_next(Token&& token = {}) {
    return asio::async_initiate<Token, void(stream_event)>(
        [queue = queue_](asio::any_completion_handler<void(stream_event)> handler) {
          begin_next(queue, std::move(handler));
        },
        token);
  }

  /// Calls `hears` with every event from now on, those that are waiting included, on the client's
  /// executor. `hears` may destroy the stream.
  void on_event(std::function<void(stream_event)> hears);

  struct queue;  ///< Not for callers.
  explicit event_stream(std::shared_ptr<queue> events) noexcept;

 private:
  static void begin_next(const std::shared_ptr<queue>& from,
                         asio::any_completion_handler<void(stream_event)> handler);

  std::shared_ptr<queue> queue_;
};

}  // namespace hassle::client
