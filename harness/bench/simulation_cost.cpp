#include "harness/bench/simulation_cost.hpp"

#include "harness/bench/quiet_household.hpp"
#include "harness/simulated_run.hpp"
#include "reports/analysis.hpp"
#include "scenarios/plan.hpp"

#include <fmt/format.h>

#include <malloc.h>
#include <unistd.h>
#include <ctime>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace hassle::harness::bench {

namespace {

using namespace std::chrono_literals;

/// A silent drop shall be noticed within.
constexpr double detect_most_s = 45;

double processor_seconds() {
  timespec now{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) throw std::runtime_error("no clock");
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double resident_bytes() {
  ::malloc_trim(0);
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

struct simulated {
  reports::run_figures figures;
  std::size_t events = 0;
  std::size_t losses = 0;  ///< Connections of the client that ended, before the run did.
  double seconds = 0;      ///< Of processor time.
};

simulated run(const scenario::scenario& what, const char* profile) {
  const auto plan = scenario::make_plan(what, 1);
  if (!plan) throw std::runtime_error(plan.error().text());
  const auto settings = client_settings(scenario::find_profile(profile).value()).value();
  const double began = processor_seconds();
  const run_result result = simulate(what, *plan, settings, profile);
  simulated made;
  made.seconds = processor_seconds() - began;
  made.events = result.journal.events().size();
  made.figures = reports::analyse(result.context, result.journal);
  for (const reports::event& each : result.journal.events()) {
    // The planned end comes last.
    if (each.kind == reports::event_kind::process_stopped) break;
    if (each.kind == reports::event_kind::client_closed) ++made.losses;
  }
  return made;
}

/// No command but one at the start: nothing hurries the client's own watch.
scenario::scenario silence(std::string_view length, std::string_view fault) {
  const std::string text = fmt::format(R"(schema = 1
title = "silence"
duration = "{}"
settle = "0s"
clients = ["production"]
[network]
latency = "20ms"
[workload]
at_limit = "proceed"
[[command]]
at = "1s"
kind = "turn_on"
target = "light.kitchen"
[[fault]]
{}
)",
                                       length, fault);
  auto parsed = scenario::parse_scenario(text, "silence.toml");
  if (!parsed) throw std::runtime_error(parsed.error().front().text());
  return *std::move(parsed);
}

class measurement {
 public:
  explicit measurement(const simulation_options& how) : how_(&how) {}

  simulation_result run_all() {
    const std::array<void (measurement::*)(), 5> parts = {
        &measurement::throughput, &measurement::connections, &measurement::hours,
        &measurement::silent_drops, &measurement::false_alarms};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (how_->interrupted != nullptr && *how_->interrupted) {
        result_.complete = false;
        break;
      }
      (this->*parts[i])();
      if (how_->on_progress) how_->on_progress(i + 1, parts.size());
    }
    return std::move(result_);
  }

 private:
  void row(std::string name, std::optional<double> value, std::string unit,
           std::optional<double> baseline = std::nullopt) {
    result_.rows.push_back({std::move(name), value, std::move(unit), baseline});
  }

  void throughput() {
    const simulated day = run(scenario::find_scenario("lee-day").value(), "production");
    row("events", static_cast<double>(day.events) / day.seconds, "1/s");
    std::optional<double> naive;
    for (const char* profile : {"naive", "production"}) {
      quiet_household home(profile, 1);
      home.connect_all();
      home.talk();
      home.run_for(40s);
      const std::uint64_t before = home.answers();
      const double began = processor_seconds();
      home.run_for(how_->quick ? 400s : 4'000s);
      const double rate =
          static_cast<double>(home.answers() - before) / (processor_seconds() - began);
      row(fmt::format("round_trips.{}", profile), rate, "1/s", naive);
      if (!naive) naive = rate;
    }
  }

  /// Idle ones, authenticated. The baseline is what the first hundred take.
  void connections() {
    std::optional<double> time_base;
    std::optional<double> memory_base;
    for (const std::size_t count : {1U, 10U, 100U, 1'000U, 10'000U}) {
      if (how_->quick && count > 1'000) break;
      const double resident = resident_bytes();
      const double began = processor_seconds();
      double bytes = 0;
      double seconds = 0;
      {
        quiet_household home("naive", count);
        home.connect_all();
        if (home.connections() != count) throw std::runtime_error("not all could connect");
        seconds = processor_seconds() - began;
        bytes = resident_bytes() - resident;
      }
      const auto many = static_cast<double>(count);
      const double each_us = seconds / many * 1e6;
      row(fmt::format("connect.{}", count), each_us, "us each",
          count > 100 ? time_base : std::nullopt);
      // Below, a page is more than a connection.
      if (count >= 100) {
        row(fmt::format("memory.{}", count), bytes / many / 1e3, "kB each", memory_base);
        if (!memory_base) memory_base = bytes / many / 1e3;
      }
      if (count == 100) time_base = each_us;
    }
  }

  /// A command every five seconds. The baseline is one hour.
  void hours() {
    std::optional<double> base;
    for (const int count : {1, 6, 24}) {
      if (how_->quick && count > 1) break;
      quiet_household home("production", 1);
      home.connect_all();
      home.talk(5s);
      const double began = processor_seconds();
      home.run_for(std::chrono::hours(count));
      const double each_ms = (processor_seconds() - began) / count * 1e3;
      row(fmt::format("hours.{}", count), each_ms, "ms each", base);
      if (!base) base = each_ms;
    }
  }

  void silent_drops() {
    const simulated day = run(silence(how_->quick ? "2h" : "24h", R"(name = "swallowed"
kind = "cut"
how = "silent"
every = { dist = "uniform", min = "5m", max = "9m" })"),
                              "production");
    std::vector<double> detected;
    detected.reserve(day.figures.detections.size());
    for (const auto each : day.figures.detections) {
      detected.push_back(std::chrono::duration<double>(each).count());
    }
    row("silent_drop.count", static_cast<double>(detected.size()), "");
    const auto latest = std::ranges::max_element(detected);
    row("silent_drop.detect_max", latest == detected.end() ? std::nullopt : std::optional(*latest),
        "s", detect_most_s);
  }

  void false_alarms() {
    const simulated hour = run(silence("1h", R"(name = "busy"
kind = "stall"
every = { dist = "uniform", min = "3s", max = "8s" }
for = "2s")"),
                               "production");
    row("stalls_of_2s.false_alarms", static_cast<double>(hour.losses), "in 1 h");
  }

  const simulation_options* how_;
  simulation_result result_;
};

}  // namespace

simulation_result measure_simulation(const simulation_options& how) {
  return measurement(how).run_all();
}

std::string simulation_goals(const simulation_result& measured) {
  const auto find = [&](std::string_view name) {
    const auto found = std::ranges::find(measured.rows, name, &figure::name);
    return found == measured.rows.end() ? nullptr : &*found;
  };
  const figure* drop = find("silent_drop.detect_max");
  const figure* alarms = find("stalls_of_2s.false_alarms");
  std::string text;
  if (drop != nullptr) {
    text += fmt::format("{}: production noticed every silent drop within {} s (goal: {})\n",
                        drop->value && *drop->value <= detect_most_s ? "Reached" : "Not reached",
                        short_number(drop->value), detect_most_s);
  }
  if (alarms != nullptr) {
    text += fmt::format("{}: {:.0f} false alarms in an hour of stalls of 2 s (goal: 0)\n",
                        alarms->value == 0 ? "Reached" : "Not reached", alarms->value.value_or(0));
  }
  return text;
}

}  // namespace hassle::harness::bench
