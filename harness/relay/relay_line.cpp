#include "harness/relay/relay_line.hpp"

#include <algorithm>

namespace hassle::harness {

void relay_line::hit(const active_fault& fault) {
  if (std::ranges::find(hits_, fault.number) != hits_.end()) return;
  hits_.push_back(fault.number);
  watcher_->on_hit(way_.connection, fault);
}

void relay_line::cut(scenario::expiry_style style, const active_fault& fault) {
  if (ending_) return;
  hit(fault);
  expire(style, fault.name);
}

void relay_line::expire(scenario::expiry_style style, std::string_view why) {
  if (ending_) return;
  ending_ = style;
  watcher_->on_cut(way_.connection, why);
}

}  // namespace hassle::harness
