#include "event_queue.hpp"

#include <hassle/client/command.hpp>

#include <boost/asio/post.hpp>

#include <cassert>
#include <utility>

namespace hassle::client {

event_stream::queue::queue(asio::any_io_executor where, std::size_t events_max)
    : executor_(std::move(where)), events_max_(events_max) {
  assert(events_max > 0);
}

void event_stream::queue::push(stream_event event) {
  if (closed_ || gone_) return;
  if (events_.size() == events_max_) {
    events_.pop_front();
    ++dropped_;
  }
  events_.push_back(std::move(event));
  deliver();
}

void event_stream::queue::close() {
  if (closed_) return;
  closed_ = true;
  deliver();
}

std::optional<stream_event> event_stream::queue::take() {
  stream_event event;
  if (dropped_ > 0) {
    event.what = stream_event_kind::dropped;
    event.count = std::exchange(dropped_, 0);
    return event;
  }
  if (!events_.empty()) {
    event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  if (closed_) return event;
  return std::nullopt;
}

void event_stream::queue::deliver() {
  const auto self = shared_from_this();  // Whoever hears may let go of us.
  while (hears_ && !gone_) {
    auto event = take();
    if (!event) return;
    const bool last = event->what == stream_event_kind::closed;
    const auto hears = last ? std::exchange(hears_, nullptr) : hears_;
    hears(*std::move(event));
    if (last) return;
  }
  if (!reader_) return;
  auto event = take();
  if (!event) return;
  auto reader = *std::exchange(reader_, std::nullopt);
  std::move(reader).complete(*std::move(event));
}

std::pair<pending<stream_event>, std::size_t> event_stream::queue::make_reader(
    asio::any_completion_handler<void(stream_event)> handler) {
  const std::size_t number = ++readers_;
  pending<stream_event> reader(std::move(handler), executor_);
  reader.on_cancel([weak = weak_from_this(), number] {
    const auto self = weak.lock();
    if (!self) return;
    asio::post(self->executor_, [self, number] { self->cancel_next(number); });
  });
  return {std::move(reader), number};
}

void event_stream::queue::next(pending<stream_event> reader, std::size_t number) {
  assert(!reader_ && !hears_ && "one reader at a time");
  reader_.emplace(std::move(reader));
  reader_number_ = number;
  deliver();
}

void event_stream::queue::cancel_next(std::size_t number) {
  if (!reader_ || reader_number_ != number) return;
  stream_event event;
  event.text = detail_code::cancelled;
  auto reader = *std::exchange(reader_, std::nullopt);
  std::move(reader).complete(std::move(event));
}

void event_stream::queue::hear(std::function<void(stream_event)> with) {
  assert(!reader_ && "one reader at a time");
  hears_ = std::move(with);
  asio::post(executor_, [self = shared_from_this()] { self->deliver(); });
}

void event_stream::queue::abandon() {
  if (std::exchange(gone_, true)) return;
  events_.clear();
  hears_ = nullptr;
  if (reader_) {
    auto reader = *std::exchange(reader_, std::nullopt);
    std::move(reader).complete(stream_event{});
  }
  if (const auto action = std::exchange(abandoned_, nullptr)) action();
}

event_stream::event_stream() = default;
event_stream::event_stream(event_stream&&) noexcept = default;

event_stream::event_stream(std::shared_ptr<queue> events) noexcept : queue_(std::move(events)) {}

event_stream& event_stream::operator=(event_stream&& other) noexcept {
  event_stream old(std::exchange(queue_, std::move(other.queue_)));
  return *this;
}

event_stream::~event_stream() {
  if (!queue_) return;
  const asio::any_io_executor& where = queue_->executor();
  asio::post(where, [queue = std::move(queue_)] { queue->abandon(); });
}

void event_stream::on_event(std::function<void(stream_event)> hears) {
  assert(queue_ && "a stream that was moved from has no events");
  queue_->hear(std::move(hears));
}

void event_stream::begin_next(const std::shared_ptr<queue>& from,
                              asio::any_completion_handler<void(stream_event)> handler) {
  assert(from && "a stream that was moved from has no events");
  auto made = from->make_reader(std::move(handler));
  asio::post(from->executor(), [from, reader = std::move(made)]() mutable {
    from->next(std::move(reader.first), reader.second);
  });
}

}  // namespace hassle::client
