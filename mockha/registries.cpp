#include "mockha/registries.hpp"

namespace hassle::mockha {

registries::registries(const home_plan& /*plan*/, wall_time /*created*/) {}

}  // namespace hassle::mockha
