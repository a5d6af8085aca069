#include "bulkhead.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::client {

bulkhead::bulkhead(const admission_config& settings)
    : calls_max_(settings.calls_max),
      queue_max_(settings.queue_max),
      policy_(settings.when_full),
      queue_limit_(settings.queue_limit) {
  assert(calls_max_ > 0 && queue_limit_ > duration::zero());
}

bulkhead::arrival bulkhead::on_arrival(net::time_point now) {
  if (running_ < calls_max_) {
    assert(queue_.empty());
    ++running_;
    return {.what = verdict::run, .number = ++last_};
  }
  arrival result{.what = verdict::wait};
  if (queue_.size() >= queue_max_) {
    const bool makes_room =
        !queue_.empty() &&
        (policy_ == queue_policy::drop_oldest ||
         (policy_ == queue_policy::expire && now - queue_.front().since >= queue_limit_));
    if (!makes_room) return {.what = verdict::refused};
    result.dropped = queue_.front().number;
    queue_.pop_front();
  }
  result.number = ++last_;
  queue_.push_back({result.number, now});
  return result;
}

std::optional<bulkhead::ticket> bulkhead::on_done() {
  assert(running_ > 0);
  if (queue_.empty()) {
    --running_;
    return std::nullopt;
  }
  const ticket next = queue_.front().number;
  queue_.pop_front();
  return next;
}

void bulkhead::on_gave_up(ticket number) noexcept {
  // Tickets are handed out in order, so that the queue is sorted by them.
  const auto found = std::ranges::lower_bound(queue_, number, {}, &entry::number);
  if (found != queue_.end() && found->number == number) queue_.erase(found);
}

std::vector<bulkhead::ticket> bulkhead::take_expired(net::time_point now) {
  std::vector<ticket> expired;
  if (policy_ != queue_policy::expire) return expired;
  while (!queue_.empty() && now - queue_.front().since >= queue_limit_) {
    expired.push_back(queue_.front().number);
    queue_.pop_front();
  }
  return expired;
}

net::time_point bulkhead::next() const noexcept {
  if (policy_ != queue_policy::expire || queue_.empty()) return net::never;
  return queue_.front().since + queue_limit_;
}

}  // namespace hassle::client
