#include "reports/tests/sample_report.hpp"

#include "reports/tests/helpers.hpp"

namespace hassle::reports::tests {
namespace {

constexpr std::string_view sample_scenario = "lee-day";
constexpr std::string_view sample_file = "scenarios/suite/lee/lee-day.toml";

// Runs come from journals, like all others, so that the sample cannot contradict itself.
kept_run sample_run(const sample& s, std::uint64_t seed) {
  recorder r;
  r.started().ready(1).begin("cut-1").hit("cut-1", 1).end("cut-1");
  std::uint32_t n = 0;
  std::int64_t id = 0;
  const auto next = [&] { return r.after(500ms), ++n; };
  const std::uint64_t weather = seed % 3;
  for (std::uint64_t i = 0; s.connection > 0 && i < s.connection + 2 * weather; ++i) {
    r.fail(next(), i % 4 == 0 ? "connection: refused" : "connection: closed");
  }
  for (std::uint64_t i = 0; i < s.timeout; ++i) {
    const bool past = i < s.past_limit;
    r.issue(next(), toggle).after(past ? 30s : 5s);
    r.done(n, past ? "timeout: invocation limit" : "timeout: answer limit");
  }
  for (std::uint64_t i = 0; i < s.other; ++i) {
    if (i < s.wrong_answers) {
      ++id;
      r.issue(next(), toggle).send(1, n, id).execute(1, id, toggle).after(20ms);
      r.take(1, n, id - 1).done(n, "fresh");
    } else {
      r.fail(next(), "other: not_found");
    }
  }
  for (std::uint64_t i = 0; i < s.stale; ++i) r.issue(next(), read).done(n, "stale", 10s);
  for (std::uint64_t i = 0; i < s.duplicates; ++i) {
    ++id;
    r.issue(next(), toggle).send(1, n, id).execute(1, id, toggle).execute(1, id, toggle);
    r.after(80ms).take(1, n, id).done(n, "fresh");
  }
  while (n < 1000) r.succeed(next(), 1, ++id);
  run_context context = a_run();
  context.seed = seed;
  context.scenario = sample_scenario;
  context.client = s.client;
  context.layers = s.layers;
  context.simulated = 1h;
  context.healed = 50min;
  context.faults_that_must_hit = {"cut-1"};
  return {.context = std::move(context), .events = r.written(), .wire = {}};
}

std::vector<sample> ladder_samples() {
  return {
      {.client = "naive", .connection = 120, .timeout = 30, .other = 30, .past_limit = 30},
      {.client = "reconnect",
       .layers = {"reconnect"},
       .timeout = 40,
       .other = 20,
       .wrong_answers = 12,
       .duplicates = 7,
       .past_limit = 3},
      {.client = "degradation",
       .layers = {"reconnect", "health", "degradation"},
       .timeout = 39,
       .other = 21,
       .stale = 15,
       .wrong_answers = 12},
      {.client = "correlation",
       .layers = {"reconnect", "health", "degradation", "correlation"},
       .timeout = 1,
       .other = 1},
      {.client = "production", .layers = {"reconnect", "correlation", "deadline", "idempotency"}}};
}

}  // namespace

cell sample_cell(const sample& s, std::size_t seeds) {
  cell c;
  c.scenario = sample_scenario;
  c.title = "A day of one household's voice commands";
  c.client = s.client;
  c.world = "simulated";
  c.layers = s.layers;
  for (std::size_t seed = 1; seed <= seeds; ++seed) {
    const kept_run run = sample_run(s, seed);
    c.runs.push_back(analyse(run.context, run.events));
  }
  return c;
}

std::vector<cell> sample_ladder() {
  std::vector<cell> cells;
  for (const sample& each : ladder_samples()) cells.push_back(sample_cell(each));
  const auto at = [](std::uint32_t line) { return file_place{std::string(sample_file), line}; };
  cells.front().expectations = {
      {"error_rate", 0.15, 0.2, "the report's 15 to 20 %", at(31)},
      {"connection_rate", std::nullopt, 0.1, "a bound that is meant to fail", at(37)}};
  cells.back().expectations = {{"error_rate", std::nullopt, 0.01, "the report's after", at(43)}};
  return cells;
}

measurement sample_measurement() {
  measurement m{.tool_version = "1.2.3", .against = baseline::rung_below};
  scenario_info info;
  info.name = sample_scenario;
  info.group = "lee";
  info.title = "A day of one household's voice commands";
  info.mechanism = "A middlebox forgets idle connections.\n\nSources: the field report.\n";
  info.severity = "s1";
  info.layers = {"health", "deadline"};
  info.file = sample_file;
  m.scenarios.push_back(std::move(info));
  m.cells = sample_ladder();
  for (const sample& each : ladder_samples()) m.kept.push_back(sample_run(each, 1));
  return m;
}

measurement hostile_measurement() {
  measurement m{.tool_version = std::string(hostile_name)};
  for (const std::string_view client : {hostile_name, std::string_view("a,b\"c")}) {
    cell c = sample_cell({.client = client, .connection = 3}, 1);
    c.scenario = hostile_name;
    c.title = hostile_name;
    c.expectations = {
        {"error_rate", std::nullopt, 0, std::string(hostile_name), {std::string(hostile_name), 7}}};
    m.cells.push_back(std::move(c));
  }
  scenario_info info;
  info.name = hostile_name;
  info.group = hostile_name;
  info.title = hostile_name;
  info.mechanism = hostile_name;
  info.severity = hostile_name;
  info.layers = {std::string(hostile_name)};
  info.file = hostile_name;
  m.scenarios.push_back(std::move(info));
  m.again.arguments = {"--set", std::string(hostile_name)};
  m.cells.back().runs.front().idle_faults.emplace_back(hostile_name);
  return m;
}

report report_of(std::vector<cell> cells, baseline against, bool interrupted) {
  return make_report({.tool_version = "1.2.3",
                      .against = against,
                      .cells = std::move(cells),
                      .interrupted = interrupted});
}

}  // namespace hassle::reports::tests
