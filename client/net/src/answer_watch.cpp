#include "answer_watch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace hassle::net {

namespace http = boost::beast::http;

struct answer_watch::parser {
  http::response_parser<http::empty_body> head;
};

answer_watch::answer_watch(std::size_t header_bytes_max)
    : parser_(std::make_unique<parser>()), most_(header_bytes_max) {
  parser_->head.header_limit(static_cast<std::uint32_t>(header_bytes_max));
  // The body is nobody's concern, however long it says it is.
  parser_->head.body_limit(boost::none);
}

answer_watch::~answer_watch() = default;

answer_watch::verdict answer_watch::on_bytes(std::string_view some) {
  if (!parser_) return verdict::open;
  head_ += some;
  boost::system::error_code ec;
  const std::size_t taken = parser_->head.put(boost::asio::buffer(head_), ec);
  head_.erase(0, taken);
  if (parser_->head.is_header_done()) {
    const auto& answer = parser_->head.get();
    if (answer.result_int() != 101) {
      status_ = answer.result_int();
      const auto field = answer[http::field::retry_after];
      retry_after_.assign(field.data(), field.size());
    }
    parser_.reset();
    return status_ != 0 ? verdict::declined : verdict::open;
  }
  const bool goes_on = !ec || ec == http::error::need_more;
  if (!goes_on || head_.size() > most_) parser_.reset();
  return verdict::open;
}

}  // namespace hassle::net
