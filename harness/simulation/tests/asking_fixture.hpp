#pragma once

#include "harness/simulation/tests/two_hosts.hpp"

namespace hassle::harness {

/// What the client hears about a name is logged: the addresses, or the error.
struct AskingFixture : ::testing::Test {
  explicit AskingFixture(bool ipv6 = false) : pair({.latency = 10ms, .ipv6 = ipv6}) {}

  void look_up(const std::string& name) { pair.tasks.spawn(ask(name)); }
  asio::awaitable<void> ask(std::string name) {
    const net::endpoint wanted{std::move(name), 8123};
    const auto answer = co_await pair.client.resolve(wanted);
    if (!answer) {
      pair.note("client", error_text(answer.error()));
      co_return;
    }
    std::string all;
    for (const auto& each : *answer) all += (all.empty() ? "" : " ") + each.host;
    pair.note("client", all);
  }

  two_hosts pair;
};

}  // namespace hassle::harness
