#include "scripted_home.hpp"

#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace hassle::client::tests {

namespace json = boost::json;

/// One connection.
class scripted_home::peer final : public net::websocket_events {
 public:
  peer(scripted_home& home, std::unique_ptr<net::websocket> socket)
      : home_(home), socket_(std::move(socket)) {}

  void start() {
    socket_->start(*this);
    socket_->send(R"({"type":"auth_required","ha_version":"2026.6.0"})");
  }
  void drop() { socket_->abort(); }
  void fire(const json::value& event) {
    for (const std::int64_t id : subscriptions_) {
      say({{"id", id}, {"type", "event"}, {"event", event}});
    }
  }
  [[nodiscard]] std::size_t subscriptions() const noexcept { return subscriptions_.size(); }

  void on_text(std::string_view message) override {
    const json::value parsed = json::parse(message);
    // Several commands may come in one message.
    if (parsed.is_array()) {
      for (const json::value& each : parsed.get_array()) hear(each.as_object());
    } else {
      hear(parsed.as_object());
    }
  }
  void on_end(const net::websocket_end&) override { home_.ended(this); }

 private:
  void say(const json::object& message) { socket_->send(json::serialize(message)); }
  void succeed(std::int64_t id, json::value result) {
    say({{"id", id}, {"type", "result"}, {"success", true}, {"result", std::move(result)}});
  }

  void hear(const json::object& message) {
    const std::string type(message.at("type").as_string());
    if (type == "auth") {
      const bool known = message.at("access_token").as_string() == token;
      home_.logins_ += known ? 1 : 0;
      if (known) return say({{"type", "auth_ok"}, {"ha_version", "2026.6.0"}});
      return say({{"type", "auth_invalid"}, {"message", "Invalid access token or password"}});
    }
    const std::int64_t id = message.at("id").as_int64();
    if (type != "supported_features" && type != "get_config") home_.commands_.push_back(type);
    if (type == "get_config") {
      return succeed(id,
                     {{"state", "RUNNING"}, {"version", "2026.6.0"}, {"location_name", "Home"}});
    }
    if (type == "get_states") return succeed(id, json::array());
    if (type == "ping") return say({{"id", id}, {"type", "pong"}});
    if (type == "call_service") {
      if (message.at("service").as_string() == "never") return;
      return succeed(id, {{"context", {{"id", "ctx"}}}, {"response", nullptr}});
    }
    if (type == "unsubscribe_events") {
      subscriptions_.erase(message.at("subscription").as_int64());
      return succeed(id, nullptr);
    }
    if (type == "render_template") {
      succeed(id, nullptr);
      const bool wrong = message.at("template").as_string() == "{{";
      const json::object rendered =
          wrong ? json::object{{"error", "unexpected end"}, {"level", "ERROR"}}
                : json::object{{"result", "42"}, {"listeners", json::object()}};
      return say({{"id", id}, {"type", "event"}, {"event", rendered}});
    }
    if (type.starts_with("subscribe_")) {
      subscriptions_.insert(id);
      succeed(id, nullptr);
      if (type != "subscribe_entities") return;
      const json::value lamp = {{"s", "on"}, {"a", json::object()}, {"c", "ctx"}, {"lc", 1.0}};
      return say({{"id", id}, {"type", "event"}, {"event", {{"a", {{"light.desk", lamp}}}}}});
    }
    succeed(id, nullptr);
  }

  scripted_home& home_;
  std::unique_ptr<net::websocket> socket_;
  std::set<std::int64_t> subscriptions_;
};

scripted_home::scripted_home(asio::io_context& context)
    : world_(context, 1), tasks_(world_.executor()) {
  listening_ = *world_.listen({"127.0.0.1", 0});
  tasks_.spawn(serve());
}

scripted_home::~scripted_home() = default;

asio::awaitable<void> scripted_home::serve() {
  while (true) {
    auto stream = co_await listening_->accept();
    if (!stream) co_return;
    auto socket = co_await net::websocket_accept(world_.time(), *std::move(stream),
                                                 net::upgrade_policy{}, net::websocket_limits{});
    if (!socket) continue;
    peers_.push_back(std::make_unique<peer>(*this, *std::move(socket)));
    peers_.back()->start();
  }
}

void scripted_home::ended(const peer* which) {
  // It is called from the peer itself.
  asio::post(world_.executor(), [this, which] {
    std::erase_if(peers_, [which](const auto& each) { return each.get() == which; });
  });
}

std::size_t scripted_home::subscriptions() const noexcept {
  std::size_t count = 0;
  for (const auto& each : peers_) count += each->subscriptions();
  return count;
}

void scripted_home::fire(const json::value& event) {
  for (const auto& each : peers_) each->fire(event);
}

void scripted_home::drop() {
  for (const auto& each : peers_) each->drop();
}

void scripted_home::stop() {
  listening_->close();
  tasks_.stop();
  drop();
}

}  // namespace hassle::client::tests
