#include "mockha/command.hpp"

namespace hassle::mockha {

std::span<const command_entry> automation_commands() { return {}; }

}  // namespace hassle::mockha
