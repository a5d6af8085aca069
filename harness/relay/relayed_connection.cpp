#include "harness/relay/relayed_connection.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace hassle::harness {

relayed_connection::relayed_connection(net::time_source& time, relay_line& line,
                                       std::uint64_t jitter, const relay_settings& settings,
                                       std::unique_ptr<net::byte_stream> client,
                                       std::unique_ptr<net::byte_stream> server)
    : time_(&time),
      line_(&line),
      pumps_{pump(time, line, direction::to_server, jitter, settings),
             pump(time, line, direction::to_client, jitter + 1, settings)},
      ends_{end{std::move(client)}, end{std::move(server)}} {}

asio::awaitable<void> relayed_connection::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  advance();
  co_await over_.wait(*time_);
  over_.open();
  for (end& each : ends_) {
    if (!each.gone) each.stream->close();
    each.gone = true;
  }
  for (pump& p : pumps_) p.wake.cancel();
  settle();
  co_await quiet_.wait(*time_);
}

void relayed_connection::shape(connection_shape by) {
  if (by.to_server) pumps_[0].flow.shape(std::move(by.to_server), time_->now());
  if (by.to_client) pumps_[1].flow.shape(std::move(by.to_client), time_->now());
}

void relayed_connection::reshape() {
  for (pump& p : pumps_) p.flow.reshape(time_->now());
  advance();
}

void relayed_connection::advance() {
  for (pump& p : pumps_) drive(p);
}

void relayed_connection::hasten() {
  for (pump& p : pumps_) p.flow.hasten(time_->now());
  advance();
}

void relayed_connection::thaw() {
  for (pump& p : pumps_) p.flow.thaw(time_->now());
  advance();
}

void relayed_connection::forget_server() {
  reset(ends_[1]);
  advance();
}

void relayed_connection::reset(end& which) noexcept {
  if (!std::exchange(which.gone, true)) which.stream->reset();
}

void relayed_connection::drive(pump& p) {
  const bool ended = line_->ending().has_value();
  while (!over_.is_open() && !p.writing) {
    if (!perform(p, p.flow.step(time_->now()))) break;
  }
  // What ends it here ends the other direction, too.
  if (!ended && line_->ending() && !over_.is_open()) drive(pump_of(opposite(p.way)));
  if (!over_.is_open()) read(p);
  settle();
}

/// False if there is nothing more to be done at this instant.
bool relayed_connection::perform(pump& p, const relay_step& next) {
  p.wake.cancel();
  switch (next.what) {
    case relay_step::kind::idle:
      return false;
    case relay_step::kind::wait:
      p.wake.call_at(next.until, [this, &p] { drive(p); });
      return false;
    case relay_step::kind::deliver:
      if (!receiver(p.way).gone && !p.receiver_failed) {
        write(p, next.bytes);
        return false;
      }
      // Whoever writes to nobody is told so; but an RST of its own may be on the way back.
      if (receiver(p.way).gone || pump_of(opposite(p.way)).source_ended) reset(source(p.way));
      return false;
    case relay_step::kind::finish:
      p.finished = true;
      if (!receiver(p.way).gone) receiver(p.way).stream->shutdown_send();
      return true;
    case relay_step::kind::reset:
      for (end& each : ends_) reset(each);
      return false;
    case relay_step::kind::give_up:
    case relay_step::kind::refuse:
      reset(source(p.way));
      return false;
  }
  return false;
}

void relayed_connection::read(pump& p) {
  if (p.reading || p.source_ended || source(p.way).gone) return;
  const std::span<char> space = p.flow.space();
  if (space.empty()) return;
  p.reading = true;
  source(p.way).stream->read_some(
      asio::buffer(space.data(), space.size()),
      [this, &p](const error_code& ec, std::size_t bytes) { on_read(p, ec, bytes); });
}

void relayed_connection::on_read(pump& p, const error_code& ec, std::size_t bytes) {
  p.reading = false;
  if (!ec) {
    p.flow.took(bytes, time_->now());
  } else {
    p.source_ended = true;
    if (ec == asio::error::eof) {
      p.flow.finish(time_->now());
    } else if (ec != asio::error::operation_aborted) {
      p.flow.broke(time_->now());
    }
  }
  drive(p);
}

void relayed_connection::write(pump& p, std::span<const char> bytes) {
  p.writing = true;
  const asio::const_buffer buffer(bytes.data(), bytes.size());
  receiver(p.way).stream->write_some(
      {&buffer, 1},
      [this, &p](const error_code& ec, std::size_t written) { on_written(p, ec, written); });
}

void relayed_connection::on_written(pump& p, const error_code& ec, std::size_t bytes) {
  p.writing = false;
  if (ec) {
    p.receiver_failed = true;
  } else {
    p.flow.delivered(bytes);
    p.written += bytes;
    p.last_traffic = time_->now();
  }
  drive(p);
}

void relayed_connection::settle() {
  const bool gone = ends_[0].gone && ends_[1].gone;
  const bool finished = pumps_[0].finished && pumps_[1].finished &&
                        (!line_->ending() || (pumps_[0].source_ended && pumps_[1].source_ended));
  const bool forgotten = line_->ending() == scenario::expiry_style::silent &&
                         pumps_[0].source_ended && pumps_[1].source_ended;
  if (!over_.is_open() && (gone || finished || forgotten)) over_.open();
  const auto busy = [](const pump& p) { return p.reading || p.writing; };
  if (over_.is_open() && gone && std::ranges::none_of(pumps_, busy)) quiet_.open();
}

}  // namespace hassle::harness
