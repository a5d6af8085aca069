#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace hassle::mockha {

/// Parses messages one after the other in memory that is used again and again.
class message_reader {
 public:
  message_reader() = default;
  message_reader(const message_reader&) = delete;
  message_reader& operator=(const message_reader&) = delete;

  static constexpr std::size_t depth_max = 1024;  ///< Of nesting: as deep as Home Assistant reads.

  /// The value, which lives until the next `read`; null if the text is not JSON, or nested deeper.
  [[nodiscard]] const boost::json::value* read(std::string_view text) {
    value_.reset();
    memory_.release();
    parser_.reset(&memory_);
    boost::system::error_code ec;
    parser_.write(text, ec);
    if (ec) return nullptr;
    value_.emplace(parser_.release());
    return &*value_;
  }

 private:
  static boost::json::parse_options options() {
    boost::json::parse_options options;
    options.max_depth = depth_max;
    return options;
  }

  std::array<unsigned char, std::size_t{16} << 10U> buffer_;
  boost::json::monotonic_resource memory_{buffer_.data(), buffer_.size()};
  boost::json::parser parser_{{}, options()};
  std::optional<boost::json::value> value_;
};

}  // namespace hassle::mockha
