#pragma once

#include "harness/simulation/active_faults.hpp"
#include "harness/simulation/link.hpp"
#include "scenarios/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness {

/// What a relayed connection tells.
class relay_watcher {
 public:
  virtual ~relay_watcher() = default;

  /// A fault affected the connection (number of its route) for the first time.
  virtual void on_hit(std::uint32_t connection, const active_fault& fault) = 0;
  /// A fault made the connection unusable.
  virtual void on_cut(std::uint32_t connection, std::string_view why) = 0;
};

/// What the two directions of one relayed connection share: whom faults see, their dice, what was
/// carried, and whether something has ended it. Pure. The path and the watcher must outlive it.
class relay_line {
 public:
  relay_line(link& path, relay_watcher& watcher, const route& way)
      : path_(&path), watcher_(&watcher), way_(way) {}

  [[nodiscard]] link& path() noexcept { return *path_; }
  [[nodiscard]] const route& way() const noexcept { return way_; }
  [[nodiscard]] fault_dice& dice() noexcept { return dice_; }
  [[nodiscard]] byte_limits& limits() noexcept { return limits_; }

  void hit(const active_fault& fault);

  /// Tells whether the machine at the end of a direction stands still. Its kernel takes nothing
  /// then; that of the machine which plays it would.
  using sleepers = std::function<bool(direction)>;
  void ask_for_sleepers(sleepers who) { asleep_ = std::move(who); }
  [[nodiscard]] bool asleep(direction way) const { return asleep_ && asleep_(way); }

  /// Ends it for both sides, once. `silent`: nothing passes any more; `reset`: both get RST;
  /// `fin`: both get FIN, and RST if they go on sending.
  void cut(scenario::expiry_style style, const active_fault& fault);
  /// The same, by a middlebox that is always there.
  void expire(scenario::expiry_style style, std::string_view why);
  /// The client's machine is gone: nothing passes any more, and nobody is told.
  void vanish() noexcept {
    if (!ending_) ending_ = scenario::expiry_style::silent;
  }
  [[nodiscard]] std::optional<scenario::expiry_style> ending() const noexcept { return ending_; }

 private:
  link* path_;
  relay_watcher* watcher_;
  route way_;
  sleepers asleep_;
  fault_dice dice_;
  byte_limits limits_;
  std::vector<std::uint32_t> hits_;  // Occurrences of faults that were told already.
  std::optional<scenario::expiry_style> ending_;
};

}  // namespace hassle::harness
