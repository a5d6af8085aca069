#pragma once

#include "client/src/engine/session_channel.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::client {

/// A session that sends nothing: the test plays Home Assistant.
class scripted_channel final : public session_channel {
 public:
  scripted_channel(std::uint32_t number, const net::time_point& clock)
      : number_(number), clock_(&clock), last_byte_(clock) {}

  std::optional<std::int64_t> subscribe(const boost::json::object& body,
                                        session_sink& hears) override {
    if (full) return std::nullopt;
    sinks_.emplace(++last_id_, &hears);
    last_body_ = body;
    sent.push_back("+" + std::to_string(last_id_) + " " + std::string(body.at("type").as_string()));
    return last_id_;
  }
  void forget(std::int64_t id) noexcept override { sinks_.erase(id); }
  void unsubscribe(std::int64_t id) override {
    sinks_.erase(id);
    sent.push_back("-" + std::to_string(id));
  }
  std::uint32_t number() const noexcept override { return number_; }
  net::time_point last_byte() const noexcept override { return last_byte_; }
  bool is_ready() const noexcept override { return true; }

  /// What was sent since it was asked for last: "+1 subscribe_events", "-1".
  std::vector<std::string> take_sent() { return std::exchange(sent, {}); }

  void accept(std::int64_t id) {
    protocol::server_message message;
    message.what = protocol::server_message::kind::result;
    message.success = true;
    message.payload = std::make_shared<const boost::json::value>(nullptr);
    give(id, std::move(message));
  }
  void reject(std::int64_t id, std::string code) {
    protocol::server_message message;
    message.what = protocol::server_message::kind::result;
    message.error_code = std::move(code);
    give(id, std::move(message));
  }
  void tell(std::int64_t id, std::string_view event) { give_event(id, boost::json::parse(event)); }
  void give_event(std::int64_t id, boost::json::value event) {
    protocol::server_message message;
    message.what = protocol::server_message::kind::event;
    message.payload = std::make_shared<const boost::json::value>(std::move(event));
    give(id, std::move(message));
  }
  /// As it comes from a server.
  void give(std::int64_t id, protocol::server_message message) {
    hear();
    message.id = id;
    const auto found = sinks_.find(id);
    if (found == sinks_.end()) return;
    session_sink& hears = *found->second;
    if (message.what == protocol::server_message::kind::event) {
      hears.on_event(message);
    } else if (message.what == protocol::server_message::kind::result) {
      hears.on_result(message);
    }
  }
  /// What is no message.
  void garble(net::time_point since) {
    hear();
    const auto sinks = sinks_;
    for (const auto& [id, hears] : sinks) hears->on_unreadable(since);
  }
  /// A byte of something else.
  void hear() { last_byte_ = *clock_; }

  [[nodiscard]] boost::json::value last_body() const { return last_body_; }
  [[nodiscard]] std::int64_t last_id() const { return last_id_; }
  [[nodiscard]] bool knows(std::int64_t id) const { return sinks_.contains(id); }
  /// Subscriptions that Home Assistant believes in: neither forgotten nor ended.
  [[nodiscard]] std::size_t open() const { return sinks_.size(); }

  bool full = false;
  std::vector<std::string> sent;

 private:
  std::uint32_t number_;
  const net::time_point* clock_;
  net::time_point last_byte_;
  std::int64_t last_id_ = 0;
  boost::json::object last_body_;
  std::map<std::int64_t, session_sink*> sinks_;
};

}  // namespace hassle::client
