#include "harness/waiting_faults.hpp"

#include <cassert>

namespace hassle::harness {

using reports::event_kind;

void waiting_faults::arm(const scenario::fault& what, const scenario::planned_fault& occurrence) {
  assert(what.after);
  auto& fresh = entries_[occurrence.number];
  fresh = std::make_unique<entry>(time_);
  fresh->what = &what;
  fresh->occurrence = &occurrence;
  watch_.arm(occurrence.number, *what.after);
}

void waiting_faults::disarm(std::uint32_t number) {
  watch_.disarm(number);
  const auto found = entries_.find(number);
  if (found == entries_.end()) return;
  if (!found->second->in_force) {
    entries_.erase(found);
  } else if (found->second->occurrence->open_ended) {
    end(number);
  }
}

void waiting_faults::give_up() noexcept {
  watch_ = {};
  entries_.clear();
}

void waiting_faults::on_server_event(const reports::event& e) {
  if (entries_.empty()) return;
  switch (e.kind) {
    case event_kind::server_received:
      begin_soon(watch_.on_command(e.text));
      return;
    case event_kind::server_accepted:
      begin_soon(watch_.on_accepted());
      return;
    case event_kind::fault_ended:
      begin_soon(watch_.on_fault_over(e.text));
      return;
    default:
      return;
  }
}

void waiting_faults::on_fault_over(std::string_view name) {
  begin_soon(watch_.on_fault_over(name));
}

/// Not from inside of what they wait for: they may end the very connection that it came on.
void waiting_faults::begin_soon(const trigger_watch::due& numbers) {
  for (const std::uint32_t number : numbers) {
    entries_.at(number)->next.call_at(time_.now(), [this, number] { begin(number); });
  }
}

void waiting_faults::begin(std::uint32_t number) {
  entry& e = *entries_.at(number);
  e.in_force = true;
  const net::duration lasts = e.occurrence->lasts;
  owner_.begin_waiting(*e.what, *e.occurrence);
  if (e.occurrence->open_ended) return;  // Until it is disarmed.
  if (lasts == net::duration::zero()) {
    end(number);
  } else {
    e.next.call_at(time_.now() + lasts, [this, number] { end(number); });
  }
}

void waiting_faults::end(std::uint32_t number) {
  const auto found = entries_.find(number);
  assert(found != entries_.end());
  const auto over = std::move(found->second);
  entries_.erase(found);
  owner_.end_waiting(*over->what, *over->occurrence);
}

}  // namespace hassle::harness
