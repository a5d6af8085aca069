#include "harness/real/real_run.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <variant>

namespace hassle::harness {

namespace {

using scenario::host_choice;

/// What is done to the machine of the client, which for a client from outside is this one.
struct undoable {
  std::optional<std::string> operator()(const scenario::wall_clock_fault&) const {
    return "the wall clock of another process cannot be moved";
  }
  std::optional<std::string> operator()(const scenario::slow_cpu_fault& f) const {
    if (f.host != host_choice::client) return std::nullopt;
    return "another process cannot be slowed down step by step";
  }
  std::optional<std::string> operator()(const scenario::suspend_fault& f) const {
    if (f.host != host_choice::client || !f.clock_stops) return std::nullopt;
    return "the steady clock of another process cannot be stopped";
  }
  std::optional<std::string> operator()(const auto&) const { return std::nullopt; }
};

}  // namespace

std::optional<std::string> not_from_outside(const scenario::scenario& what) {
  if (what.ha.tls) return "the certificate is that of a name which only this program resolves";
  if (what.program.herd > 0) return "its further clients would be ours";
  if (what.program.how == scenario::client_setup::login::refresh) {
    return "an adapter is given one access token, and this one's expires";
  }
  for (const scenario::fault& each : what.faults) {
    if (auto why = std::visit(undoable{}, each.what)) {
      return fmt::format("{} ('{}')", *why, each.name);
    }
  }
  return std::nullopt;
}

}  // namespace hassle::harness
