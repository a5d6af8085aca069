#pragma once

#include "engine/dialler.hpp"

#include <cstdint>

namespace hassle::client {

/// A world that knows how to dial by itself. A program that is linked with fake_dialler.cpp has
/// this in the place of the way over TCP, TLS and the upgrade.
class dialling_world : public net::world {
 public:
  using dial_result = std::expected<std::unique_ptr<net::websocket>, dial_error>;
  virtual asio::awaitable<dial_result> dial(std::size_t endpoint, std::uint32_t attempt) = 0;
};

}  // namespace hassle::client
