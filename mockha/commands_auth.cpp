#include "mockha/command.hpp"

namespace hassle::mockha {

std::span<const command_entry> auth_commands() { return {}; }

}  // namespace hassle::mockha
