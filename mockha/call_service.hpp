#pragma once

#include "mockha/command.hpp"

namespace hassle::mockha {

/// The command call_service.
void call_service_command(command_turn& turn);

}  // namespace hassle::mockha
