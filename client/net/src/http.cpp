// One of the few translation units that know Beast; the WebSocket's is another.
#include "erased_stream.hpp"

#include <hassle/net/http.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <cassert>
#include <string>
#include <utility>

namespace hassle::net {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

/// What a peer may still send after our last answer before it is cut off.
constexpr std::size_t unread_bytes_max = std::size_t{32} << 20U;

/// Asked before waiting again, which would throw in a coroutine that was cancelled.
asio::awaitable<bool> cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

http_request to_request(http::request<http::string_body>&& from) {
  http_request to;
  to.method = text_of(from.method_string());
  to.target = text_of(from.target());
  to.version = from.version();
  to.keep_alive = from.keep_alive();
  for (const auto& field : from) {
    to.headers.push_back({text_of(field.name_string()), text_of(field.value())});
  }
  to.body = std::move(from.body());
  return to;
}

/// RFC 9110, 6.4.1.
bool has_no_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

class connection final : public http_connection {
 public:
  connection(std::unique_ptr<byte_stream> stream, http_limits limits)
      : bytes_(std::move(stream)), limits_(limits) {}

  asio::awaitable<result<http_request>> read() override {
    if (shut_) {
      const error_code end = co_await discard();
      co_return std::unexpected(end);
    }
    keep_ = head_only_ = false;
    version_ = 11;
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
    parser.body_limit(limits_.body_bytes_max);
    error_code ec;
    std::size_t size = 0;
    std::tie(ec, size) = co_await http::async_read_header(bytes_, buffer_, parser, use_result);
    if (!ec && !parser.is_done() && wants_continue(parser.get())) {
      static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      std::tie(ec, size) = co_await asio::async_write(bytes_, asio::buffer(go_on), use_result);
    }
    if (!ec && !parser.is_done()) {
      std::tie(ec, size) = co_await http::async_read(bytes_, buffer_, parser, use_result);
    }
    if (ec) {
      co_return std::unexpected(ec == http::error::end_of_stream ? asio::error::eof : ec);
    }
    http_request request = to_request(parser.release());
    keep_ = request.keep_alive;
    head_only_ = request.method == "HEAD";
    version_ = request.version;
    co_return request;
  }

  asio::awaitable<error_code> write(http_response answer, bool close) override {
    if (close) keep_ = false;
    http::response<http::string_body> message(static_cast<http::status>(answer.status), version_,
                                              std::move(answer.body));
    put_headers(message, answer.headers);
    message.keep_alive(keep_);
    if (has_no_body(answer.status)) {
      message.body().clear();
    } else {
      message.content_length(message.body().size());
    }
    http::response_serializer<http::string_body> serializer(message);
    error_code ec;
    std::size_t size = 0;
    if (head_only_) {
      std::tie(ec, size) = co_await http::async_write_header(bytes_, serializer, use_result);
    } else {
      std::tie(ec, size) = co_await http::async_write(bytes_, serializer, use_result);
    }
    answered(ec);
    co_return ec;
  }

  asio::awaitable<error_code> begin(http_response answer) override {
    assert(answer.body.empty());
    http::response<http::empty_body> message(static_cast<http::status>(answer.status), version_);
    put_headers(message, answer.headers);
    chunked_ = version_ >= 11;
    if (!chunked_) keep_ = false;  // The end of the connection is the end of the answer.
    message.chunked(chunked_);
    message.keep_alive(keep_);
    http::response_serializer<http::empty_body> serializer(message);
    auto [ec, size] = co_await http::async_write_header(bytes_, serializer, use_result);
    co_return ec;
  }

  asio::awaitable<error_code> piece(std::string_view text) override {
    if (text.empty() || head_only_) co_return error_code{};  // An empty chunk would be the end.
    error_code ec;
    std::size_t size = 0;
    if (chunked_) {
      const auto chunk = http::make_chunk(asio::const_buffer(text.data(), text.size()));
      std::tie(ec, size) = co_await asio::async_write(bytes_, chunk, use_result);
    } else {
      std::tie(ec, size) = co_await asio::async_write(bytes_, asio::buffer(text), use_result);
    }
    co_return ec;
  }

  asio::awaitable<error_code> end() override {
    error_code ec;
    std::size_t size = 0;
    if (chunked_ && !head_only_) {
      std::tie(ec, size) = co_await asio::async_write(bytes_, http::make_chunk_last(), use_result);
    }
    answered(ec);
    co_return ec;
  }

  byte_stream& stream() noexcept override { return bytes_.stream(); }

  std::unique_ptr<byte_stream> release(std::string& early) override {
    const auto data = buffer_.cdata();
    early.assign(static_cast<const char*>(data.data()), data.size());
    buffer_.consume(buffer_.size());
    return bytes_.release();
  }

 private:
  template <class Message>
  static void put_headers(Message& message, const std::vector<http_header>& headers) {
    for (const auto& each : headers) message.insert(each.name, each.value);
  }

  [[nodiscard]] bool wants_continue(const http::request<http::string_body>& request) const {
    return buffer_.size() == 0 && request.version() >= 11 &&
           beast::iequals(request[http::field::expect], "100-continue");
  }

  void answered(const error_code& ec) {
    if (ec || keep_) return;
    shut_ = true;
    bytes_.stream().shutdown_send();
  }

  /// Reads on after our FIN: closing at once would reset the connection, and take the answer with
  /// it, while the peer is still sending.
  asio::awaitable<error_code> discard() {
    std::array<char, 4096> nothing;
    for (std::size_t total = 0; total < unread_bytes_max;) {
      const bool stopped = co_await cancelled();
      if (stopped) co_return asio::error::operation_aborted;
      auto [ec, size] = co_await bytes_.async_read_some(asio::buffer(nothing), use_result);
      if (ec) co_return ec;
      total += size;
    }
    bytes_.stream().close();
    co_return asio::error::eof;
  }

  erased_stream bytes_;
  beast::flat_buffer buffer_;
  http_limits limits_;
  unsigned version_ = 11;
  bool keep_ = false;
  bool head_only_ = false;
  bool chunked_ = false;
  bool shut_ = false;
};

http_response plain_text(unsigned status, std::string text) {
  http_response answer;
  answer.status = status;
  answer.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  answer.body = std::move(text);
  return answer;
}

}  // namespace

const std::string* http_request::find(std::string_view name) const noexcept {
  for (const auto& each : headers) {
    if (beast::iequals(each.name, beast::string_view(name.data(), name.size()))) return &each.value;
  }
  return nullptr;
}

std::unique_ptr<http_connection> make_http_connection(std::unique_ptr<byte_stream> stream,
                                                      http_limits limits) {
  return std::make_unique<connection>(std::move(stream), limits);
}

std::optional<http_response> refusal(const error_code& ec) {
  if (ec == http::error::body_limit) return plain_text(413, "413: Request Entity Too Large");
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
    return plain_text(431, "431: Request Header Fields Too Large");
  }
  // The peer has gone in the middle of its request: nobody is left to be told.
  if (ec == http::error::partial_message || ec == http::error::end_of_stream) return std::nullopt;
  static const auto& of_http = make_error_code(http::error::bad_method).category();
  if (ec.category() != of_http) return std::nullopt;
  return plain_text(400, "400: Bad Request");
}

}  // namespace hassle::net
