#include "harness/simulation/byte_pipe.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace hassle::harness {

std::size_t byte_pipe::write(std::span<const net::asio::const_buffer> from, std::size_t room) {
  std::size_t written = 0;
  for (const auto& buffer : from) {
    const std::size_t size = std::min(buffer.size(), room - written);
    const auto* begin = static_cast<const char*>(buffer.data());
    bytes_.insert(bytes_.end(), begin, begin + size);
    written += size;
    if (written == room) break;
  }
  return written;
}

segment byte_pipe::arrive() noexcept {
  assert(front() != nullptr);
  const segment first = *front();
  readable_ += first.bytes;
  drop_first();
  return first;
}

void byte_pipe::split_front(std::size_t bytes) {
  assert(front() != nullptr && bytes > 0 && bytes < front()->bytes);
  segment rest = *front();
  rest.bytes -= static_cast<std::uint32_t>(bytes);
  segments_[first_].bytes = static_cast<std::uint32_t>(bytes);
  segments_.insert(segments_.begin() + static_cast<std::ptrdiff_t>(first_) + 1, rest);
}

std::span<char> byte_pipe::front_bytes() noexcept {
  assert(front() != nullptr);
  return std::span(bytes_).subspan(head_ + readable_, front()->bytes);
}

segment byte_pipe::discard() noexcept {
  assert(front() != nullptr);
  const segment first = *front();
  const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(head_ + readable_);
  bytes_.erase(begin, begin + first.bytes);
  drop_first();
  shrink();
  return first;
}

void byte_pipe::discard_from(net::time_point from) noexcept {
  while (!idle() && segments_.back().arrives >= from) {
    bytes_.resize(bytes_.size() - segments_.back().bytes);
    segments_.pop_back();
  }
  forget_if_idle();
  shrink();
}

std::size_t byte_pipe::read(net::asio::mutable_buffer into) noexcept {
  const std::size_t size = std::min(into.size(), readable_);
  if (size == 0) return 0;
  std::memcpy(into.data(), bytes_.data() + head_, size);
  head_ += size;
  readable_ -= size;
  shrink();
  return size;
}

void byte_pipe::drop_unread() noexcept {
  head_ += readable_;
  readable_ = 0;
  shrink();
}

void byte_pipe::drop_first() noexcept {
  ++first_;
  forget_if_idle();
  if (first_ * 2 > segments_.size() && first_ > 64) {
    // A stream that is never idle must not keep its history.
    segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void byte_pipe::forget_if_idle() noexcept {
  if (!idle()) return;
  segments_.clear();
  first_ = 0;
}

void byte_pipe::shrink() noexcept {
  if (head_ == bytes_.size()) {
    bytes_.clear();
    head_ = 0;
    if (bytes_.capacity() > keep_max) bytes_.shrink_to_fit();
    if (idle() && segments_.capacity() > 8) std::vector<segment>().swap(segments_);
  } else if (head_ > 4096 && head_ * 2 > bytes_.size()) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

}  // namespace hassle::harness
