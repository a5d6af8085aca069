#include "harness/cli/verb.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hassle::harness::cli {

namespace {

constexpr std::string_view bench_footer = R"(Examples:
  hassle bench policy                            how fast reconnect policies are back, how loud
  hassle bench policy --report json=policy.json  the same for programs, with the curves
  hassle bench herd                              herds of 1,000 to 100,000 after a restart
  hassle bench herd --clients 10000 --target 99%=60s   the least jitter and cap that do it

  hassle bench reconnect --peer official='node official.mjs'
                                                 killed connection to answer, beside raw Beast
  hassle bench table bench/*.json                the rows that matter most, as Markdown
  hassle bench simulation | mockha | relay       what they cost on this machine

policy and herd are in virtual time: their figures are the same on every machine.
Exit status: 0 measured, whatever the figures are; 1 a --target that nothing meets; 2 bad input;
130 interrupted.
)";

constexpr std::string_view json_prefix = "json=";
constexpr unsigned outages_max = 100'000;
constexpr std::uint32_t clients_max = 1'000'000;
constexpr unsigned backlog_max = 1'000'000;

std::string check_json(std::string& text) {
  if (text.starts_with(json_prefix) && text.size() > json_prefix.size()) return {};
  return fmt::format("'{}' is not json=PATH, such as json=bench.json", text);
}

void add_common(CLI::App& app, bench_common& into) {
  app.add_option_function<std::string>(
         "--report",
         [&into](const std::string& text) { into.json = text.substr(json_prefix.size()); },
         "Write the rows for programs; '-' as PATH: to standard output, instead of the tables")
      ->type_name("json=PATH")
      ->check(CLI::Validator(check_json, ""));
  app.add_option("--seed", into.seed, "Of all dice")->capture_default_str();
  app.add_flag("!--no-progress", into.progress, "No progress line");
}

void add_policy(CLI::App& bench, bench_policy_options& into) {
  CLI::App& policy = *bench.add_subcommand(
      "policy", "Recovery lag and attempts of reconnect policies, for outages of 0.1 s to 1 h");
  add_common(policy, into.common);
  policy.add_option("--outages", into.outages, "In each eighth of an order of magnitude of length")
      ->check(CLI::Range(1U, outages_max))
      ->capture_default_str();
  policy.add_option("--chart", into.chart, "Draw lag against load into a file (SVG)")
      ->type_name("PATH");
}

CLI::App& add_herd(CLI::App& bench, bench_herd_options& into) {
  CLI::App& herd = *bench.add_subcommand(
      "herd", "Clients after a restart, at a server with finite handshake capacity");
  add_common(herd, into.common);
  herd.add_option("--clients", into.clients, "Sizes of the herds")
      ->delimiter(',')
      ->type_name("N,...")
      ->check(CLI::Range(1U, clients_max))
      ->capture_default_str();
  herd.add_option("--policy", into.policies, "By name; all otherwise")
      ->delimiter(',')
      ->type_name("NAME,...");
  herd.add_option("--capacity", into.capacity, "Handshakes a second")
      ->check(CLI::Range(0.1, 1'000'000.0))
      ->capture_default_str();
  herd.add_option("--backlog", into.backlog, "Connections that may wait for their handshake")
      ->check(CLI::Range(1U, backlog_max))
      ->capture_default_str();
  herd.add_option("--away", into.away, "How long the restart takes")->capture_default_str();
  herd.add_option("--target", into.target, "Search the least jitter and cap of ours that meet it")
      ->type_name("99%=TIME");
  return herd;
}

constexpr unsigned rounds_max = 100'000;
constexpr unsigned turns_max = 10'000;
constexpr unsigned round_trips_max = 10'000'000;

std::string check_peer(std::string& text) {
  const std::size_t at = text.find('=');
  if (at != std::string::npos && at > 0 && at + 1 < text.size()) return {};
  return fmt::format("'{}' is not NAME=COMMAND, such as official='node official.mjs'", text);
}

void add_peers(CLI::App& app, std::vector<std::string>& into, const char* what) {
  app.add_option("--peer", into, what)
      ->type_name("NAME=COMMAND")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check_peer, ""));
}

CLI::App& add_reconnect(CLI::App& bench, bench_reconnect_options& into) {
  CLI::App& reconnect = *bench.add_subcommand(
      "reconnect", "From a killed connection to the first fresh answer, on real sockets");
  add_common(reconnect, into.common);
  reconnect.add_option("--rounds", into.rounds, "In which the clients take turns")
      ->check(CLI::Range(1U, rounds_max))
      ->capture_default_str();
  reconnect.add_option("--client", into.clients, "Profiles of ours")
      ->delimiter(',')
      ->type_name("NAME,...")
      ->capture_default_str();
  add_peers(reconnect, into.peers, "A client in a process of its own (harness/bench/peers)");
  reconnect
      .add_option("--storm", into.storm,
                  "How long attempts are counted at a server that resets after the login; 0s: not")
      ->capture_default_str();
  return reconnect;
}

CLI::App& add_simulation(CLI::App& bench, bench_simulation_options& into) {
  CLI::App& simulation = *bench.add_subcommand(
      "simulation",
      "Events, round trips and memory of the simulated world, and silent drops in it");
  add_common(simulation, into.common);
  simulation.add_flag("--quick", into.quick, "Up to 1,000 connections and one hour only");
  return simulation;
}

CLI::App& add_mockha(CLI::App& bench, bench_mockha_options& into) {
  CLI::App& mockha = *bench.add_subcommand(
      "mockha", "Throughput of mockha beside a bare Beast server and others' mocks");
  add_common(mockha, into.common);
  mockha.add_option("--turns", into.turns, "In which the servers are measured")
      ->check(CLI::Range(1U, turns_max))
      ->capture_default_str();
  add_peers(mockha, into.peers, "A mock in a process of its own (harness/bench/peers)");
  return mockha;
}

CLI::App& add_relay(CLI::App& bench, bench_relay_options& into) {
  CLI::App& relay =
      *bench.add_subcommand("relay", "What the relay adds to a direct connection on loopback");
  add_common(relay, into.common);
  relay.add_option("--round-trips", into.round_trips, "Over each of the two ways")
      ->check(CLI::Range(100U, round_trips_max))
      ->capture_default_str();
  return relay;
}

CLI::App& add_table(CLI::App& bench, bench_table_options& into) {
  CLI::App& table =
      *bench.add_subcommand("table", "Markdown of the rows that matter most in benchmarks' files");
  table.add_option("FILE", into.files, "Written by 'bench … --report json=PATH'")->required();
  return table;
}

struct raw_bench {
  bench_policy_options policy;
  bench_herd_options herd;
  bench_reconnect_options reconnect;
  bench_simulation_options simulation;
  bench_mockha_options mockha;
  bench_relay_options relay;
  bench_table_options table;
};

}  // namespace

verb add_bench(CLI::App& app) {
  const auto into = std::make_shared<raw_bench>();
  CLI::App& bench =
      *app.add_subcommand("bench", "Measure: reconnects, policies, herds, and what we cost");
  bench.footer(std::string(bench_footer));
  bench.require_subcommand(1);
  add_policy(bench, into->policy);
  const CLI::App& herd = add_herd(bench, into->herd);
  const CLI::App& reconnect = add_reconnect(bench, into->reconnect);
  const CLI::App& simulation = add_simulation(bench, into->simulation);
  const CLI::App& mockha = add_mockha(bench, into->mockha);
  const CLI::App& relay = add_relay(bench, into->relay);
  const CLI::App& table = add_table(bench, into->table);
  return {&bench, [into, &herd, &reconnect, &simulation, &mockha, &relay, &table] {
            if (herd.parsed()) return options(into->herd);
            if (reconnect.parsed()) return options(into->reconnect);
            if (simulation.parsed()) return options(into->simulation);
            if (mockha.parsed()) return options(into->mockha);
            if (relay.parsed()) return options(into->relay);
            if (table.parsed()) return options(into->table);
            return options(into->policy);
          }};
}

}  // namespace hassle::harness::cli
