#include "harness/relay/handshake.hpp"

#include "harness/simulation/retransmission.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace hassle::harness {

handshake::handshake(relay_line& line, std::uint64_t jitter, net::time_point now)
    : line_(&line), random_(jitter), began_(now), next_send_(now) {}

net::time_point handshake::due() const noexcept {
  net::time_point first = next_send_;
  for (const net::time_point each : syns_) first = std::min(first, each);
  for (const answer& each : answers_) first = std::min(first, each.arrives);
  return first;
}

net::time_point handshake::travel(direction way, net::time_point now) {
  const link::sender from{static_cast<std::size_t>(way), line_->way(), way};
  return line_->path().transmit(0, from, now, random_).arrives;
}

bool handshake::lost(const active_fault* fault) {
  if (fault != nullptr) line_->hit(*fault);
  return fault != nullptr;
}

void handshake::send(net::time_point now) {
  if (const active_faults* active = line_->path().faults()) {
    active->for_each<scenario::latency_fault>(
        line_->way(),
        [this](const active_fault& fault, const scenario::latency_fault&) { line_->hit(fault); });
  }
  const net::time_point arrives = travel(direction::to_server, now);
  syns_.push_back(syns_.empty() ? arrives : std::max(arrives, syns_.back()));
  next_send_ =
      began_ + (sent_ < syn_retransmissions.size() ? net::duration(syn_retransmissions[sent_])
                                                   : net::duration(syn_give_up));
  ++sent_;
}

/// False if it is time to give up.
bool handshake::send_due(net::time_point now, const peers& are) {
  if (next_send_ > now) return true;
  parked_ = are.client_frozen;
  if (parked_) return true;
  if (sent_ > syn_retransmissions.size() || now - began_ >= syn_give_up) return false;
  send(now);
  return true;
}

void handshake::take_syn(net::time_point now, const peers& are) {
  const active_faults* active = line_->path().faults();
  if (active != nullptr && lost(active->swallows_connect(line_->way(), dice_))) return;
  if (are.server_frozen) return;
  const net::time_point arrives = travel(direction::to_client, now);
  answers_.push_back(
      {answers_.empty() ? arrives : std::max(arrives, answers_.back().arrives), are.listening});
}

std::optional<error_code> handshake::advance(net::time_point now, const peers& are) {
  while (!syns_.empty() && syns_.front() <= now) {
    syns_.pop_front();
    take_syn(now, are);
  }
  while (!answers_.empty() && answers_.front().arrives <= now) {
    const bool welcome = answers_.front().welcome;
    answers_.pop_front();
    const active_faults* active = line_->path().faults();
    if (active != nullptr && lost(active->swallows(line_->way(), direction::to_client, 0, dice_))) {
      continue;
    }
    if (are.client_frozen) continue;
    return welcome ? error_code() : error_code(boost::asio::error::connection_refused);
  }
  if (!send_due(now, are)) return error_code(boost::asio::error::timed_out);
  return std::nullopt;
}

}  // namespace hassle::harness
