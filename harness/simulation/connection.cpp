#include "harness/simulation/connection.hpp"

#include "harness/simulation/host.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

connection::connection(const parties& who, std::uint16_t server_port,
                       std::vector<std::uint32_t> hits)
    : who_{&who.world, &who.owner, &who.path, &who.tcp, &who.box, who.client_on_link, who.tap},
      way_(who.way),
      server_port_(server_port),
      established_(who.world.now()),
      last_traffic_(established_),
      hits_(std::move(hits)) {
  for (const side s : {side::client, side::server}) {
    const party& p = s == side::client ? who.client : who.server;
    end_of(s).where = p.where;
    end_of(s).at = p.at;
  }
  for (const side s : {side::client, side::server}) {
    flow_from(s).random = jitter_random(who.jitter_seed + static_cast<std::uint64_t>(s));
  }
  arm_box();
  tap(side::client, reports::wire_kind::ack);
  transmit(side::client, segment_kind::handshake, 0);
}

connection::~connection() {
  for (flow& f : flows_) {
    who_.world_->cancel(f.event);
    who_.world_->cancel(f.rst);
  }
  who_.world_->cancel(box_event_);
}

link::sender connection::sender(side s) const noexcept {
  const std::size_t number = s == side::client ? who_.client_on_link_ : 1 - who_.client_on_link_;
  return {.end = number, .who = way_, .way = from(s)};
}

link::passage connection::passage(side s, std::size_t bytes) {
  flow& f = flow_from(s);
  link::passage p = who_.path_->transmit(bytes, sender(s), now(), f.random);
  p.arrives = f.last_arrival = std::max(p.arrives, f.last_arrival);
  if (who_.path_->faults() != nullptr) note_delays(s, bytes);
  return p;
}

void connection::transmit(side s, segment_kind kind, std::size_t bytes) {
  flow& f = flow_from(s);
  const link::passage p = passage(s, bytes);
  if (who_.path_->faults() == nullptr || !add_slices(s, p, kind, bytes)) {
    f.pipe.add({p.departs, p.arrives, static_cast<std::uint32_t>(bytes), kind});
  }
  if (!f.retry && f.event == 0) arm_arrival(s);
}

void connection::arm_arrival(side s) {
  flow& f = flow_from(s);
  assert(f.event == 0 && !f.retry && f.pipe.front() != nullptr);
  f.event = who_.world_->at(f.pipe.front()->arrives, [this, s] {
    flow_from(s).event = 0;
    on_arrival(s);
  });
}

/// Whether a segment that `s` sent gets through to the other end at this instant.
bool connection::passes(side s, std::size_t bytes) {
  if (swallowed_) return false;
  if (const active_faults* active = who_.path_->faults()) {
    if (const auto* fault = active->swallows(way_, from(s), bytes, dice_)) {
      hit(*fault);
      return false;
    }
  }
  const end& receiver = end_of(other(s));
  return receiver.state != end_state::vanished && !receiver.where->frozen();
}

/// Whether `s` learns that something of its arrived at this instant.
bool connection::acknowledged(side s) {
  const active_faults* active = who_.path_->faults();
  if (active == nullptr) return true;
  const auto* fault = active->swallows_acknowledgement(way_, from(other(s)), dice_);
  if (fault != nullptr) hit(*fault);
  return fault == nullptr;
}

void connection::on_arrival(side s) {
  flow& f = flow_from(s);
  const net::time_point sent = f.pipe.front()->departs;
  if (!passes(s, f.pipe.front()->bytes)) {
    begin_retry(s, sent);
    return;
  }
  const bool all = arrive_all(s, now());
  if (!acknowledged(s)) {
    f.unacknowledged = true;
    begin_retry(s, sent);
  } else if (!all) {
    begin_retry(s, f.pipe.front()->departs);
  } else if (f.pipe.front() != nullptr) {
    arm_arrival(s);
  }
  wake_reader(other(s));
  if (cut_now_) finish_cut();
  settle();
}

/// What `s` has in flight arrives, as far as it would by `until`. The first segment does in any
/// case; false if a later one does not pass.
bool connection::arrive_all(side s, net::time_point until) {
  const byte_pipe& pipe = flow_from(s).pipe;
  const bool troubled = who_.path_->faults() != nullptr;
  do {
    if (troubled && prepare_cut(s)) return true;
    arrive_one(s);
    if (pipe.front() == nullptr || pipe.front()->arrives > until) return true;
  } while (!troubled || passes(s, pipe.front()->bytes));
  return false;
}

void connection::arrive_one(side s) {
  flow& f = flow_from(s);
  end& receiver = end_of(other(s));
  last_traffic_ = now();
  if (receiver.state != end_state::open) return arrive_at_closed(s);
  if (who_.path_->faults() != nullptr) corrupt_next(s);
  const segment arrived = f.pipe.arrive();
  limits_.carried(arrived.bytes);
  switch (arrived.kind) {
    case segment_kind::data:
      tap(other(s), reports::wire_kind::ack, arrived.bytes);
      return;
    case segment_kind::fin:
      tap(other(s), reports::wire_kind::ack, 1);
      receiver.fin_received = true;
      return;
    case segment_kind::handshake:
      if (!who_.owner_->offer(*this)) {
        receiver.state = end_state::gone;
        receiver.attached = false;
        send_rst(other(s), true);
      }
      return;
  }
  assert(false);
}

void connection::arrive_at_closed(side s) {
  end& receiver = end_of(other(s));
  const segment_kind kind = flow_from(s).pipe.discard().kind;
  // The FIN of a peer that was told goodbye is what a closed socket waits for; anything else
  // finds nobody.
  if (receiver.state == end_state::orphan && kind == segment_kind::fin) {
    return tap(other(s), reports::wire_kind::ack, 1);
  }
  if (receiver.state == end_state::orphan) {
    receiver.state = end_state::gone;
    stop_sending(other(s));
  }
  send_rst(other(s), true);
}

void connection::begin_retry(side s, net::time_point sent) {
  flow_from(s).retry.emplace(*who_.tcp_, sent, who_.path_->round_trip(way_));
  schedule_retry(s);
}

void connection::schedule_retry(side s) {
  flow& f = flow_from(s);
  assert(f.event == 0);
  f.event = who_.world_->at(f.retry->due(), [this, s] {
    flow_from(s).event = 0;
    on_retransmit(s);
  });
}

void connection::on_retransmit(side s) {
  flow& f = flow_from(s);
  const end& sender = end_of(s);
  const bool dead = sender.state == end_state::gone || sender.state == end_state::vanished;
  const bool silent = f.boxed || sender.state == end_state::orphan;
  if (!f.boxed && dead) {
    stop_sending(s);
  } else if (!f.boxed && sender.where->frozen()) {
    f.parked = true;
  } else if (f.retry->exhausted(now(), silent ? who_.tcp_->orphan_give_up : who_.tcp_->give_up)) {
    if (silent) {
      stop_sending(s);
      if (!f.boxed) end_of(s).state = end_state::gone;
    } else {
      fail(s, asio::error::timed_out);
    }
  } else {
    f.retry->sent(now());
    tap(s, reports::wire_kind::again);
    f.event = who_.world_->at(passage(s, 0).arrives, [this, s] {
      flow_from(s).event = 0;
      on_retransmission(s);
    });
  }
  settle();
}

void connection::on_retransmission(side s) {
  flow& f = flow_from(s);
  const segment* first = f.pipe.front();
  if (!passes(s, first == nullptr ? 0 : first->bytes)) return schedule_retry(s);
  if (f.unacknowledged && end_of(other(s)).state != end_state::open) {
    // Its answer was an RST that got lost; here is the next one.
    send_rst(other(s), true);
    return schedule_retry(s);
  }
  if (f.unacknowledged && !acknowledged(s)) return schedule_retry(s);
  const bool all = f.pipe.front() == nullptr || arrive_all(s, net::never);
  f.unacknowledged = !acknowledged(s);
  if (f.unacknowledged) {
    schedule_retry(s);
  } else {
    f.retry.reset();
    // A cut may have left something, which is on its way.
    if (!all) begin_retry(s, now());
    if (all && f.pipe.front() != nullptr) arm_arrival(s);
  }
  wake_reader(other(s));
  if (cut_now_) finish_cut();
  settle();
}

/// Nothing of `s` is in flight any more.
void connection::stop_sending(side s) noexcept {
  flow& f = flow_from(s);
  who_.world_->cancel(std::exchange(f.event, 0));
  f.pipe.discard_all();
  f.retry.reset();
  f.parked = false;
  f.unacknowledged = false;
}

void connection::send_rst(side s, bool answers) {
  flow& f = flow_from(s);
  if (f.rst != 0) return;
  f.rst_answers = answers;
  tap(s, reports::wire_kind::reset);
  f.rst = who_.world_->at(passage(s, 0).arrives, [this, s] {
    flow_from(s).rst = 0;
    on_rst(s);
  });
}

void connection::on_rst(side s) {
  end& target = end_of(other(s));
  const bool cares = target.state == end_state::open || target.state == end_state::orphan;
  if (!cares) return settle();
  flow& answered = flow_from(other(s));
  if (!passes(s)) {
    if (flow_from(s).rst_answers && !answered.retry && !answered.boxed) {
      who_.world_->cancel(std::exchange(answered.event, 0));
      answered.unacknowledged = true;
      begin_retry(other(s), now());
    }
    return settle();
  }
  last_traffic_ = now();
  stop_sending(s);
  if (target.state == end_state::open) {
    fail(other(s), asio::error::connection_reset);
  } else {
    target.state = end_state::gone;
    stop_sending(other(s));
  }
  settle();
}

void connection::thaw(side s) {
  flow& out = flow_from(s);
  if (std::exchange(out.parked, false)) on_retransmit(s);
  flow& in = flow_from(other(s));
  const end_state sender = end_of(other(s)).state;
  const bool sends = in.boxed || sender == end_state::open || sender == end_state::orphan;
  if (in.retry && in.event != 0 && sends) {
    // Its sender is still trying; waiting for its next try would only add up to two minutes.
    who_.world_->cancel(std::exchange(in.event, 0));
    on_retransmission(other(s));
  }
}

void connection::hit(const active_fault& fault) {
  if (std::ranges::find(hits_, fault.number) != hits_.end()) return;
  hits_.push_back(fault.number);
  who_.owner_->on_hit(id(), fault);
}

}  // namespace hassle::harness
