// Routes of the admin API: the scenario's faults as a tape.
#include "mockha/admin.hpp"
#include "mockha/admin_text.hpp"

#include <array>
#include <utility>

namespace hassle::mockha {

namespace {

json::value describe(const admin_desk& desk) {
  json::array steps;
  const auto& tape = desk.player->tape();
  for (std::size_t i = 0; i < tape.steps().size(); ++i) {
    const timeline_step& step = tape.steps()[i];
    const auto& fault = desk.script->faults[step.occurrence.fault];
    steps.push_back(json::object{{"at", seconds(step.at)},
                                 {"does", step.begins ? "begin" : "end"},
                                 {"number", step.occurrence.number},
                                 {"name", fault.name},
                                 {"kind", scenario::kind_of(fault.what)},
                                 {"done", i < tape.performed()}});
  }
  json::array left_out;
  for (const auto& each : desk.facts.left_out) left_out.push_back(json::string(each));
  return json::object{{"scenario", desk.facts.scenario},
                      {"title", desk.script->title},
                      {"state", name_of(tape.where())},
                      {"position", seconds(desk.player->position())},
                      {"length", seconds(desk.script->length)},
                      {"time_scale", desk.facts.time_scale},
                      {"steps", std::move(steps)},
                      {"left_out", std::move(left_out)}};
}

admin_answer get_timeline(admin_desk& desk, const admin_request&) {
  return json_answer(desk.player ? describe(desk) : json::value());
}

template <void (timeline_player::*Button)()>
admin_answer press(admin_desk& desk, const admin_request&) {
  if (!desk.player) {
    return error_answer(409, "there is no timeline", "start mockha with --scenario");
  }
  (desk.player->*Button)();
  return json_answer(describe(desk));
}

constexpr std::array timeline_table = std::to_array<admin_route>({
    {.method = "GET",
     .pattern = "/timeline",
     .run = get_timeline,
     .name = "getTimeline",
     .doc = "What the scenario's server does, and when; null without a scenario."},
    {.method = "POST",
     .pattern = "/timeline/pause",
     .run = press<&timeline_player::pause>,
     .name = "pauseTimeline",
     .doc = "Nothing more begins or ends by itself. What is in force goes on, a restart too."},
    {.method = "POST",
     .pattern = "/timeline/resume",
     .run = press<&timeline_player::resume>,
     .name = "resumeTimeline",
     .doc = "Goes on from where it stands."},
    {.method = "POST",
     .pattern = "/timeline/step",
     .run = press<&timeline_player::step>,
     .name = "stepTimeline",
     .doc = "Does the next thing at once, and stays there, paused."},
    {.method = "POST",
     .pattern = "/timeline/restart",
     .run = press<&timeline_player::restart>,
     .name = "restartTimeline",
     .doc = "Ends what it has in force and begins anew."},
});

}  // namespace

std::span<const admin_route> timeline_routes() { return timeline_table; }

}  // namespace hassle::mockha
