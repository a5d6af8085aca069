#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace hassle::harness::cli {

namespace {

constexpr std::string_view proxy_footer = R"(Examples:
  hassle proxy --upstream ws://homeassistant.local:8123 --listen 127.0.0.1:18123
      in front of a genuine Home Assistant; point the client at ws://127.0.0.1:18123
  hassle proxy --upstream ws://192.168.1.5:8123 --scenario network-interruption
      plays the network faults of a scenario, from now on
  hassle proxy --upstream wss://example.org --admin 127.0.0.1:8474
      TLS is passed on as it is; toxics by Toxiproxy's API and its clients
  curl -X POST 127.0.0.1:8474/proxies/upstream/toxics -d '{"type": "ha_frames",
      "attributes": {"match": "result_of:call_service", "action": "lose"}}'
      the results of service calls are lost

Runs until Ctrl-C, which prints a summary. Exit status: 0, or 2 for bad input.
)";

}  // namespace

verb add_proxy(CLI::App& app) {
  const auto into = std::make_shared<proxy_options>();
  CLI::App& proxy = *app.add_subcommand(
      "proxy", "Stand in front of any server and do to its clients what networks do");
  proxy.footer(std::string(proxy_footer));
  proxy.add_option("--upstream", into->upstream, "The server: ws://HOST:PORT, wss://…, HOST:PORT")
      ->type_name("URL");
  proxy.add_option("--listen", into->listen, "Where clients connect; port 0 picks a free one")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  proxy.add_option("--scenario", into->scenario, "Play its network faults; a name or a file")
      ->type_name("SCENARIO");
  proxy.add_option("--admin", into->admin, "Toxiproxy's API; port 0 picks a free one")
      ->type_name("HOST:PORT");
  proxy.add_option("--seed", into->seed, "Of all dice")->capture_default_str();
  proxy.add_option("--connections", into->connections, "At once; more are reset")
      ->check(CLI::Range(1U, 100'000U))
      ->capture_default_str();
  proxy.add_flag("--keep-compression", into->keep_compression,
                 "Let client and server agree on compressed messages, which cannot be looked into");
  proxy.callback([into] {
    if (into->upstream.empty() && into->admin.empty())
      throw CLI::RequiredError("--upstream or --admin");
    if (into->upstream.empty() && !into->scenario.empty())
      throw CLI::RequiredError("--upstream, for --scenario,");
  });
  return {&proxy, [into] { return options(*into); }};
}

}  // namespace hassle::harness::cli
