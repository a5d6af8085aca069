#include "reports/json_report.hpp"

#include "reports/attribution_json.hpp"
#include "reports/evidence_json.hpp"
#include "reports/json_parts.hpp"
#include "reports/json_print.hpp"
#include "reports/per_seed.hpp"
#include "reports/suite_report.hpp"
#include "reports/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>

namespace hassle::reports {
namespace {

namespace json = boost::json;

json::object outcomes_of(const summary& s) {
  json::object outcomes;
  for (std::size_t i = 0; i < s.outcomes.size(); ++i) {
    outcomes[name_of(static_cast<outcome>(i))] = s.outcomes[i];
  }
  return outcomes;
}

json::array errors_of(const summary& s) {
  json::array errors;
  for (const auto& [text, count] : s.errors) {
    errors.push_back(json::object{{"text", printable(text)}, {"count", count}});
  }
  return errors;
}

json::array oracles_of(const summary& s) {
  json::array array;
  for (const oracle_result& o : s.oracles) {
    json::object one{{"name", o.name}, {"violations", o.violations}, {"promised", o.promised}};
    if (o.violations > 0) {
      one["first_seed"] = o.first_seed;
      if (o.first_command != 0) one["first_command"] = o.first_command;
      one["first_at_s"] = std::chrono::duration<double>(o.first_at).count();
      one["first"] = printable(o.first);
    }
    array.push_back(std::move(one));
  }
  return array;
}

json::array expectations_of(const summary& s) {
  json::array array;
  for (const expectation_result& e : s.expectations) {
    array.push_back(json::object{{"text", printable(e.text)},
                                 {"verdict", e.verdict},
                                 {"measured", e.measured},
                                 {"why", printable(e.why)}});
  }
  return array;
}

json::object json_of(const stage_times& t) {
  return {{"occurred", t.occurred}, {"mean_s", t.mean_s}, {"p50_s", t.p50_s},
          {"p90_s", t.p90_s},       {"p99_s", t.p99_s},   {"max_s", t.max_s}};
}

// A stage that never occurred is left out. The fault of all kinds together is null.
json::array recovery_stages_of(const summary& s) {
  json::array array;
  for (const recovery_waterfall& each : s.waterfall) {
    json::object stages;
    for (std::size_t i = 0; i < recovery_stage_count; ++i) {
      if (each.stages[i].occurred > 0) stages[recovery_stages()[i].name] = json_of(each.stages[i]);
    }
    json::object one{{"fault", nullptr}, {"recoveries", each.recoveries}};
    if (!each.fault_kind.empty()) one["fault"] = printable(each.fault_kind);
    one["total"] = json_of(each.total);
    one["stages"] = std::move(stages);
    array.push_back(std::move(one));
  }
  return array;
}

// Under the names that expectations use. What was not measured is left out.
json::object figures_of(const summary& s) {
  json::object figures;
  for (const std::string_view name : figure_names()) {
    if (has_figure(s, name)) figures[name] = *figure(s, name);
  }
  return figures;
}

// Columns, one value for each seed; null where that run had nothing to measure.
json::object json_of(const per_seed_figures& runs) {
  json::object columns;
  for (const figure_series& each : runs.figures) {
    if (std::ranges::none_of(each.values, &run_value::has_value)) continue;
    json::array& column = columns[each.name].emplace_array();
    column.reserve(each.values.size());
    for (const run_value& value : each.values) {
      column.push_back(value ? json::value(*value) : json::value(nullptr));
    }
  }
  return {{"seeds", json::array(runs.seeds.begin(), runs.seeds.end())},
          {"figures", std::move(columns)}};
}

json::object json_of(const summary& s) {
  json::object cell{{"scenario", printable(s.scenario)},
                    {"client", printable(s.client)},
                    {"world", printable(s.world)},
                    {"seeds", s.seeds},
                    {"first_seed", s.first_seed},
                    {"verdict", s.verdict},
                    {"commands", s.commands}};
  cell["outcomes"] = outcomes_of(s);
  cell["error_rate"] = json_interval(s.error_rate);
  cell["change"] = s.change ? json::value(json_interval(*s.change)) : json::value(nullptr);
  cell["latency_ms"] = json::object{{"p50", s.latency_p50_ms},
                                    {"p90", s.latency_p90_ms},
                                    {"p99", s.latency_p99_ms},
                                    {"max", s.latency_max_ms}};
  cell["connection_lifetime_s"] =
      json::object{{"mean", s.lifetime_mean_s}, {"max", s.lifetime_max_s}};
  cell["recovery_s"] =
      json::object{{"count", s.recoveries}, {"p50", s.recovery_p50_s}, {"max", s.recovery_max_s}};
  cell["recovery_stages"] = recovery_stages_of(s);
  cell["duplicates"] = s.duplicates;
  cell["wrong_answers"] = s.wrong_answers;
  cell["past_limit"] = s.past_limit;
  cell["lost"] = s.lost;
  cell["unknown"] = s.unknown;
  cell["attempts"] = s.attempts;
  cell["connections"] = s.connections;
  cell["simulated_s"] = s.simulated_s;
  cell["figures"] = figures_of(s);
  cell["digest"] = s.digest;
  cell["complete"] = s.complete;
  cell["layers"] = json_texts(s.layers);
  cell["errors"] = errors_of(s);
  cell["oracles"] = oracles_of(s);
  cell["idle_faults"] = json_texts(s.idle_faults);
  cell["expectations"] = expectations_of(s);
  cell["reasons"] = json_texts(s.reasons);
  cell["notes"] = json_texts(s.notes);
  return cell;
}

std::string_view name_of(report_kind kind) {
  switch (kind) {
    case report_kind::clients:
      return "clients";
    case report_kind::suite:
      return "suite";
    case report_kind::losses:
      return "losses";
    case report_kind::attribution:
      return "attribution";
  }
  return {};
}

std::string_view name_of(baseline against) {
  switch (against) {
    case baseline::none:
      return "none";
    case baseline::rung_below:
      return "rung_below";
    case baseline::first:
      return "first";
  }
  return {};
}

json::object json_of(const scenario_info& info) {
  return {{"name", printable(info.name)},         {"group", printable(info.group)},
          {"file", printable(info.file)},         {"wanted", name_of(info.wanted)},
          {"severity", printable(info.severity)}, {"layers", json_texts(info.layers)},
          {"title", printable(info.title)},       {"mechanism", printable_lines(info.mechanism)}};
}

json::object json_of(const check& c) {
  return {{"group", printable(c.group)},     {"subject", printable(c.subject)},
          {"name", printable(c.name)},       {"state", name_of(c.state)},
          {"message", printable(c.message)}, {"details", json_texts(c.details)},
          {"again", json_texts(c.again)},    {"simulated_s", c.simulated_s}};
}

json::object json_of(const layer_loss& loss) {
  json::object by_oracle;
  for (const auto& [oracle, scenarios] : loss.by_oracle) by_oracle[oracle] = json_texts(scenarios);
  return {{"layer", printable(loss.layer)},
          {"by_figure", json_texts(loss.by_figure)},
          {"by_oracle", std::move(by_oracle)},
          {"unclear", json_texts(loss.unclear)}};
}

json::object cell_of(const report& r, std::size_t index) {
  json::object cell = json_of(r.runs[index]);
  add_evidence(cell, r.evidence_at(index));
  if (index < r.of.cells.size()) cell["per_seed"] = json_of(per_seed(r.of.cells[index]));
  return cell;
}

}  // namespace

std::string json_report(const report& r) {
  json::object document{{"schema", json_report_schema}};
  document["tool"] = json::object{{"name", "hassle"}, {"version", printable(r.of.tool_version)}};
  document["kind"] = name_of(r.of.kind);
  document["baseline"] = name_of(r.of.against);
  document["verdict"] = r.verdict;
  document["interrupted"] = r.of.interrupted;
  const check_counts counts = count(r.checks);
  document["counts"] = json::object{{"passed", counts.passed},
                                    {"failed", counts.failed},
                                    {"inconclusive", counts.inconclusive},
                                    {"not_run", counts.not_run}};
  document["again"] = json_texts(r.of.again.arguments);
  json::array& scenarios = document["scenarios"].emplace_array();
  for (const scenario_info& each : r.of.scenarios) scenarios.push_back(json_of(each));
  json::array& checks = document["checks"].emplace_array();
  for (const check& each : r.checks) checks.push_back(json_of(each));
  json::array& cells = document["cells"].emplace_array();
  for (std::size_t i = 0; i < r.runs.size(); ++i) cells.push_back(cell_of(r, i));
  if (r.of.kind == report_kind::losses) {
    json::array& lost = document["losses"].emplace_array();
    for (const layer_loss& each : losses(r)) lost.push_back(json_of(each));
  }
  if (r.of.kind == report_kind::attribution) {
    document["attribution"] = attribution_json(r.attributed);
  }
  return print_json(document);
}

}  // namespace hassle::reports
