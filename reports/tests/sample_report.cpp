#include "reports/tests/sample_report.hpp"

#include "reports/tests/helpers.hpp"

namespace hassle::reports::tests {
namespace {

// Runs come from journals, like all others, so that the sample cannot contradict itself.
run_figures sample_run(const sample& s, std::uint64_t seed) {
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
  context.simulated = 1h;
  context.healed = 50min;
  context.faults_that_must_hit = {"cut-1"};
  return analyse(context, r.written());
}

}  // namespace

cell sample_cell(const sample& s, std::size_t seeds) {
  cell c;
  c.scenario = "lee-day";
  c.title = "A day of one household's voice commands";
  c.client = s.client;
  c.world = "simulated";
  c.layers = s.layers;
  for (std::size_t seed = 1; seed <= seeds; ++seed) c.runs.push_back(sample_run(s, seed));
  return c;
}

std::vector<cell> sample_ladder() {
  std::vector<cell> cells;
  cells.push_back(sample_cell(
      {.client = "naive", .connection = 120, .timeout = 30, .other = 30, .past_limit = 30}));
  cells.back().expectations = {
      {"error_rate", 0.15, 0.2, "the report's 15 to 20 %"},
      {"connection_rate", std::nullopt, 0.1, "a bound that is meant to fail"}};
  cells.push_back(sample_cell({.client = "reconnect",
                               .layers = {"reconnect"},
                               .timeout = 40,
                               .other = 20,
                               .wrong_answers = 12,
                               .duplicates = 7,
                               .past_limit = 3}));
  cells.push_back(sample_cell({.client = "degradation",
                               .layers = {"reconnect", "health", "degradation"},
                               .timeout = 39,
                               .other = 21,
                               .stale = 15,
                               .wrong_answers = 12}));
  cells.push_back(sample_cell({.client = "correlation",
                               .layers = {"reconnect", "health", "degradation", "correlation"},
                               .timeout = 1,
                               .other = 1}));
  cells.push_back(sample_cell(
      {.client = "production", .layers = {"reconnect", "correlation", "deadline", "idempotency"}}));
  cells.back().expectations = {{"error_rate", std::nullopt, 0.01, "the report's after"}};
  return cells;
}

}  // namespace hassle::reports::tests
