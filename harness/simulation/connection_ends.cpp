// The two ends of a connection: what programs ask of it and what they are told.
#include "harness/simulation/connection.hpp"
#include "harness/simulation/host.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

void connection::read_some(side s, asio::mutable_buffer into, net::byte_stream::handler done) {
  end& reader = end_of(s);
  assert(!reader.read_done && "one read at a time");
  byte_pipe& pipe = flow_from(other(s)).pipe;
  if (pipe.readable() > 0 || into.size() == 0) {
    complete(s, done, {}, pipe.read(into));
    wake_writer(other(s));
  } else if (reader.failure) {
    reader.failure_told = true;
    complete(s, done, reader.failure, 0);
  } else if (reader.fin_received) {
    complete(s, done, asio::error::eof, 0);
  } else {
    reader.read_into = into;
    reader.read_done = std::move(done);
  }
}

void connection::write_some(side s, std::span<const asio::const_buffer> from,
                            net::byte_stream::handler done) {
  end& writer = end_of(s);
  assert(!writer.write_done && "one write at a time");
  if (writer.failure) {
    const bool told = std::exchange(writer.failure_told, true);
    complete(s, done, told ? error_code(asio::error::broken_pipe) : writer.failure, 0);
    return;
  }
  if (writer.fin_sent) return complete(s, done, asio::error::broken_pipe, 0);
  const bool empty = std::ranges::all_of(from, [](const auto& b) { return b.size() == 0; });
  const std::size_t taken = empty ? 0 : take(s, from);
  if (taken > 0 || empty) return complete(s, done, {}, taken);
  writer.write_from.assign(from.begin(), from.end());
  writer.write_done = std::move(done);
}

std::size_t connection::take(side s, std::span<const asio::const_buffer> from) {
  flow& f = flow_from(s);
  const std::size_t room = who_.tcp_->send_buffer - std::min(f.pipe.size(), who_.tcp_->send_buffer);
  if (f.boxed) {
    // The middlebox has hung up on both sides; what it is sent now, it answers with RST.
    send_box_rst(s, who_.path_->one_way(way_));
    std::size_t all = 0;
    for (const auto& buffer : from) all += buffer.size();
    return all;
  }
  if (room == 0) return 0;
  const std::size_t taken = f.pipe.write(from, room);
  if (who_.tap_ != nullptr) who_.tap_->add_data(id(), s == side::client, from, taken);
  transmit(s, segment_kind::data, taken);
  return taken;
}

void connection::wake_reader(side s) {
  end& reader = end_of(s);
  if (!reader.read_done) return;
  byte_pipe& pipe = flow_from(other(s)).pipe;
  if (pipe.readable() > 0) {
    complete(s, reader.read_done, {}, pipe.read(reader.read_into));
    wake_writer(other(s));
  } else if (reader.fin_received) {
    complete(s, reader.read_done, asio::error::eof, 0);
  }
}

void connection::wake_writer(side s) {
  end& writer = end_of(s);
  if (!writer.write_done) return;
  const std::size_t taken = take(s, writer.write_from);
  if (taken > 0) complete(s, writer.write_done, {}, taken);
}

void connection::complete(side s, net::byte_stream::handler& done, error_code ec,
                          std::size_t bytes) {
  auto once = std::exchange(done, nullptr);
  end_of(s).where->deliver([once = std::move(once), ec, bytes]() mutable { once(ec, bytes); });
}

void connection::abort_operations(side s, error_code ec) {
  end& e = end_of(s);
  if (e.read_done) complete(s, e.read_done, ec, 0);
  if (e.write_done) complete(s, e.write_done, ec, 0);
}

void connection::shutdown_send(side s) noexcept {
  end& e = end_of(s);
  if (e.state != end_state::open || std::exchange(e.fin_sent, true)) return;
  if (e.write_done) complete(s, e.write_done, asio::error::broken_pipe, 0);
  if (flow_from(s).boxed) return;
  tap(s, reports::wire_kind::fin);
  transmit(s, segment_kind::fin, 0);
}

void connection::close(side s) noexcept {
  end_of(s).attached = false;
  abort_operations(s, asio::error::operation_aborted);
  close_state(s);
  settle();
}

void connection::close_state(side s) {
  end& e = end_of(s);
  byte_pipe& incoming = flow_from(other(s)).pipe;
  // As Linux does: bytes that the program never read must not look like a good end.
  if (incoming.readable() > 0) return reset_state(s);
  shutdown_send(s);
  if (e.state == end_state::open) e.state = end_state::orphan;
}

void connection::reset(side s) noexcept {
  end_of(s).attached = false;
  abort_operations(s, asio::error::operation_aborted);
  reset_state(s);
  settle();
}

void connection::reset_state(side s) {
  end& e = end_of(s);
  flow_from(other(s)).pipe.drop_unread();
  if (e.state != end_state::open) return;
  e.state = end_state::gone;
  if (!flow_from(s).boxed) send_rst(s, false);
}

void connection::end_program(side s, ending how) {
  end& e = end_of(s);
  abort_operations(s, asio::error::operation_aborted);
  switch (how) {
    case ending::silent:
      flow_from(other(s)).pipe.drop_unread();
      e.state = end_state::vanished;
      break;
    case ending::fin:
      close_state(s);
      break;
    case ending::reset:
      reset_state(s);
      break;
  }
  e.failure = asio::error::operation_aborted;
  e.failure_told = true;
}

/// The connection is over for the program at `s`: its peer or its own patience ended it.
void connection::fail(side s, error_code ec) {
  end& e = end_of(s);
  e.state = end_state::gone;
  e.failure = ec;
  e.failure_told = e.read_done || e.write_done;
  if (!flow_from(s).boxed) stop_sending(s);
  abort_operations(s, ec);
  settle();
}

/// Tells the owner once nothing more can happen and nobody would see it.
void connection::settle() {
  if (finished_) return;
  const bool attached = ends_[0].attached || ends_[1].attached;
  const bool busy = std::ranges::any_of(
      flows_, [](const flow& f) { return f.event != 0 || f.rst != 0 || f.parked; });
  if (attached || busy) return;
  finished_ = true;
  who_.world_->cancel(std::exchange(box_event_, 0));
  who_.owner_->on_finished(*this);
}

void connection::abandon() noexcept {
  for (end& e : ends_) {
    const auto read = std::exchange(e.read_done, nullptr);
    const auto write = std::exchange(e.write_done, nullptr);
  }
}

}  // namespace hassle::harness
