#include "mockha/call_service.hpp"

#include "mockha/targets.hpp"

#include <fmt/format.h>

#include <utility>

namespace hassle::mockha {

namespace {

void lower_case(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

failure service_not_found(const service_call& call) {
  return {.code = "not_found",
          .message = fmt::format("Service {}.{} not found.", call.domain, call.service),
          .translation_key = "service_not_found",
          .translation_domain = "homeassistant",
          .translation_placeholders = {{"domain", call.domain}, {"service", call.service}}};
}

// What a call reaches besides the entities that it names.
void add_reached(service_call& call, const registries& in) {
  if (call.devices.empty() && call.areas.empty() && call.floors.empty() && call.labels.empty()) {
    return;
  }
  const target_selection named{.entities = call.entities,
                               .devices = call.devices,
                               .areas = call.areas,
                               .floors = call.floors,
                               .labels = call.labels};
  call.reached = resolve(named, in).reached;
}

}  // namespace

void call_service_command(command_turn& turn) {
  const surroundings& around = turn->around;
  const wording how = turn->how;
  auto call = read_service_call(turn->command, how);
  if (!call) {
    turn.fail(plain_failure("invalid_format", std::move(call.error())));
    return;
  }
  lower_case(call->domain);
  lower_case(call->service);
  const service* called = around.house.service_named(call->domain, call->service);
  if (!called) {
    turn.fail(service_not_found(*call));
    return;
  }
  const json::value* response = turn->command.if_contains("return_response");
  const bool wants_response = response && response->get_bool();
  if (const auto problem = response_problem(*called, wants_response)) {
    turn.fail(*problem);
  } else if (std::string text = schema_violations(*called, *call, how); !text.empty()) {
    turn.fail(plain_failure("invalid_format", std::move(text)));
  } else if (called->admin_only && !turn->caller.is_admin) {
    // Not `unauthorized`: what a service raises becomes this.
    turn.fail(plain_failure("home_assistant_error", "Unauthorized"));
  } else {
    add_reached(*call, around.registry);
    turn.perform(run_service{.id = turn->id,
                             .called = called,
                             .call = std::move(*call),
                             .user_id = turn->caller.id,
                             .wants_response = wants_response});
  }
}

}  // namespace hassle::mockha
