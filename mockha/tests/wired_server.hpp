#pragma once

#include "mockha/server.hpp"
#include "wired_world.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::mockha {

/// A server whose clients are bytes that the test writes. Nothing happens by itself.
class wired_server {
 public:
  using wire_ptr = wired_world::wire_ptr;

  explicit wired_server(server_config config = {}) : it(world, std::move(config), recorder()) {
    EXPECT_TRUE(it.start({"10.0.0.1", 8123}).has_value());
    world.settle();
  }
  wired_server(const wired_server&) = delete;
  wired_server& operator=(const wired_server&) = delete;
  ~wired_server() {
    if (!stopped_) stop();
    world.advance(std::chrono::hours(1));
    EXPECT_TRUE(ended_) << "the server does not stop";
  }

  void stop() {
    stopped_ = true;
    net::asio::co_spawn(world.executor(), it.stop(), [this](const std::exception_ptr& error) {
      EXPECT_FALSE(error);
      ended_ = true;
    });
    world.settle();
  }
  [[nodiscard]] bool ended() const { return ended_; }

  /// What comes back at once.
  std::string says(const wire_ptr& to, std::string_view bytes) {
    to->give(bytes);
    world.settle();
    return to->take();
  }
  std::string asks(const wire_ptr& to, std::string_view method, std::string_view target,
                   std::string_view headers = "", std::string_view body = "") {
    return says(to, request(method, target, headers, body));
  }
  static std::string request(std::string_view method, std::string_view target,
                             std::string_view headers = "", std::string_view body = "") {
    std::string text(method);
    text += ' ';
    text += target;
    text += " HTTP/1.1\r\nHost: x\r\n";
    text += headers;
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    text += body;
    return text;
  }
  static constexpr std::string_view token = "Authorization: Bearer mockha-access-token\r\n";
  static constexpr std::string_view upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  /// A text frame of a client (at most 65,535 bytes), masked with zeros.
  static std::string frame(std::string_view text) {
    std::string bytes = "\x81";
    if (text.size() < 126) {
      bytes += static_cast<char>(0x80U | text.size());
    } else {
      bytes += static_cast<char>(0x80U | 126U);
      bytes += static_cast<char>(text.size() >> 8U);
      bytes += static_cast<char>(text.size() & 0xFFU);
    }
    bytes += std::string(4, '\0');
    bytes += text;
    return bytes;
  }
  /// A client that is through the login.
  wire_ptr log_in(std::string_view with = "mockha-access-token", std::string from = "10.0.0.7") {
    auto wire = world.dial(std::move(from));
    EXPECT_NE(asks(wire, "GET", "/api/websocket", upgrade).find("HTTP/1.1 101"), std::string::npos);
    EXPECT_NE(auth(wire, with).find("auth_ok"), std::string::npos);
    return wire;
  }
  std::string auth(const wire_ptr& wire, std::string_view with) {
    return says(wire, frame(R"({"type":"auth","access_token":")" + std::string(with) + "\"}"));
  }

  static scenario::fault fault(std::string name, scenario::fault_parameters what) {
    scenario::fault f;
    f.name = std::move(name);
    f.what = std::move(what);
    return f;
  }
  static scenario::planned_fault planned(std::uint32_t number) {
    scenario::planned_fault p;
    p.number = number;
    return p;
  }

  /// "kind value text" of what was recorded for a connection.
  [[nodiscard]] std::vector<std::string> told(std::uint32_t connection) const {
    std::vector<std::string> lines;
    for (const auto& e : events) {
      if (e.connection != connection) continue;
      lines.push_back(std::string(reports::name_of(e.kind)) + " " + std::to_string(e.value) + " " +
                      e.text);
    }
    return lines;
  }

  wired_world world;
  std::vector<reports::event> events;
  server it;

 private:
  server::recorder recorder() {
    return [this](reports::event e) { events.push_back(std::move(e)); };
  }

  bool stopped_ = false;
  bool ended_ = false;
};

}  // namespace hassle::mockha
