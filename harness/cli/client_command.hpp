#pragma once

#include "harness/cli/exit_status.hpp"
#include "harness/cli/options.hpp"
#include "harness/door/protocol.hpp"
#include "harness/runner.hpp"
#include "scenarios/profile.hpp"

#include <expected>
#include <string>
#include <vector>

namespace hassle::harness::cli {

/// Starts each command once, to see that an adapter is behind it that can be run at this time
/// scale, and how its client is called where the user has not said so. The error has been
/// complained about.
[[nodiscard]] std::expected<std::vector<client_command>, exit_status> meet(
    std::vector<client_command> commands, double time_scale);

/// What stands for such a client where our own have their settings.
[[nodiscard]] scenario::client_profile profile_of(const client_command& client);

/// "NAME=COMMAND", as --client-cmd takes it.
[[nodiscard]] std::string text_of(const client_command& client);

/// Says what was wrong with adapters, if anything.
void say_faults(const std::vector<batch_result::client_fault>& faults);

}  // namespace hassle::harness::cli
