#include "harness/real/real_stream.hpp"

#include <algorithm>
#include <utility>

namespace hassle::harness {

real_stream::real_stream(real_network& of, host& on, std::unique_ptr<net::byte_stream> socket,
                         std::uint32_t number)
    : network_(&of), host_(&on), socket_(std::move(socket)), number_(number) {
  network_->streams_.push_back(this);
}

real_stream::~real_stream() {
  close();
  std::erase(network_->streams_, this);
}

asio::any_io_executor real_stream::get_executor() { return host_->executor(); }

net::byte_stream::handler real_stream::delivered(handler done) {
  return [on = host_, done = std::move(done)](error_code ec, std::size_t bytes) mutable {
    on->deliver([done = std::move(done), ec, bytes]() mutable { done(ec, bytes); });
  };
}

void real_stream::read_some(asio::mutable_buffer into, handler done) {
  socket_->read_some(into, delivered(std::move(done)));
}

void real_stream::write_some(std::span<const asio::const_buffer> from, handler done) {
  socket_->write_some(from, delivered(std::move(done)));
}

void real_stream::close() noexcept {
  if (std::exchange(held_, false)) socket_->close();
}

void real_stream::reset() noexcept {
  if (std::exchange(held_, false)) socket_->reset();
}

void real_stream::end(ending how) noexcept {
  // A machine that is gone says nothing; the relay, which is told beforehand, keeps it to itself.
  if (how == ending::reset) {
    reset();
  } else {
    close();
  }
}

}  // namespace hassle::harness
