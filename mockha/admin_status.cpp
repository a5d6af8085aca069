// Routes of the admin API: what the server is and has done, and starting over.
#include "mockha/admin.hpp"
#include "mockha/admin_text.hpp"
#include "mockha/metrics.hpp"

#include "scenarios/duration.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace hassle::mockha {

namespace {

using namespace std::chrono_literals;

std::uint64_t in_force(const server& mock) {
  const auto all = mock.faults();
  return static_cast<std::uint64_t>(
      std::ranges::count(all, fault_status::stage::in_force, &fault_status::where));
}

admin_answer get_status(admin_desk& desk, const admin_request&) {
  const server& mock = desk.mock;
  const auto& facts = desk.facts;
  json::object body{
      {"mockha", facts.version},
      {"ha_version", mock.config().session.version},
      {"url", facts.url},
      {"token", masked(facts.token)},
      {"phase", name_of(mock.phase())},
      {"time", seconds(desk.time.now())},
      {"time_scale", facts.time_scale},
      {"seed", facts.seed},
      {"scenario", facts.scenario.empty() ? json::value() : json::value(facts.scenario)},
      {"home", mock.config().home},
      {"entities", mock.house().size()},
      {"connections", mock.connections()},
      {"faults_in_force", in_force(mock)},
      {"executions", mock.executions().total()},
      {"journal_next", desk.journal.next()},
  };
  return json_answer(body);
}

admin_answer get_metrics(admin_desk& desk, const admin_request&) {
  return text_answer(desk.counted.text(desk.mock, desk.time.now()),
                     "text/plain; version=0.0.4; charset=utf-8");
}

admin_answer get_ledger(admin_desk& desk, const admin_request&) {
  json::array entries;
  for (const execution& each : desk.mock.executions().entries()) {
    entries.push_back(json::object{{"at", seconds(each.at)},
                                   {"connection", each.connection},
                                   {"message_id", each.message_id},
                                   {"what", each.what},
                                   {"effective", each.effective}});
  }
  return json_answer(
      json::object{{"total", desk.mock.executions().total()}, {"entries", std::move(entries)}});
}

constexpr std::array restart_fields = std::to_array<body_field>({
    {"stopping", body_field::kind::duration, "Sockets get Close 1000, the port is closed [1s]"},
    {"refused", body_field::kind::duration, "No process: connects are refused [3s]"},
    {"not_running", body_field::kind::duration, "The port is open, nothing is loaded yet [4s]"},
    {"starting", body_field::kind::duration, "Entities are restored as unavailable [2s]"},
});

admin_answer post_restart(admin_desk& desk, const admin_request& request) {
  scenario::restart_phases phases{.stopping = 1s, .refused = 3s, .not_running = 4s, .starting = 2s};
  const std::array into = {&phases.stopping, &phases.refused, &phases.not_running,
                           &phases.starting};
  for (std::size_t i = 0; i < restart_fields.size(); ++i) {
    const auto* text = request.body.if_contains(restart_fields[i].name);
    if (text) *into[i] = *scenario::parse_duration(text->as_string());
  }
  desk.mock.restart(phases);
  return json_answer(json::object{{"phase", name_of(desk.mock.phase())},
                                  {"lasts", scenario::format_duration(phases.sum())}},
                     202);
}

admin_answer post_reset(admin_desk& desk, const admin_request&) {
  if (desk.player) desk.player->restart();
  desk.mock.reset();
  return empty_answer();
}

admin_answer get_openapi(admin_desk& desk, const admin_request&) {
  return text_answer(openapi_description(desk.facts.version));
}

constexpr std::array status_table = std::to_array<admin_route>({
    {.method = "GET",
     .pattern = "/status",
     .run = get_status,
     .name = "getStatus",
     .doc = "What the server is and does. Times here and everywhere are seconds since the start, "
            "multiplied by the time scale."},
    {.method = "GET",
     .pattern = "/metrics",
     .run = get_metrics,
     .name = "getMetrics",
     .doc = "Counters for Prometheus.",
     .type = "text/plain"},
    {.method = "GET",
     .pattern = "/ledger",
     .run = get_ledger,
     .name = "getLedger",
     .doc = "The service calls that were executed, the newest 10,000 of them: the truth about what "
            "happened to the home."},
    {.method = "POST",
     .pattern = "/restart",
     .run = post_restart,
     .name = "restart",
     .doc = "Restarts Home Assistant, through all its phases.",
     .status = 202,
     .takes = admin_route::body::fields,
     .fields = restart_fields},
    {.method = "POST",
     .pattern = "/reset",
     .run = post_reset,
     .name = "reset",
     .doc = "As after the start: faults are lifted, the home is as it was, the ledger and the "
            "history are empty, the timeline begins anew. Connections stay.",
     .status = 204,
     .type = ""},
    {.method = "GET",
     .pattern = "/openapi.json",
     .run = get_openapi,
     .name = "getOpenapi",
     .doc = "This description."},
});

}  // namespace

std::span<const admin_route> status_routes() { return status_table; }

}  // namespace hassle::mockha
