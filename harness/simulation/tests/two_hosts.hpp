#pragma once

#include "harness/simulation/network.hpp"

#include <hassle/net/task_group.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace hassle::harness {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A client and a server with a network between them, and a log of what both see with the exact
/// millisecond of virtual time: "1020 server: hello".
class two_hosts {
 public:
  explicit two_hosts(const scenario::network& path = {.latency = 10ms}, std::uint64_t seed = 1,
                     const tcp_settings& tcp = {})
      : world(seed), net(world, path, [this](reports::event e) { on_event(std::move(e)); }, tcp) {
    net.add_name("homeassistant.local", server);
  }
  two_hosts(const two_hosts&) = delete;
  two_hosts& operator=(const two_hosts&) = delete;
  ~two_hosts() {
    tasks.stop();
    client.thaw();
    server.thaw();
    at_client.reset();
    at_server.reset();
    acceptor.reset();
    world.run_until(world.now() + 1s);
  }

  static net::time_point at(net::duration t) { return net::time_point(t); }
  void run_until(net::duration t) { world.run_until(at(t)); }
  void at_time(net::duration t, small_action action) { world.at(at(t), std::move(action)); }

  net::endpoint server_endpoint() const { return {server.address(), 8123}; }

  void listen() {
    auto listening = server.listen(server_endpoint());
    ASSERT_TRUE(listening.has_value());
    acceptor = std::move(*listening);
    tasks.spawn(accept_all());
  }

  /// Dials; "client: connected" or the error goes to the log.
  void dial() { tasks.spawn(dial_once(server_endpoint())); }
  void dial(net::endpoint to) { tasks.spawn(dial_once(std::move(to))); }

  /// Connects, starts to read at both ends, and forgets what was logged meanwhile. Ends at t = 100
  /// ms.
  void connect() {
    listen();
    dial();
    run_until(100ms);
    ASSERT_TRUE(at_client && at_server);
    read("client", at_client.get());
    read("server", at_server.get());
    log.clear();
  }

  /// Reads until the end, logging what comes.
  void read(const std::string& who, net::byte_stream* stream) {
    auto buffer = std::make_shared<std::string>(4096, '\0');
    stream->read_some(asio::buffer(*buffer),
                      [this, who, stream, buffer](error_code ec, std::size_t size) {
                        if (ec == asio::error::operation_aborted) return;
                        note(who, ec ? error_text(ec) : buffer->substr(0, size));
                        if (!ec) read(who, stream);
                      });
  }

  /// Writes; only failures are logged, and that the last write still waits for room.
  void write(const std::string& who, net::byte_stream* stream, const std::string& text) {
    if (!writing.insert(who).second) return note(who, "write waits");
    auto kept = std::make_shared<std::string>(text);
    const asio::const_buffer buffer(kept->data(), kept->size());
    stream->write_some({&buffer, 1}, [this, who, kept](error_code ec, std::size_t) {
      writing.erase(who);
      if (ec) note(who, "write " + error_text(ec));
    });
  }
  void client_writes(const std::string& text) { write("client", at_client.get(), text); }
  void server_writes(const std::string& text) { write("server", at_server.get(), text); }

  void note(const std::string& who, const std::string& what) {
    const auto ms = std::chrono::duration<double, std::milli>(world.now().time_since_epoch());
    log.push_back(fmt::format("{} {}: {}", ms.count(), who, what));
  }

  /// Puts a fault in force from `from` to `to`.
  void fault(scenario::fault_parameters what, net::duration from, net::duration to,
             net::duration amount = {}) {
    fault(scenario::fault{.name = "fault", .what = std::move(what)}, from, to, amount);
  }
  void fault(const scenario::fault& described, net::duration from, net::duration to,
             net::duration amount = {}) {
    const scenario::planned_fault occurrence{
        .number = ++faults, .at = from, .lasts = to - from, .amount = amount};
    at_time(from, [this, described, occurrence] { net.begin_fault(described, occurrence); });
    at_time(to, [this, described, occurrence] { net.end_fault(described, occurrence); });
  }
  void partition(
      net::duration from, net::duration to,
      scenario::partition_fault::direction way = scenario::partition_fault::direction::both) {
    fault(scenario::partition_fault{way}, from, to);
  }

  simulated_world world;
  network net;
  host& client = net.add_host("client");
  host& server = net.add_host("server");
  net::task_group tasks{world.executor()};
  std::unique_ptr<net::acceptor> acceptor;
  std::unique_ptr<net::byte_stream> at_client;
  std::unique_ptr<net::byte_stream> at_server;
  std::vector<std::string> log;
  std::vector<std::string> journal;  ///< "20 connected c1", with the millisecond.
  std::uint32_t faults = 0;
  std::set<std::string> writing;

 private:
  asio::awaitable<void> accept_all() {
    while (acceptor) {
      auto accepted = co_await acceptor->accept();
      if (!accepted) co_return;
      note("server", "accepted");
      at_server = std::move(*accepted);
    }
  }

  asio::awaitable<void> dial_once(net::endpoint to) {
    auto dialed = co_await client.connect(std::move(to));
    note("client", dialed ? "connected" : error_text(dialed.error()));
    if (dialed) at_client = std::move(*dialed);
  }

  void on_event(reports::event e) {
    const auto ms = std::chrono::duration<double, std::milli>(world.now().time_since_epoch());
    std::string line = fmt::format("{} {} c{}", ms.count(), reports::name_of(e.kind), e.connection);
    if (!e.text.empty()) line += " " + e.text;
    if (e.value != 0) line += fmt::format(" v{}", e.value);
    journal.push_back(std::move(line));
  }
};

struct NetworkFixture : ::testing::Test, two_hosts {};

}  // namespace hassle::harness
