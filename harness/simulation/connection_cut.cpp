// What ends a connection from outside: lost state at one end, middleboxes and faults in the path.
#include "harness/simulation/connection.hpp"
#include "harness/simulation/host.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

void connection::forget(side s, const active_fault& fault) {
  end& e = end_of(s);
  if (e.state != end_state::open) return;
  hit(fault);
  who_.owner_->on_cut(id(), fault.name);
  // What is in flight still arrives; only nobody is left to send it again.
  e.state = end_state::gone;
  e.failure = asio::error::connection_reset;
  e.failure_told = true;
  flow_from(other(s)).pipe.drop_unread();
  abort_operations(s, asio::error::connection_reset);
}

/// Both programs still hope for something from it.
bool connection::usable() const noexcept {
  const auto open = [](const end& e) { return e.state == end_state::open; };
  return std::ranges::all_of(ends_, open) && !severed_ && !swallowed_;
}

void connection::cut(scenario::expiry_style style, const active_fault& fault) {
  if (!usable()) return;
  hit(fault);
  sever(style, fault.name);
}

void connection::lose(const active_fault& fault) {
  const bool loss = usable();
  swallowed_ = true;
  if (!loss) return;
  hit(fault);
  who_.owner_->on_cut(id(), fault.name);
}

void connection::arm_box() {
  if (who_.path_->loopback()) return;
  net::time_point due = net::never;
  if (who_.box_->lifetime) due = established_ + *who_.box_->lifetime;
  if (who_.box_->idle) due = std::min(due, last_traffic_ + *who_.box_->idle);
  if (due == net::never) return;
  box_event_ = who_.world_->at(due, [this] {
    box_event_ = 0;
    on_box_timer();
  });
}

void connection::on_box_timer() {
  if (severed_ || swallowed_) return;
  const auto& box = *who_.box_;
  const bool aged = box.lifetime && now() - established_ >= *box.lifetime;
  const bool idle = box.idle && now() - last_traffic_ >= *box.idle;
  // The timer is not moved at each segment: traffic since it was set is noticed here.
  if (!aged && !idle) return arm_box();
  if (usable()) sever(box.on_expiry, aged ? "middlebox lifetime" : "middlebox idle");
}

void connection::sever(scenario::expiry_style style, std::string_view why) {
  who_.owner_->on_cut(id(), why);
  switch (style) {
    case scenario::expiry_style::silent:
      swallowed_ = true;
      return;
    case scenario::expiry_style::reset:
      severed_ = true;
      // The box sits halfway.
      for (const side s : {side::client, side::server})
        send_box_rst(s, who_.path_->one_way(way_) / 2);
      return;
    case scenario::expiry_style::fin:
      severed_ = true;
      for (const side s : {side::client, side::server}) send_box_fin(s);
      return;
  }
  assert(false);
}

void connection::send_box_rst(side towards, net::duration after) {
  const side sender = other(towards);
  flow& f = flow_from(sender);
  if (f.rst != 0) return;
  f.rst_answers = false;
  tap(sender, reports::wire_kind::reset);
  f.rst = who_.world_->at(now() + after, [this, sender] {
    flow_from(sender).rst = 0;
    on_rst(sender);
  });
}

/// The box says goodbye in the place of the other end. What has passed it already still arrives.
void connection::send_box_fin(side towards) {
  flow& f = flow_from(other(towards));
  const net::time_point arrives = now() + who_.path_->one_way(way_) / 2;
  f.boxed = true;
  who_.world_->cancel(std::exchange(f.event, 0));
  const std::size_t before = f.pipe.size();
  f.pipe.discard_from(f.retry ? net::time_point::min() : arrives);
  f.retry.reset();
  f.parked = false;
  f.unacknowledged = false;
  if (!end_of(towards).fin_received) {
    tap(other(towards), reports::wire_kind::fin, before - f.pipe.size());
    f.pipe.add({now(), arrives, 0, segment_kind::fin});
    f.last_arrival = std::max(f.last_arrival, arrives);
  }
  if (f.pipe.front() != nullptr) arm_arrival(other(towards));
}

}  // namespace hassle::harness
