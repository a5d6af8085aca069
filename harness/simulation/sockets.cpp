#include "harness/simulation/sockets.hpp"

#include "harness/simulation/host.hpp"
#include "harness/simulation/network.hpp"

#include <utility>

namespace hassle::harness {

simulated_stream::simulated_stream(connection& which, side s)
    : connection_(&which),
      where_(&which.at(s)),
      peer_(which.at_place(other(s))),
      side_(s),
      id_(which.id()) {}

asio::any_io_executor simulated_stream::get_executor() { return where_->executor(); }

std::string simulated_stream::peer_address() const { return peer_->address; }

void simulated_stream::read_some(asio::mutable_buffer into, handler done) {
  if (connection_ == nullptr) return refuse(std::move(done));
  connection_->read_some(side_, into, std::move(done));
}

void simulated_stream::write_some(std::span<const asio::const_buffer> from, handler done) {
  if (connection_ == nullptr) return refuse(std::move(done));
  connection_->write_some(side_, from, std::move(done));
}

void simulated_stream::shutdown_send() noexcept {
  if (connection_ != nullptr) connection_->shutdown_send(side_);
}

void simulated_stream::close() noexcept {
  if (auto* open = std::exchange(connection_, nullptr)) open->close(side_);
}

void simulated_stream::reset() noexcept {
  if (auto* open = std::exchange(connection_, nullptr)) open->reset(side_);
}

/// Of an operation that begins after our own close.
void simulated_stream::refuse(handler done) {
  where_->deliver([done = std::move(done)]() mutable { done(asio::error::operation_aborted, 0); });
}

asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> simulated_acceptor::accept() {
  using answer = network::stream_result;
  if (!network_->listening(id_)) {
    co_return std::unexpected(error_code(asio::error::operation_aborted));
  }
  co_return co_await net::wait_for<answer>(
      [this](net::completion<answer> done) { network_->accept(id_, std::move(done)); },
      [net = network_, id = id_] { net->cancel_accept(id); });
}

void simulated_acceptor::close() noexcept { network_->close_listener(id_); }

}  // namespace hassle::harness
