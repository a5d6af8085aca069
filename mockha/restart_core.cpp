#include "mockha/restart_core.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::mockha {

std::string_view name_of(restart_phase phase) noexcept {
  switch (phase) {
    case restart_phase::stopping:
      return "stopping";
    case restart_phase::refused:
      return "refused";
    case restart_phase::not_running:
      return "not_running";
    case restart_phase::starting:
      return "starting";
    case restart_phase::running:
      return "running";
  }
  assert(false);
  return {};
}

void restart_core::begin(net::time_point now, const scenario::restart_phases& phases) {
  phase_ = restart_phase::stopping;
  ends_[0] = now + phases.stopping;
  ends_[1] = ends_[0] + phases.refused;
  ends_[2] = ends_[1] + phases.not_running;
  ends_[3] = ends_[2] + phases.starting;
}

net::time_point restart_core::deadline() const noexcept {
  return phase_ == restart_phase::running ? net::never : ends_[std::to_underlying(phase_)];
}

std::optional<restart_phase> restart_core::next(net::time_point now) {
  if (phase_ == restart_phase::running || now < deadline()) return std::nullopt;
  phase_ = static_cast<restart_phase>(std::to_underlying(phase_) + 1);
  return phase_;
}

void restart_core::hurry(net::time_point now) noexcept {
  for (auto& end : ends_) end = std::min(end, now);
}

}  // namespace hassle::mockha
