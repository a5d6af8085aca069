// The client's side of HTTP, by Beast.
#include "erased_stream.hpp"
#include "prefixed_stream.hpp"

#include <hassle/net/http.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <openssl/evp.h>

#include <cassert>
#include <limits>
#include <string>
#include <utility>

namespace hassle::net {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

/// So many answers of the class 1xx may come before the real one.
constexpr int interim_answers_max = 8;

std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

template <class Body>
void put_headers(http::request<Body>& to, const std::vector<http_header>& headers) {
  for (const auto& each : headers) to.insert(each.name, each.value);
}

error_code plain(const error_code& ec) {
  return ec == http::error::end_of_stream ? error_code(asio::error::eof) : ec;
}

http::request<http::string_body> request_of(http_request&& from) {
  http::request<http::string_body> to;
  to.method_string(from.method);
  to.target(from.target);
  to.version(11);
  put_headers(to, from.headers);
  to.body() = std::move(from.body);
  to.content_length(to.body().size());
  to.keep_alive(false);
  return to;
}

http_response response_of(http::response<http::string_body>&& from) {
  http_response to;
  to.status = from.result_int();
  for (const auto& field : from) {
    to.headers.push_back({text_of(field.name_string()), text_of(field.value())});
  }
  to.body = std::move(from.body());
  return to;
}

std::string base64(std::string_view from) {
  assert(from.size() < static_cast<std::size_t>(std::numeric_limits<int>::max() / 2));
  std::string to((from.size() + 2) / 3 * 4 + 1, '\0');  // A zero is written behind it.
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(to.data()),
                                   reinterpret_cast<const unsigned char*>(from.data()),
                                   static_cast<int>(from.size()));
  to.resize(static_cast<std::size_t>(size));
  return to;
}

http::request<http::empty_body> request_of(const tunnel_wish& wish) {
  http::request<http::empty_body> to(http::verb::connect, wish.authority, 11);
  to.set(http::field::host, wish.authority);
  put_headers(to, wish.headers);
  if (!wish.user.empty()) {
    to.set(http::field::proxy_authorization, "Basic " + base64(wish.user + ":" + wish.password));
  }
  return to;
}

tunnel_failure refused(unsigned status, std::optional<duration> retry_after) {
  tunnel_failure failure(asio::error::connection_refused);
  failure.http_status = status;
  failure.retry_after = retry_after;
  return failure;
}

}  // namespace

asio::awaitable<result<http_response>> http_exchange(std::unique_ptr<byte_stream> stream,
                                                     http_request request, http_limits limits) {
  erased_stream bytes(std::move(stream));
  const auto question = request_of(std::move(request));
  http::request_serializer<http::string_body> serializer(question);
  auto [write_ec, sent] = co_await http::async_write(bytes, serializer, use_result);
  if (write_ec) co_return std::unexpected(write_ec);
  beast::flat_buffer buffer;
  for (int i = 0; i <= interim_answers_max; ++i) {
    http::response_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    parser.body_limit(limits.body_bytes_max);
    auto [ec, size] = co_await http::async_read(bytes, buffer, parser, use_result);
    if (ec) co_return std::unexpected(plain(ec));
    if (parser.get().result_int() >= 200) co_return response_of(parser.release());
  }
  co_return std::unexpected(error_code(http::error::bad_status));
}

asio::awaitable<std::expected<std::unique_ptr<byte_stream>, tunnel_failure>> http_tunnel(
    time_source& time, std::unique_ptr<byte_stream> proxy, tunnel_wish wish,
    std::size_t header_bytes_max) {
  erased_stream bytes(std::move(proxy));
  const auto question = request_of(wish);
  http::request_serializer<http::empty_body> serializer(question);
  auto [write_ec, sent] = co_await http::async_write(bytes, serializer, use_result);
  if (write_ec) co_return std::unexpected(tunnel_failure(write_ec));
  beast::flat_buffer buffer;
  for (int i = 0; i <= interim_answers_max; ++i) {
    http::response_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(header_bytes_max));
    auto [ec, size] = co_await http::async_read_header(bytes, buffer, parser, use_result);
    if (ec) co_return std::unexpected(tunnel_failure(plain(ec)));
    const auto& answer = parser.get();
    if (answer.result_int() < 200) continue;
    if (answer.result_int() >= 300) {
      const auto wanted = answer[http::field::retry_after];
      co_return std::unexpected(refused(
          answer.result_int(), retry_after_of({wanted.data(), wanted.size()}, time.wall_now())));
    }
    const auto early = buffer.cdata();
    std::string prefix(static_cast<const char*>(early.data()), early.size());
    co_return with_prefix(std::move(prefix), bytes.release());
  }
  co_return std::unexpected(tunnel_failure(http::error::bad_status));
}

}  // namespace hassle::net
