#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::mockha {

/// A frame of a client, masked with zeros. `first` is its first byte: FIN, reserved bits, opcode.
[[nodiscard]] std::string client_frame(std::string_view payload, unsigned first = 0x81);

struct raw_frame {
  unsigned first = 0;  ///< Its first byte.
  std::string payload;

  bool operator==(const raw_frame&) const = default;
};

/// A WebSocket client that costs next to nothing: blocking system calls, no library. A failure is
/// an exception: a benchmark has nobody to ask.
class raw_client {
 public:
  /// Connects to loopback and upgrades.
  explicit raw_client(std::uint16_t port);
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;
  raw_client(raw_client&& other) noexcept;
  raw_client& operator=(raw_client&&) = delete;
  ~raw_client();

  /// Becomes a WebSocket.
  void upgrade();
  /// … and logs in.
  void authenticate(std::string_view token);
  void send(std::string_view bytes);
  /// Like `send`, until the server takes no more. How many bytes it took.
  std::size_t send_what_goes(std::string_view bytes);
  /// What the server says up to its end, be it FIN or RST.
  std::string read_to_the_end();
  /// The next frame, or nothing if the server has closed the connection.
  std::optional<raw_frame> next();
  /// The payload of the next message, which is one frame.
  std::string read();
  /// The same, forgotten; how long it was.
  std::size_t skip();
  [[nodiscard]] int descriptor() const noexcept { return socket_; }

 private:
  bool fill(std::size_t wanted);
  std::optional<std::size_t> read_header();

  int socket_ = -1;
  std::string input_;
  std::size_t taken_ = 0;  ///< Of `input_`.
};

}  // namespace hassle::mockha
