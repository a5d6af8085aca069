#pragma once

#include "fake_dialler.hpp"

#include <hassle/net/task_group.hpp>
#include <hassle/net/websocket.hpp>
#include <hassle/protocol/message.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hassle::client {

namespace json = boost::json;
using namespace std::chrono_literals;

/// The test's end of a connection.
struct fake_connection {
  std::uint32_t number = 0;
  std::size_t endpoint = 0;
  net::websocket_events* events = nullptr;  ///< Null before start and after the end.
  std::vector<std::string> texts;           ///< What the client sent.
  unsigned pings = 0;
  std::string pinged;  ///< Payload of the last ping.
  bool dropped = false;
  bool closed = false;     ///< With a Close frame.
  bool mute = false;       ///< Takes everything, and says nothing, not even pongs.
  bool refuses = false;    ///< `send` says no.
  std::size_t queued = 0;  ///< What `queued` says.

  void give(std::string_view text) {
    if (events == nullptr || mute) return;
    events->on_bytes();
    if (events != nullptr) events->on_text(text);
  }
  void give_bytes() {
    if (events != nullptr && !mute) events->on_bytes();
  }
  void pong() { pong(pinged); }
  void pong(std::string_view payload) {
    if (events == nullptr || mute) return;
    events->on_bytes();
    if (events != nullptr) events->on_pong(payload);
  }
  void end_with(std::uint16_t close_code) {
    if (events == nullptr) return;
    std::exchange(events, nullptr)->on_end({.peer_code = close_code});
  }
  /// The peer, or the network, ends it.
  void end(net::error_code ec = asio::error::connection_reset) {
    if (events == nullptr) return;
    std::exchange(events, nullptr)->on_end({.ec = ec});
  }
};

/// A world without a network: the test moves the clock, and plays Home Assistant.
class scripted_world final : public dialling_world, private net::time_source {
 public:
  using connection_ref = std::shared_ptr<fake_connection>;

  asio::any_io_executor executor() override { return context_.get_executor(); }
  net::time_source& time() override { return *this; }
  asio::awaitable<net::result<std::vector<net::endpoint>>> resolve(net::endpoint) override {
    co_return std::unexpected(net::error_code(asio::error::host_not_found));
  }
  asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> connect(net::endpoint) override {
    co_return std::unexpected(net::error_code(asio::error::connection_refused));
  }
  net::result<std::unique_ptr<net::acceptor>> listen(net::endpoint) override {
    return std::unexpected(net::error_code(asio::error::access_denied));
  }
  net::random_stream random(std::string_view) override { return net::random_stream(1); }

  // ---- Time

  [[nodiscard]] net::time_point now() const override { return now_; }
  void settle() {
    context_.restart();
    context_.poll();
  }
  void advance(duration by) {
    const net::time_point end = now_ + by;
    settle();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      fire();
      settle();
    }
    now_ = end;
  }
  /// The clock runs on, and nobody is there to see it.
  void freeze(duration by) { now_ += by; }
  /// The wall clock runs on, and the steady one does not.
  void suspend(duration by) { wall_ahead_ += by; }
  /// One handler, or else the next timer that is due before `until`; false = nothing left.
  bool step(net::time_point until) {
    context_.restart();
    if (context_.poll_one() > 0) return true;
    if (timers_.empty() || timers_.begin()->first.first > until) return false;
    fire();
    return true;
  }
  [[nodiscard]] std::size_t armed_timers() const { return timers_.size(); }

  // ---- Connections

  /// What comes of a dial; the default is a connection at once.
  struct dial_plan {
    std::optional<dial_error> error;
    bool hangs = false;  ///< Until it is cancelled.
    duration takes{0};
  };
  std::function<dial_plan(std::size_t endpoint)> on_dial;
  /// A command came. The default answers as a Home Assistant that is well.
  std::function<void(fake_connection&, const json::object&)> on_command =
      [](fake_connection& on, const json::object& what) { answer_well(on, what); };
  /// The auth message came; the default is auth_ok.
  std::function<void(fake_connection&, std::string_view token)> on_auth = [](fake_connection& on,
                                                                             std::string_view) {
    on.give(R"({"type":"auth_ok","ha_version":"2026.6.0"})");
  };
  bool answers_pings = true;

  std::vector<connection_ref> connections;  ///< All there ever were.
  std::vector<std::size_t> dials;           ///< Endpoints, in order.

  [[nodiscard]] std::size_t open_connections() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        connections, [](const auto& each) { return !each->dropped && each->events != nullptr; }));
  }
  /// Everything that was sent on all connections and has this type.
  [[nodiscard]] std::vector<json::object> sent(std::string_view type) const {
    std::vector<json::object> found;
    for (const auto& each : connections) {
      for (const std::string& text : each->texts) {
        json::object message = json::parse(text).as_object();
        if (message.at("type").as_string() == type) found.push_back(std::move(message));
      }
    }
    return found;
  }

  static void answer_well(fake_connection& on, const json::object& what) {
    const std::int64_t id = what.at("id").as_int64();
    const json::string& type = what.at("type").as_string();
    json::value result;
    if (type == "get_config") {
      result = {{"state", "RUNNING"}};
    } else if (type == "get_states") {
      result = json::array();
    } else if (type == "call_service") {
      result = {{"context", {{"id", "01KDVDNA2TFJ5ZTDNSEJ7TT7JV"}}}};
    }
    answer(on, id, result);
    if (type == "subscribe_entities") {
      on.give(json::serialize(
          json::object{{"id", id}, {"type", "event"}, {"event", {{"a", json::object()}}}}));
    }
  }
  static void answer(fake_connection& on, std::int64_t id, const json::value& result) {
    on.give(json::serialize(
        json::object{{"id", id}, {"type", "result"}, {"success", true}, {"result", result}}));
  }

  asio::awaitable<dial_result> dial(std::size_t endpoint, std::uint32_t) override;
  [[nodiscard]] std::unique_ptr<net::websocket> make_socket(std::size_t endpoint);

 private:
  class socket;

  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(now_.time_since_epoch() +
                                                                        wall_ahead_));
  }
  timer_id call_at(net::time_point at, std::move_only_function<void()> action) override {
    timers_.emplace(std::pair(at, ++last_id_), std::move(action));
    return last_id_;
  }
  void cancel(timer_id timer) noexcept override {
    std::erase_if(timers_, [timer](const auto& each) { return each.first.second == timer; });
  }
  void fire() {
    auto next = timers_.extract(timers_.begin());
    now_ = std::max(now_, next.key().first);
    next.mapped()();
  }
  void hear(fake_connection& on, const std::string& text);

  asio::io_context context_;
  net::time_point now_{};
  duration wall_ahead_{0};
  timer_id last_id_ = 0;
  std::map<std::pair<net::time_point, timer_id>, std::move_only_function<void()>> timers_;
};

}  // namespace hassle::client
