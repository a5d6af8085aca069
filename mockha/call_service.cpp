#include "mockha/call_service.hpp"

#include <fmt/format.h>

#include <utility>

namespace hassle::mockha {

namespace {

failure service_not_found(const service_call& call) {
  return {.code = "not_found",
          .message = fmt::format("Service {}.{} not found.", call.domain, call.service),
          .translation_key = "service_not_found",
          .translation_domain = "homeassistant",
          .translation_placeholders = {{"domain", call.domain}, {"service", call.service}}};
}

// None of the services here has a response.
failure no_response() {
  return {.code = "service_validation_error",
          .message =
              "Validation error: An action which does not return responses can't be called "
              "with return_response=True.",
          .translation_key = "service_does_not_support_response",
          .translation_domain = "homeassistant",
          .translation_placeholders = {{"return_response", "return_response=True"}}};
}

}  // namespace

void call_service_command(command_turn& turn) {
  auto call = read_service_call(turn->command, wording_of(turn->around.settings.version));
  if (!call) {
    turn.fail(plain_failure("invalid_format", std::move(call.error())));
    return;
  }
  const service* called = turn->around.house.service_named(call->domain, call->service);
  const json::value* response = turn->command.if_contains("return_response");
  if (!called) {
    turn.fail(service_not_found(*call));
  } else if (response && response->get_bool()) {
    turn.fail(no_response());
  } else if (std::string problem = schema_violations(*called, *call); !problem.empty()) {
    turn.fail(plain_failure("invalid_format", std::move(problem)));
  } else {
    turn.perform(run_service{
        .id = turn->id, .called = called, .call = std::move(*call), .user_id = turn->caller.id});
  }
}

}  // namespace hassle::mockha
