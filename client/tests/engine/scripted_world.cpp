#include "scripted_world.hpp"

#include <hassle/net/time.hpp>

namespace hassle::client {

/// The client's end. Everything that it does is heard of later, as over a network.
class scripted_world::socket final : public net::websocket {
 public:
  socket(scripted_world& world, connection_ref to) : world_(world), to_(std::move(to)) {}
  socket(const socket&) = delete;
  socket& operator=(const socket&) = delete;
  ~socket() override {
    to_->events = nullptr;
    to_->dropped = true;
  }

  void start(net::websocket_events& events) override {
    to_->events = &events;
    post([](scripted_world&, fake_connection& on) {
      on.give(R"({"type":"auth_required","ha_version":"2026.6.0"})");
    });
  }
  bool send(std::string message) override {
    if (to_->dropped || to_->closed || to_->refuses) return false;
    to_->texts.push_back(message);
    post([text = std::move(message)](scripted_world& world, fake_connection& on) {
      world.hear(on, text);
    });
    return true;
  }
  void ping(std::string_view payload) override {
    ++to_->pings;
    to_->pinged = payload;
    post([payload = std::string(payload)](scripted_world& world, fake_connection& on) {
      if (world.answers_pings) on.pong(payload);
    });
  }
  void close(std::uint16_t) override {
    to_->closed = true;
    end_ours();
  }
  void abort(bool) override {
    to_->dropped = true;
    end_ours();
  }
  void pause_reading() override {}
  void resume_reading() override {}
  void ignore_pings(bool) override {}
  void fragment(std::size_t) override {}
  void trickle(std::size_t, net::duration) override {}
  void mute(bool) override {}
  [[nodiscard]] std::size_t queued() const noexcept override { return to_->queued; }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override { return to_->number; }

 private:
  template <class Action>
  void post(Action action) {
    asio::post(world_.executor(), [&world = world_, to = to_, action = std::move(action)] {
      if (!to->dropped) action(world, *to);
    });
  }
  void end_ours() {
    asio::post(world_.executor(), [to = to_] {
      if (to->events == nullptr) return;
      std::exchange(to->events, nullptr)->on_end({.ours = true});
    });
  }

  scripted_world& world_;
  connection_ref to_;
};

std::unique_ptr<net::websocket> scripted_world::make_socket(std::size_t endpoint) {
  connections.push_back(std::make_shared<fake_connection>());
  connections.back()->number = static_cast<std::uint32_t>(connections.size());
  connections.back()->endpoint = endpoint;
  return std::make_unique<socket>(*this, connections.back());
}

asio::awaitable<dialling_world::dial_result> scripted_world::dial(std::size_t endpoint,
                                                                  std::uint32_t) {
  dials.push_back(endpoint);
  const dial_plan plan = on_dial ? on_dial(endpoint) : dial_plan{};
  const net::time_point until = plan.hangs ? net::never : now_ + plan.takes;
  net::error_code ec;
  if (until > now_) ec = co_await net::sleep_until(*this, until);
  if (ec) {
    dial_error cancelled;
    cancelled.ec = ec;
    cancelled.text = "tcp: Operation canceled";
    co_return std::unexpected(cancelled);
  }
  if (plan.error) co_return std::unexpected(*plan.error);
  co_return make_socket(endpoint);
}

void scripted_world::hear(fake_connection& on, const std::string& text) {
  const json::object message = json::parse(text).as_object();
  if (message.at("type") == "auth") {
    on_auth(on, message.at("access_token").as_string());
  } else {
    on_command(on, message);
  }
}

}  // namespace hassle::client
