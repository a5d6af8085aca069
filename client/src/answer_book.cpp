#include "answer_book.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::client {

answer_book::answer_book(matching how, std::size_t waiting_max, std::size_t inbox_max)
    : how_(how), waiting_max_(waiting_max), inbox_max_(inbox_max) {
  assert(waiting_max > 0 && inbox_max > 0);
}

bool answer_book::try_expect(std::int64_t id) {
  assert(waiting_.empty() || waiting_.back() < id);
  if (waiting_.size() >= waiting_max_) return false;
  waiting_.push_back(id);
  return true;
}

void answer_book::forget(std::int64_t id) {
  const auto found = std::lower_bound(waiting_.begin(), waiting_.end(), id);
  if (found != waiting_.end() && *found == id) waiting_.erase(found);
}

answer_book::verdict answer_book::on_message(std::int64_t message_id) {
  using enum verdict::kind;
  if (how_ == matching::by_id) {
    const auto found = std::lower_bound(waiting_.begin(), waiting_.end(), message_id);
    if (found == waiting_.end() || *found != message_id) return {discard, message_id};
    waiting_.erase(found);
    return {answer, message_id};
  }
  if (!waiting_.empty()) {
    const std::int64_t first = waiting_.front();
    waiting_.pop_front();
    return {answer, first};
  }
  if (kept_ >= inbox_max_) return {discard, message_id};
  ++kept_;
  return {keep, message_id};
}

}  // namespace hassle::client
