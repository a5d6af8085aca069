#include "hostile_home.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace hassle::harness {

namespace json = boost::json;

void hostile_home::start(net::endpoint at) {
  auto door = world_.listen(std::move(at));
  ASSERT_TRUE(door);
  door_ = std::move(*door);
  tasks_.spawn(listen());
}

asio::awaitable<void> hostile_home::listen() {
  for (;;) {
    auto stream = co_await door_->accept();
    if (!stream) co_return;
    ++visits_;
    clear_gone();
    tasks_.spawn(receive(std::move(*stream)));
  }
}

asio::awaitable<void> hostile_home::receive(std::unique_ptr<net::byte_stream> stream) {
  net::websocket_limits limits;
  limits.deflate = true;
  auto socket = co_await net::websocket_accept(world_.time(), std::move(stream), {}, limits);
  if (!socket) co_return;
  visitors_.push_back(std::make_unique<visitor>(*this, std::move(*socket)));
  visitors_.back()->start();
}

void hostile_home::clear_gone() {
  std::erase_if(visitors_, [](const auto& each) { return each->gone(); });
}

asio::awaitable<void> hostile_home::stop() {
  evil = {};
  door_->close();
  tasks_.stop();
  for (const auto& each : visitors_) {
    if (!each->gone()) each->socket().abort();
  }
  co_await tasks_.join();
  while (std::ranges::any_of(visitors_, [](const auto& each) { return !each->gone(); })) {
    (void)co_await net::sleep_until(world_.time(),
                                    world_.time().now() + std::chrono::milliseconds(1));
  }
  visitors_.clear();
}

void hostile_home::visitor::start() {
  socket_->start(*this);
  if (owner_.evil.greet) return owner_.evil.greet(*this);
  send(R"({"type":"auth_required","ha_version":"2026.6.0"})");
}

void hostile_home::visitor::on_drained() {
  if (logged_in_ && owner_.evil.drained) owner_.evil.drained(*this);
}

void hostile_home::visitor::on_text(std::string_view message) {
  const json::object asked = json::parse(message).as_object();
  if (!logged_in_) {
    logged_in_ = true;
    send(R"({"type":"auth_ok","ha_version":"2026.6.0"})");
    if (owner_.evil.after_login) owner_.evil.after_login(*this);
    return;
  }
  const std::int64_t id = asked.at("id").to_number<std::int64_t>();
  if (owner_.evil.command && owner_.evil.command(*this, id)) return;
  answer(id, asked.at("type").as_string());
}

void hostile_home::visitor::answer(std::int64_t id, std::string_view type) {
  const std::string number = std::to_string(id);
  std::string result = "null";
  if (type == "get_config") result = R"({"state":"RUNNING"})";
  if (type == "get_states") result = "[]";
  send(R"({"id":)" + number + R"(,"type":"result","success":true,"result":)" + result + "}");
  if (type == "subscribe_entities") {
    send(R"({"id":)" + number + R"(,"type":"event","event":{"a":{}}})");
  }
}

}  // namespace hassle::harness
