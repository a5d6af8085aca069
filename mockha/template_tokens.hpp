#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha::templates {

namespace json = boost::json;

struct token {
  enum class kind : std::uint8_t {
    data,  ///< What stands outside of braces.
    output_begin,
    output_end,
    tag_begin,
    tag_end,
    name,
    text,  ///< A string; `text` is what it stands for.
    number,
    symbol,
    bad,  ///< `text` says what is wrong; the end follows.
    end,
  };

  kind what = kind::end;
  std::string text;
  json::value number;
};

/// Takes a template apart; white space that `-` takes away is gone. The last token is `end`.
[[nodiscard]] std::vector<token> tokenize(std::string_view text);

}  // namespace hassle::mockha::templates
