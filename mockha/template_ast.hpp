#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hassle::mockha::templates {

namespace json = boost::json;

struct expression;
using expression_ptr = std::unique_ptr<expression>;

/// What stands between `{{` and `}}`, or behind `if`, `in`, `=`.
struct expression {
  enum class kind : std::uint8_t {
    literal,
    name,       ///< `text`
    attribute,  ///< part 0 . `text`
    item,       ///< part 0 [ part 1 ]
    call,       ///< part 0 ( the others, `named` )
    filter,     ///< part 0 | `text` ( the others, `named` )
    test,       ///< part 0 is `text` ( the others )
    list,       ///< [ parts ]
    dict,       ///< { part 0: part 1, … }
    unary,      ///< `text` part 0: - + not
    binary,     ///< part 0 `text` part 1: + - * / // % ** ~ and or
    compare,    ///< part 0 `operators`[0] part 1 …
    ternary,    ///< part 0 if part 1 else part 2
  };

  kind what = kind::literal;
  std::string text;
  json::value literal;
  std::vector<expression_ptr> parts;
  std::vector<std::pair<std::string, expression_ptr>> named;
  std::vector<std::string> operators;
  std::size_t depth = 1;  ///< Of the tree beneath.
};

struct statement {
  enum class kind : std::uint8_t {
    text,    ///< `text`
    output,  ///< {{ subject }}
    branch,  ///< {% if subject %} body {% else %} otherwise {% endif %}
    loop,    ///< {% for names in subject if condition %} body {% else %} otherwise {% endfor %}
    assign,  ///< {% set names[0] = subject %}
  };

  kind what = kind::text;
  std::string text;
  std::vector<std::string> names;
  expression_ptr subject;
  expression_ptr condition;
  std::vector<statement> body;
  std::vector<statement> otherwise;
};

}  // namespace hassle::mockha::templates
