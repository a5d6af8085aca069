#include "harness/bench/mockha_bench.hpp"

#include "mockha/bench/echo_server.hpp"
#include "mockha/bench/raw_client.hpp"
#include "mockha/bench/server_threads.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace hassle::harness::bench {

namespace {

constexpr std::size_t clients_each = 100;
constexpr unsigned rounds_of_turn = 10;

struct asked_command {
  std::string_view name;
  std::string_view rest;  ///< Of the message behind its id.
};
constexpr std::array<asked_command, 2> commands = {
    {{"ping", R"(,"type":"ping"})"},
     {"call_service", R"(,"type":"call_service","domain":"light","service":"turn_on",)"
                      R"("target":{"entity_id":"light.kitchen"}})"}}};

/// The clients of one server.
class crowd {
 public:
  crowd(std::uint16_t port, bool logs_in) {
    clients_.reserve(clients_each);
    for (std::size_t i = 0; i < clients_each; ++i) {
      mockha::raw_client& added = clients_.emplace_back(port);
      if (logs_in) {
        added.authenticate(mockha::default_access_token);
      } else {
        added.upgrade();
      }
    }
  }
  /// Every client asks once and gets its answer, of so many bytes.
  std::size_t round(std::string_view rest) {
    const std::string frame = mockha::client_frame(fmt::format(R"({{"id":{}{})", ++id_, rest));
    for (auto& each : clients_) each.send(frame);
    // The last first: else a client goes to sleep before each answer, and the server pays for its
    // waking.
    std::size_t size = 0;
    for (auto& each : clients_ | std::views::reverse) size = each.skip();
    return size;
  }

 private:
  std::vector<mockha::raw_client> clients_;
  std::size_t id_ = 0;
};

/// A server and its clients.
struct rival {
  std::string name;
  std::function<double()> processor_time;
  std::unique_ptr<crowd> clients;
  double seconds = 0;
  double messages = 0;

  void turn(std::string_view rest) {
    const double began = processor_time();
    for (unsigned i = 0; i < rounds_of_turn; ++i) clients->round(rest);
    seconds += processor_time() - began;
    messages += rounds_of_turn * clients_each;
  }
  [[nodiscard]] double rate() const { return messages / seconds; }
};

std::uint16_t port_of(peer_process& peer) {
  const std::string line = peer.read_line();
  constexpr std::string_view word = "ready ";
  std::uint16_t port = 0;
  if (line.starts_with(word)) {
    std::from_chars(line.data() + word.size(), line.data() + line.size(), port);
  }
  if (port == 0) throw std::runtime_error("a peer said '" + line + "', not 'ready PORT'");
  return port;
}

}  // namespace

mockha_result measure_mockha(const mockha_options& how) {
  mockha::stay_off_the_servers_core();
  mockha_result result;
  std::vector<std::unique_ptr<peer_process>> processes;
  std::vector<std::uint16_t> ports;
  for (const peer_client& each : how.peers) {
    processes.push_back(std::make_unique<peer_process>(each.command));
    ports.push_back(port_of(*processes.back()));
  }
  const std::size_t all = commands.size() * how.turns;
  std::size_t done = 0;
  for (const asked_command& command : commands) {
    mockha::mockha_thread ours({});
    auto first = std::make_unique<crowd>(ours.port(), true);
    mockha::echo_thread bare(first->round(command.rest));
    std::vector<rival> rivals;
    rivals.push_back({.name = "bare_beast",
                      .processor_time = [&] { return bare.processor_time(); },
                      .clients = std::make_unique<crowd>(bare.port(), false)});
    rivals.push_back({.name = "mockha",
                      .processor_time = [&] { return ours.processor_time(); },
                      .clients = std::move(first)});
    for (std::size_t i = 0; i < how.peers.size(); ++i) {
      rivals.push_back({.name = how.peers[i].name,
                        .processor_time = [&, i] { return processes[i]->processor_time(); },
                        .clients = std::make_unique<crowd>(ports[i], true)});
    }
    for (rival& each : rivals) each.clients->round(command.rest);
    for (unsigned turn = 0; turn < how.turns && result.complete; ++turn) {
      for (rival& each : rivals) each.turn(command.rest);
      if (how.on_progress) how.on_progress(++done, all);
      result.complete = how.interrupted == nullptr || !*how.interrupted;
    }
    for (const rival& each : rivals) {
      figure row{.name = fmt::format("{}.{}", command.name, each.name),
                 .value = each.rate(),
                 .unit = "1/s"};
      if (&each != &rivals.front()) row.baseline = rivals.front().rate();
      result.rows.push_back(std::move(row));
    }
    if (!result.complete) break;
  }
  return result;
}

}  // namespace hassle::harness::bench
