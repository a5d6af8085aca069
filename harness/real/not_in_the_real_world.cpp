#include "harness/host_faults.hpp"
#include "harness/real/real_network.hpp"
#include "harness/relay/relay.hpp"
#include "mockha/fault_engine.hpp"

#include <fmt/format.h>

#include <variant>

namespace hassle::harness {

namespace {

bool can_be_had(const scenario::fault& each, bool tls) {
  if (std::holds_alternative<scenario::tls_fault>(each.what)) return tls;
  return mockha::is_server_fault(each.what) || is_host_fault(each.what) || relay::can_play(each);
}

}  // namespace

std::optional<std::string> not_in_the_real_world(const scenario::scenario& what) {
  if (!what.endpoints.empty()) return "its server has further endpoints";
  if (what.path.ipv6) return "its network has IPv6";
  for (const scenario::fault& each : what.faults) {
    if (!can_be_had(each, what.ha.tls)) {
      return fmt::format("the relay has no fault of the kind '{}' ('{}')", kind_of(each.what),
                         each.name);
    }
  }
  return std::nullopt;
}

}  // namespace hassle::harness
