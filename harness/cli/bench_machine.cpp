#include "harness/bench/bench_file.hpp"
#include "harness/bench/figures.hpp"
#include "harness/bench/mockha_bench.hpp"
#include "harness/bench/reconnect/reconnect_bench.hpp"
#include "harness/bench/relay_cost.hpp"
#include "harness/bench/simulation_cost.hpp"
#include "harness/cli/bench_output.hpp"
#include "harness/cli/input_file.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "scenarios/duration.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The benchmarks of this machine, whose figures are other ones every time.

namespace hassle::harness::cli {

namespace {

struct measured {
  std::vector<bench::figure> rows;
  std::string remarks;  ///< For people: goals, failures.
  bool complete = true;
};

using tell = std::function<void(std::size_t done, std::size_t all)>;

exit_status measure_and_report(
    std::string_view name, const bench_common& asked,
    const std::function<measured(const std::atomic<bool>*, const tell&)>& measure) {
  if (!is_writable(asked)) return exit_status::bad_input;
  measured result;
  try {
    const interrupt_guard interrupt;
    progress shown(asked.progress && stderr_is_terminal());
    result = measure(interrupt.flag(), [&](std::size_t done, std::size_t all) {
      shown.update(fmt::format("{}/{}", done, all));
    });
  } catch (const std::exception& error) {
    complain(fmt::format("this machine cannot measure it: {}", error.what()));
    return exit_status::inconclusive;
  }
  const bool handed = hand_over(
      asked, [&] { return bench::to_json(name, result.rows, result.complete, {}); },
      [&] {
        fmt::print("{}", bench::to_table(result.rows, stdout_width(), stdout_wants_colour()));
        if (!result.complete) fmt::print("Interrupted: the others are missing.\n");
        if (!result.remarks.empty()) fmt::print("\n{}", result.remarks);
      });
  if (!handed) return exit_status::bad_input;
  return result.complete ? exit_status::passed : exit_status::interrupted;
}

std::vector<bench::peer_client> peers_of(const std::vector<std::string>& texts) {
  std::vector<bench::peer_client> peers;
  peers.reserve(texts.size());
  for (const std::string& text : texts) {
    const std::size_t at = text.find('=');
    peers.push_back({.name = text.substr(0, at), .command = text.substr(at + 1)});
  }
  return peers;
}

}  // namespace

exit_status perform(const bench_reconnect_options& asked) {
  const auto storm = scenario::parse_duration(asked.storm);
  if (!storm) {
    complain(fmt::format("--storm '{}': {}", asked.storm, storm.error().message));
    return exit_status::bad_input;
  }
  for (const std::string& each : asked.clients) {
    const auto known = scenario::find_profile(each);
    if (known) continue;
    complain(known.error());
    return exit_status::bad_input;
  }
  return measure_and_report(
      "reconnect", asked.common, [&](const std::atomic<bool>* stop, const tell& on_progress) {
        auto result = bench::measure_reconnects({.rounds = asked.rounds,
                                                 .clients = asked.clients,
                                                 .peers = peers_of(asked.peers),
                                                 .storm = *storm,
                                                 .interrupted = stop,
                                                 .on_progress = on_progress});
        std::string remarks = bench::reconnect_goals(result);
        for (const std::string& each : result.failures) remarks += each + "\n";
        return measured{.rows = std::move(result.rows),
                        .remarks = std::move(remarks),
                        .complete = result.complete};
      });
}

exit_status perform(const bench_simulation_options& asked) {
  return measure_and_report(
      "simulation", asked.common, [&](const std::atomic<bool>* stop, const tell& on_progress) {
        auto result = bench::measure_simulation(
            {.quick = asked.quick, .interrupted = stop, .on_progress = on_progress});
        std::string remarks = bench::simulation_goals(result);
        return measured{.rows = std::move(result.rows),
                        .remarks = std::move(remarks),
                        .complete = result.complete};
      });
}

exit_status perform(const bench_mockha_options& asked) {
  return measure_and_report(
      "mockha", asked.common, [&](const std::atomic<bool>* stop, const tell& on_progress) {
        auto result = bench::measure_mockha({.turns = asked.turns,
                                             .peers = peers_of(asked.peers),
                                             .interrupted = stop,
                                             .on_progress = on_progress});
        return measured{.rows = std::move(result.rows), .remarks = {}, .complete = result.complete};
      });
}

exit_status perform(const bench_relay_options& asked) {
  return measure_and_report(
      "relay", asked.common, [&](const std::atomic<bool>* stop, const tell& on_progress) {
        auto result = bench::measure_relay(
            {.round_trips = asked.round_trips, .interrupted = stop, .on_progress = on_progress});
        std::string remarks = bench::relay_goals(result);
        return measured{.rows = std::move(result.rows),
                        .remarks = std::move(remarks),
                        .complete = result.complete};
      });
}

exit_status perform(const bench_table_options& asked) {
  std::vector<bench::bench_file> files;
  files.reserve(asked.files.size());
  for (const std::string& each : asked.files) {
    const auto text = read_file(each);
    if (!text) {
      complain(text.error());
      return exit_status::bad_input;
    }
    auto file = bench::read_bench_file(*text);
    if (!file) {
      complain(fmt::format("{}: {}", each, file.error()));
      return exit_status::bad_input;
    }
    files.push_back(*std::move(file));
  }
  fmt::print("{}", bench::summary_markdown(files));
  return exit_status::passed;
}

}  // namespace hassle::harness::cli
