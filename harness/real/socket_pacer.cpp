#include "harness/real/socket_pacer.hpp"

#include <hassle/net/real_world.hpp>

#include <algorithm>
#include <bit>
#include <cassert>
#include <chrono>

namespace hassle::harness {

namespace {

/// Whoever waits for another process looks up so often, at least.
constexpr net::duration hold_at_most = std::chrono::milliseconds(50);
/// A poll that waits takes as long, at least.
constexpr net::duration shortest_poll = std::chrono::milliseconds(2);

}  // namespace

void lateness::add(net::duration late) noexcept {
  const auto bits = std::bit_width(static_cast<std::uint64_t>(late.count()));
  ++buckets_[std::min<std::size_t>(static_cast<std::size_t>(bits), buckets_.size() - 1)];
  ++count_;
  max_ = std::max(max_, late);
}

net::duration lateness::quantile(double share) const noexcept {
  const double wanted = share * static_cast<double>(count_);
  std::uint64_t below = 0;
  for (std::size_t bits = 0; bits < buckets_.size(); ++bits) {
    below += buckets_[bits];
    if (static_cast<double>(below) < wanted) continue;
    const net::duration bound((std::int64_t{1} << std::min<std::size_t>(bits, 62)) - 1);
    return std::min(max_, bound);
  }
  return max_;
}

socket_pacer::socket_pacer(asio::io_context& sockets, const pace_settings& settings)
    : sockets_(sockets),
      open_(sockets.get_executor()),
      settings_(settings),
      machine_mark_(net::machine_now()) {
  assert(settings.time_scale > 0 && settings.settle > net::duration::zero());
}

net::time_point socket_pacer::now(net::time_point machine) const noexcept {
  const auto passed = static_cast<double>((machine - machine_mark_).count());
  return mark_ + net::duration(static_cast<std::int64_t>(passed * settings_.time_scale));
}

net::duration socket_pacer::on_machine(net::duration scenario) const noexcept {
  const auto wait = static_cast<double>(scenario.count()) / settings_.time_scale;
  // Timers of years must not overflow what a poll takes.
  return net::duration(static_cast<std::int64_t>(std::min(wait, 1e15)) + 1);
}

/// Another process takes its time to answer, so that its silence means less.
net::duration socket_pacer::silence_before(net::duration jump) const noexcept {
  const bool brief = other_ == nullptr && jump <= settings_.brief;
  return brief ? settings_.settle_briefly : settings_.settle;
}

void socket_pacer::jump(net::time_point to, net::time_point machine) noexcept {
  skipped_ += to - now(machine);
  mark_ = to;
  machine_mark_ = machine;
}

bool socket_pacer::poll_sockets(net::duration at_most) {
  const bool wait = at_most > net::duration::zero();
  return (wait ? sockets_.run_one_for(at_most) : sockets_.poll_one()) > 0;
}

void socket_pacer::wait_until(simulated_world& world, net::time_point next) {
  if (other_ != nullptr && other_->holds_time()) return hold();
  const net::time_point began = net::machine_now();
  for (net::time_point machine = began;; machine = net::machine_now()) {
    const net::time_point present = now(machine);
    world.catch_up(std::min(present, next));
    if (poll_sockets({})) return;
    if (present >= next) return late_.add(present - next);
    const net::duration silent = machine - began;
    if (settings_.skip && silent >= silence_before(next - present))
      return skip(world, next, machine);
    // A poll that waits takes milliseconds: longer than it takes to be sure of the silence.
    if (!settings_.skip && poll_sockets(on_machine(next - present))) return;
  }
}

void socket_pacer::wait_for(bystander& whom) {
  other_ = &whom;
  settings_.skip = settings_.skip && whom.skips();
  machine_mark_ = net::machine_now();
}

/// Lets one thing happen, or nothing, at the present instant.
void socket_pacer::hold() {
  const net::time_point present = now(net::machine_now());
  poll_sockets(hold_at_most);
  mark_ = present;
  machine_mark_ = net::machine_now();
}

void socket_pacer::skip(simulated_world& world, net::time_point next, net::time_point machine) {
  if (other_ != nullptr) return skip_with_bystander(world, next, machine);
  jump(next, machine);
  world.catch_up(next);
}

/// One step of it: a question, or the jump after its answer. What has happened since the question
/// may have woken the other, so that the answer is old.
void socket_pacer::skip_with_bystander(simulated_world& world, net::time_point next,
                                       net::time_point machine) {
  const std::optional<bystander::answer> said = other_->take_answer();
  if (said) asked_ = false;
  if (!said || !said->quiet || asked_after_ != world.steps()) {
    if (asked_) {
      const net::duration left = std::min(hold_at_most, on_machine(next - now(machine)));
      if (left > shortest_poll) poll_sockets(left);
      return;
    }
    asked_ = true;
    asked_after_ = world.steps();
    return other_->ask();
  }
  const net::time_point to = std::max(std::min(next, said->next), now(machine));
  other_->jump(to - now(machine));
  jump(to, machine);
  world.catch_up(to);
}

}  // namespace hassle::harness
