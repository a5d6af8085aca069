#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/time.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hassle::net {

/// The way out of a WebSocket, where it can be told to misbehave. What comes in passes unchanged,
/// but may be watched.
///
/// Relies on Beast writing each frame by writes of its own, the first of which begins with the
/// frame: so frames are told apart without a parser. Must outlive its operations, unlike other
/// byte streams.
class shaped_stream final : public byte_stream {
 public:
  shaped_stream(time_source& time, std::unique_ptr<byte_stream> inner);

  [[nodiscard]] asio::any_io_executor get_executor() override { return inner_->get_executor(); }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override {
    return inner_->connection_id();
  }
  void read_some(asio::mutable_buffer into, handler done) override;
  void write_some(std::span<const asio::const_buffer> from, handler done) override;
  void shutdown_send() noexcept override { inner_->shutdown_send(); }
  void close() noexcept override;
  void reset() noexcept override;

  /// While set, what is written goes there instead, and nowhere else.
  void capture(std::string* into) noexcept { captured_ = into; }

  /// While set, it sees what is read, before the reader does. From the next read on.
  void watch(std::move_only_function<void(std::string_view)> sees) noexcept {
    watcher_ = std::move(sees);
  }

  /// Pongs are swallowed.
  void ignore_pings(bool ignored) noexcept { ignore_pings_ = ignored; }

  /// At most `piece` bytes go out every `every`; 0: all at once.
  void trickle(std::size_t piece, duration every);

  /// Control frames are swallowed; of a data frame nothing more goes out until the end of it.
  void mute(bool muted);

  /// The next Close frame goes out with code 1000 and no reason, whatever was to be written.
  void close_normally() noexcept { close_normally_ = true; }

 private:
  static constexpr std::size_t buffers_max = 8;

  /// What the stream below calls when a write is done. Dropped, it drops our caller's handler.
  class written;

  void on_written(error_code ec, std::size_t size);
  void issue();
  void go_on();
  void finish(error_code ec, std::size_t size);
  void end() noexcept;
  /// Cuts what is to be written down to so many bytes.
  void limit(std::size_t bytes);

  std::unique_ptr<byte_stream> inner_;
  time_source& time_;
  timer wait_;
  handler done_;  ///< Of the one write that is outstanding, or held back.
  std::array<asio::const_buffer, buffers_max> buffers_;
  std::size_t buffer_count_ = 0;
  std::size_t size_ = 0;  ///< What the caller asked for.
  std::string* captured_ = nullptr;
  std::move_only_function<void(std::string_view)> watcher_;
  std::size_t piece_ = 0;
  duration every_{};
  time_point next_piece_{};
  std::array<char, 4> normal_close_{};
  std::size_t close_left_ = 0;  ///< Bytes of `normal_close_` that have yet to go out.
  bool mid_frame_ = false;      ///< The next write goes on with the frame of the last one.
  bool held_ = false;
  bool ignore_pings_ = false;
  bool muted_ = false;
  bool close_normally_ = false;
  bool ended_ = false;
};

}  // namespace hassle::net
