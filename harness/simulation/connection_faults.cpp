// What faults of the path do to the segments of a connection, besides swallowing them.
#include "harness/simulation/connection.hpp"
#include "harness/simulation/host.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

using namespace scenario;

void connection::note_delays(side s, std::size_t bytes) {
  const active_faults& active = *who_.path_->faults();
  active.for_each<latency_fault>(
      way_, [&](const active_fault& fault, const latency_fault&) { hit(fault); });
  if (bytes == 0) return;
  active.for_each<throttle_fault>(way_, [&](const active_fault& fault, const throttle_fault& t) {
    if (concerns(t.direction, from(s))) hit(fault);
  });
}

/// The first fault that slices decides. False if none does, and nothing is added.
bool connection::add_slices(side s, const link::passage& p, segment_kind kind, std::size_t bytes) {
  flow& f = flow_from(s);
  const active_fault* first = who_.path_->faults()->slices(way_, from(s));
  if (first == nullptr || kind != segment_kind::data) return false;
  const auto& slice = std::get<slice_fault>(first->what);
  if (bytes <= slice.bytes) return false;
  hit(*first);
  net::time_point arrives = p.arrives;
  for (std::size_t left = bytes; left > 0;) {
    const std::size_t some = std::min<std::size_t>(left, slice.bytes);
    f.pipe.add({p.departs, arrives, static_cast<std::uint32_t>(some), kind});
    f.last_arrival = arrives;
    arrives += slice.gap;
    left -= some;
  }
  return true;
}

void connection::corrupt_next(side s) {
  const auto bytes = flow_from(s).pipe.front_bytes();
  if (bytes.empty()) return;
  who_.path_->faults()->corrupt(way_, from(s), bytes, dice_,
                                [this](const active_fault& fault) { hit(fault); });
}

/// Whether a fault cuts the connection within or behind the next segment of `s`. What of it still
/// passes has arrived then.
bool connection::prepare_cut(side s) {
  flow& f = flow_from(s);
  const std::uint64_t bytes = f.pipe.front()->bytes;
  if (bytes == 0 || !usable()) return false;
  const auto due = limits_.within(*who_.path_->faults(), way_, bytes);
  if (!due) return false;
  cut_now_ = {.fault = due->fault, .sender = s};
  if (due->room > 0 && due->room < bytes) f.pipe.split_front(due->room);
  if (due->room > 0) arrive_one(s);
  return true;
}

void connection::finish_cut() {
  const due_cut due = *cut_now_;
  cut_now_.reset();
  const active_fault* found = nullptr;
  who_.path_->faults()->for_each<cut_after_fault>(
      way_, [&](const active_fault& fault, const cut_after_fault&) {
        if (fault.number == due.fault) found = &fault;
      });
  assert(found != nullptr);
  const auto how = std::get<cut_after_fault>(found->what).how;
  // The box takes the rest with it; where it only forgets, the sender goes on trying.
  if (how != expiry_style::silent) stop_sending(due.sender);
  cut(how, *found);
}

void connection::hasten() {
  for (const side s : {side::client, side::server}) {
    flow& f = flow_from(s);
    net::time_point last = now();
    f.pipe.for_each_in_flight([&](segment& each) {
      if (each.departs > now()) {
        const link::passage p = who_.path_->transmit_again(each.bytes, sender(s), now());
        each.departs = p.departs;
        each.arrives = p.arrives;
      }
      each.arrives = last = std::max(each.arrives, last);
    });
    if (!f.pipe.idle()) f.last_arrival = last;
    if (f.retry || f.event == 0) continue;
    who_.world_->cancel(std::exchange(f.event, 0));
    if (!f.pipe.idle()) arm_arrival(s);
  }
}

}  // namespace hassle::harness
