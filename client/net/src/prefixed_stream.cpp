#include "prefixed_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace hassle::net {

namespace {

class prefixed_stream final : public byte_stream {
 public:
  prefixed_stream(std::string prefix, std::unique_ptr<byte_stream> inner)
      : prefix_(std::move(prefix)), inner_(std::move(inner)) {}

  [[nodiscard]] asio::any_io_executor get_executor() override { return inner_->get_executor(); }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override {
    return inner_->connection_id();
  }
  [[nodiscard]] std::string peer_address() const override { return inner_->peer_address(); }

  void read_some(asio::mutable_buffer into, handler done) override {
    if (prefix_.empty()) return inner_->read_some(into, std::move(done));
    const std::size_t size = std::min(prefix_.size(), into.size());
    std::memcpy(into.data(), prefix_.data(), size);
    prefix_.erase(0, size);
    asio::post(get_executor(), [done = std::move(done), size]() mutable { done({}, size); });
  }
  void write_some(std::span<const asio::const_buffer> from, handler done) override {
    inner_->write_some(from, std::move(done));
  }
  void shutdown_send() noexcept override { inner_->shutdown_send(); }
  void close() noexcept override {
    prefix_.clear();
    inner_->close();
  }
  void reset() noexcept override {
    prefix_.clear();
    inner_->reset();
  }

 private:
  std::string prefix_;
  std::unique_ptr<byte_stream> inner_;
};

}  // namespace

std::unique_ptr<byte_stream> with_prefix(std::string prefix, std::unique_ptr<byte_stream> stream) {
  if (prefix.empty()) return stream;
  return std::make_unique<prefixed_stream>(std::move(prefix), std::move(stream));
}

}  // namespace hassle::net
