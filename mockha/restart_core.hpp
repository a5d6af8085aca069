#pragma once

#include "scenarios/plan.hpp"

#include <hassle/net/time.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace hassle::mockha {

/// Where Home Assistant is in a restart, as clients see it.
enum class restart_phase : std::uint8_t {
  stopping,     ///< Sockets get Close 1000; the port is closed already.
  refused,      ///< No process.
  not_running,  ///< The port is open, no integration is loaded.
  starting,     ///< Entities are restored as unavailable.
  running,
};
[[nodiscard]] std::string_view name_of(restart_phase phase) noexcept;

/// True where the process is there and listens.
[[nodiscard]] constexpr bool listens(restart_phase phase) noexcept {
  return phase >= restart_phase::not_running;
}

/// When which phase of a restart begins. A pure function of time; knows nothing of what the phases
/// mean. A phase of zero length is passed through, not left out.
class restart_core {
 public:
  /// Begins a restart, instead of one that may be under way.
  void begin(net::time_point now, const scenario::restart_phases& phases);

  /// The phase after `phase()`, if its time has come; it is `phase()` from then on.
  /// To be called until it has nothing more to say.
  std::optional<restart_phase> next(net::time_point now);

  /// Whatever is left of the restart is over at `now`.
  void hurry(net::time_point now) noexcept;

  [[nodiscard]] restart_phase phase() const noexcept { return phase_; }
  /// When the next phase begins; `never` while running.
  [[nodiscard]] net::time_point deadline() const noexcept;

 private:
  restart_phase phase_ = restart_phase::running;
  net::time_point ends_[4] = {};  // Of each phase but the last.
};

}  // namespace hassle::mockha
