#include "mockha/outbox.hpp"

#include <cassert>
#include <iterator>
#include <utility>

namespace hassle::mockha {

bool outbox::push(send_text message, net::time_point now) {
  waiting_bytes_ += message.text.size();
  waiting_.push_back(std::move(message));
  if (waiting_.size() >= limits_.messages_max || waiting_bytes_ >= limits_.bytes_max) return false;
  if (waiting_.size() <= limits_.peak) {
    peak_until_ = net::never;  // Looked at when something is queued, not when it shrinks.
  } else if (peak_until_ == net::never) {
    peak_until_ = now + limits_.peak_time;
  }
  return true;
}

std::vector<send_text> outbox::take(bool joined) {
  std::vector<send_text> next;
  if (waiting_.empty()) return next;
  if (joined) {
    next.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    waiting_bytes_ = 0;
  } else {
    waiting_bytes_ -= waiting_.front().text.size();
    next.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return next;
}

bool outbox::overdue(net::time_point now) noexcept {
  if (now < peak_until_) return false;
  peak_until_ = net::never;
  return waiting_.size() >= limits_.peak;
}

std::string joined_text(std::vector<send_text>& messages) {
  assert(!messages.empty());
  if (messages.size() == 1) return std::move(messages.front().text);
  std::size_t size = 1 + messages.size();
  for (const auto& m : messages) size += m.text.size();
  std::string text;
  text.reserve(size);
  for (const auto& m : messages) {
    text += text.empty() ? '[' : ',';
    text += m.text;
  }
  text += ']';
  return text;
}

}  // namespace hassle::mockha
