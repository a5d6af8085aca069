#include "scenario_runs.hpp"

#include "harness/client_settings.hpp"
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"

#include <algorithm>
#include <stdexcept>

namespace hassle::harness {

namespace {

template <class T>
T must(std::expected<T, std::vector<scenario::input_error>> got) {
  if (!got) throw std::runtime_error(got.error().front().text());
  return std::move(*got);
}

test_run run(const scenario::scenario& what, std::string_view client, std::uint64_t seed) {
  const scenario::client_profile profile = must(scenario::find_profile(client));
  const auto settings = client_settings(profile);
  if (!settings) throw std::runtime_error(settings.error().text());
  const auto plan = scenario::make_plan(what, seed);
  if (!plan) throw std::runtime_error(plan.error().text());
  test_run result;
  result.raw = simulate(what, *plan, *settings, profile.name);
  if (result.raw.bug) throw std::runtime_error(*result.raw.bug);
  result.figures = reports::analyse(result.raw.context, result.raw.journal);
  return result;
}

}  // namespace

std::size_t test_run::count(reports::event_kind kind, std::string_view text) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(raw.journal.events(), [&](const reports::event& each) {
        return each.kind == kind && (text.empty() || each.text == text);
      }));
}

std::uint64_t test_run::violations(std::string_view oracle) const {
  const auto found = std::ranges::find(figures.oracles, oracle, &reports::oracle_result::name);
  if (found == figures.oracles.end()) throw std::runtime_error("no such oracle");
  return found->violations;
}

std::vector<std::string> test_run::outcomes() const {
  std::vector<const reports::event*> done;
  for (const reports::event& each : raw.journal.events()) {
    if (each.kind == reports::event_kind::command_done) done.push_back(&each);
  }
  std::ranges::sort(done, {}, &reports::event::command);
  std::vector<std::string> texts;
  texts.reserve(done.size());
  for (const reports::event* each : done) texts.push_back(each->text);
  return texts;
}

std::chrono::nanoseconds test_run::first(reports::event_kind kind,
                                         std::chrono::nanoseconds from) const {
  for (const reports::event& each : raw.journal.events()) {
    if (each.kind == kind && each.at >= from) return each.at;
  }
  throw std::runtime_error("no such event: " + std::string(reports::name_of(kind)));
}

test_run run_text(std::string_view scenario_text, std::string_view client, std::uint64_t seed) {
  return run(must(scenario::parse_scenario(scenario_text, "test.toml")), client, seed);
}

test_run run_named(std::string_view name, std::string_view client, std::uint64_t seed) {
  return run(must(scenario::find_scenario(name)), client, seed);
}

std::string story(std::string_view commands_and_faults, std::string_view more) {
  std::string text = R"(
schema = 1
title = "a story"
duration = "10m"
settle = "0s"
clients = ["naive"]
[network]
latency = "20ms"
[workload]
at_limit = "proceed"
)";
  return text.append(more).append(commands_and_faults);
}

std::string command(std::string_view at, std::string_view kind, std::string_view target) {
  return "[[command]]\nat = \"" + std::string(at) + "\"\nkind = \"" + std::string(kind) +
         "\"\ntarget = \"" + std::string(target) + "\"\n";
}

}  // namespace hassle::harness
