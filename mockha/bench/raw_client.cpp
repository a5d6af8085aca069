#include "mockha/bench/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace hassle::mockha {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string big_endian(std::size_t value, unsigned bytes) {
  std::string text;
  for (unsigned i = bytes; i-- > 0;) text += static_cast<char>((value >> (8U * i)) & 0xFFU);
  return text;
}

}  // namespace

std::string client_frame(std::string_view payload, unsigned first) {
  constexpr unsigned masked = 0x80;
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame += static_cast<char>(masked | payload.size());
  } else if (payload.size() < (1U << 16U)) {
    frame += static_cast<char>(masked | 126U);
    frame += big_endian(payload.size(), 2);
  } else {
    frame += static_cast<char>(masked | 127U);
    frame += big_endian(payload.size(), 8);
  }
  frame.append(4, '\0');
  frame += payload;
  return frame;
}

raw_client::raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (socket_ < 0) fail("socket");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("connect");
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void raw_client::upgrade() {
  send(
      "GET /api/websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  constexpr std::string_view end = "\r\n\r\n";
  for (std::size_t at = 0;;) {
    at = input_.find(end);
    if (at != std::string::npos) {
      taken_ = at + end.size();
      return;
    }
    if (!fill(input_.size() + 1)) throw std::runtime_error("no answer to the upgrade");
  }
}

raw_client::raw_client(raw_client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      input_(std::move(other.input_)),
      taken_(other.taken_) {}

raw_client::~raw_client() {
  if (socket_ >= 0) ::close(socket_);
}

void raw_client::authenticate(std::string_view token) {
  upgrade();
  skip();
  send(client_frame(R"({"type":"auth","access_token":")" + std::string(token) + "\"}"));
  if (read().find("auth_ok") == std::string::npos) throw std::runtime_error("not authenticated");
}

void raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

std::size_t raw_client::send_what_goes(std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t size =
        ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0) return sent;  // No room, or the server has gone.
    sent += static_cast<std::size_t>(size);
  }
  return sent;
}

/// False at the end of the stream.
bool raw_client::fill(std::size_t wanted) {
  std::array<char, 64U << 10U> some;
  while (input_.size() < wanted) {
    const ssize_t size = ::recv(socket_, some.data(), some.size(), 0);
    if (size == 0 || (size < 0 && errno == ECONNRESET)) return false;
    if (size < 0) fail("recv");
    input_.append(some.data(), static_cast<std::size_t>(size));
  }
  return true;
}

std::string raw_client::read_to_the_end() {
  while (fill(input_.size() + 1)) {
  }
  return input_.substr(std::exchange(taken_, input_.size()));
}

/// The size of the payload, which is all there behind `taken_`.
std::optional<std::size_t> raw_client::read_header() {
  input_.erase(0, std::exchange(taken_, 0));
  if (!fill(2)) return std::nullopt;
  std::size_t size = static_cast<unsigned char>(input_[1]);
  const unsigned bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (!fill(2 + bytes)) return std::nullopt;
  if (bytes > 0) size = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    size = (size << 8U) | static_cast<unsigned char>(input_[2 + i]);
  }
  if (!fill(2 + bytes + size)) return std::nullopt;
  taken_ = 2 + bytes;
  return size;
}

std::optional<raw_frame> raw_client::next() {
  const auto size = read_header();
  if (!size) return std::nullopt;
  raw_frame frame{static_cast<unsigned char>(input_[0]), input_.substr(taken_, *size)};
  taken_ += *size;
  return frame;
}

std::string raw_client::read() {
  auto frame = next();
  if (!frame) throw std::runtime_error("the server has closed the connection");
  return std::move(frame->payload);
}

std::size_t raw_client::skip() {
  const auto size = read_header();
  if (!size) throw std::runtime_error("the server has closed the connection");
  taken_ += *size;
  return *size;
}

}  // namespace hassle::mockha
