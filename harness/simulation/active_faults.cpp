#include "harness/simulation/active_faults.hpp"

#include <algorithm>
#include <cassert>
#include <variant>

namespace hassle::harness {
namespace {

using scenario::address_family;

bool loses(const scenario::loss_fault& loss, fault_dice::die& die, bool only_for_certain) {
  if (loss.to_bad && die.random.chance(die.bad ? loss.to_good : *loss.to_bad)) die.bad = !die.bad;
  const double chance = !loss.to_bad || die.bad ? loss.chance : loss.otherwise;
  const bool lost = die.random.chance(chance);
  return only_for_certain ? chance >= 1 : lost;
}

/// Whether a fault takes everything of a connection in a direction, whatever its size.
bool blocks(const active_fault& fault, const route& r, direction d) {
  if (const auto* partition = std::get_if<scenario::partition_fault>(&fault.what)) {
    return concerns(partition->blocked, d);
  }
  return std::ranges::binary_search(fault.failing, r.connection);
}

}  // namespace

jitter_random::result_type jitter_random::operator()() noexcept {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

bool jitter_random::chance(double probability) noexcept {
  constexpr double steps = 1ULL << 53U;
  return static_cast<double>((*this)() >> 11U) / steps < probability;
}

std::uint64_t jitter_random::below(std::uint64_t below) noexcept {
  assert(below > 0);
  return (*this)() % below;  // Of 2^64: the bias is far below what anybody could see.
}

bool active_fault::on_its_way(std::string_view endpoint, address_family family) const noexcept {
  if (!way.endpoint.empty() && way.endpoint != endpoint) return false;
  return way.family == address_family::any || way.family == family;
}

bool active_fault::reaches(const route& r) const noexcept {
  if (!on_its_way(r.endpoint, r.family)) return false;
  return only.empty() || std::ranges::binary_search(chosen, r.connection);
}

fault_dice::die& fault_dice::of(const active_fault& fault, direction d, const route& r) {
  for (die& each : dice_) {
    if (each.fault == fault.number && each.way == d) return each;
  }
  const auto place = std::uint64_t{r.connection} * 4 + salt_ * 2U + static_cast<std::uint64_t>(d);
  return dice_.emplace_back(fault.number, d, jitter_random(fault.seed + place));
}

void active_faults::end(std::uint32_t number) {
  std::erase_if(list_, [number](const active_fault& f) { return f.number == number; });
}

active_fault* active_faults::find(std::uint32_t number) noexcept {
  const auto found = std::ranges::find(list_, number, &active_fault::number);
  return found == list_.end() ? nullptr : &*found;
}

void active_faults::note_dial(const route& r) {
  for (active_fault& fault : list_) {
    if (fault.only.empty() || !fault.on_its_way(r.endpoint, r.family)) continue;
    // Numbers of connections only grow: the list stays sorted.
    if (std::ranges::binary_search(fault.only, ++fault.dialed))
      fault.chosen.push_back(r.connection);
  }
}

const active_fault* active_faults::first_verdict(const question& q, fault_dice& dice) const {
  const active_fault* first = nullptr;
  for (const active_fault& fault : list_) {
    if (!fault.reaches(q.who)) continue;
    bool objects = blocks(fault, q.who, q.way);
    if (const auto* loss = std::get_if<scenario::loss_fault>(&fault.what)) {
      const bool concerned = concerns(loss->direction, q.way);
      objects = concerned &&
                loses(*loss, dice.of(fault, q.way, q.who), q.what == carries::acknowledgement);
    } else if (const auto* mtu = std::get_if<scenario::mtu_fault>(&fault.what)) {
      objects = concerns(mtu->direction, q.way) && q.bytes > mtu->bytes;
    } else if (std::holds_alternative<scenario::blackhole_fault>(fault.what)) {
      objects = q.what == carries::syn;
    }
    if (objects && first == nullptr) first = &fault;
  }
  return first;
}

const active_fault* active_faults::slices(const route& r, direction d) const {
  const active_fault* first = nullptr;
  for_each<scenario::slice_fault>(
      r, [&](const active_fault& fault, const scenario::slice_fault& slice) {
        if (first == nullptr && concerns(slice.direction, d)) first = &fault;
      });
  return first;
}

void active_faults::change(std::span<char> bytes, std::uint32_t times, jitter_random& random) {
  for (std::uint32_t i = 0; i < times; ++i) {
    char& victim = bytes[random.below(bytes.size())];
    victim = static_cast<char>(static_cast<unsigned char>(victim) ^ (1 + random.below(255)));
  }
}

std::optional<byte_limits::cut> byte_limits::within(const active_faults& active, const route& r,
                                                    std::uint64_t bytes) const {
  std::optional<cut> first;
  active.for_each<scenario::cut_after_fault>(
      r, [&](const active_fault& fault, const scenario::cut_after_fault& limit) {
        if (!limit.bytes) return;
        const auto from_here = std::ranges::find(counts_, fault.number, &count::fault);
        const std::uint64_t before = from_here == counts_.end() ? 0 : from_here->carried;
        const std::uint64_t carried = carried_ - before;
        const std::uint64_t passes = *limit.bytes > carried ? *limit.bytes - carried : 0;
        if (passes < (first ? first->room : bytes + 1)) first = {fault.number, passes};
      });
  return first;
}

}  // namespace hassle::harness
