#include "mockha/command.hpp"

namespace hassle::mockha {

std::span<const command_entry> registry_commands() { return {}; }

}  // namespace hassle::mockha
