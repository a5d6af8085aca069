// Whatever a client sends as a template: it is read or refused, rendered or failed, and never more.
#include "mockha/template.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <string>

namespace hassle::mockha {
namespace {

const wall_time start{std::chrono::seconds(1'782'422'405)};
const template_limits small{
    .text_max = 4'096, .depth_max = 30, .steps_max = 20'000, .value_max = 4'096};

const home& house() {
  static const home one(*find_home("small"), context_source(net::random_stream(1)), start);
  return one;
}

std::expected<json::value, std::string> result_of(std::string_view text,
                                                  const json::object& variables = {}) {
  const auto program = template_program::parse(text, small);
  if (!program) return std::unexpected(program.error());
  return render(*program, {.house = house(), .now = start, .variables = &variables}, small).result;
}

RC_GTEST_PROP(TemplateProperty, AnyBytesAreReadOrRefused, (const std::string& bytes)) {
  const auto done = result_of("{{" + bytes + "}}");
  if (!done) RC_ASSERT(!done.error().empty());
}

// Pieces of the language in any order come deeper than random bytes do.
RC_GTEST_PROP(TemplateProperty, AnyPiecesAreReadOrRefused, ()) {
  static const std::vector<std::string> pieces = {
      "{{",    "}}",         "{%",       "%}",      "{#",
      "#}",    " if ",       " else ",   " elif ",  " endif ",
      " for ", " in ",       " endfor ", " set ",   "x",
      "=",     "==",         "<",        "+",       "-",
      "*",     "**",         "//",       "%",       "~",
      "(",     ")",          "[",        "]",       "{",
      "}",     ",",          ":",        ".",       "|",
      "'a'",   "1",          "0",        "2.5",     "9223372036854775807",
      " is ",  " not ",      " and ",    " or ",    "states",
      "light", "state_attr", "now",      "range",   "defined",
      "map",   "list",       "join",     "sort",    "round",
      "int",   "float",      "default",  "replace", "selectattr",
      "sum",   "first",      "tojson",   "loop",    "none",
      "true",  "'%H'",       "strftime", "items",   "unique",
      "length"};
  const auto chosen = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces));
  std::string text = "{{ ";
  for (const auto& piece : chosen) text += piece;
  text += " }}";
  const auto done = result_of(text, {{"x", 3}});
  if (!done) RC_ASSERT(!done.error().empty());
}

RC_GTEST_PROP(TemplateProperty, NativeValuesOfAnyTextAreTextOrALiteral, (const std::string& text)) {
  const json::value v = native_value(text);
  if (v.is_string())
    RC_ASSERT(text.find(v.get_string().c_str()) != std::string::npos ||
              text.find('\0') != std::string::npos);
}

RC_GTEST_PROP(TemplateProperty, IntegersComeBackAsTheyWent, (std::int64_t n)) {
  RC_ASSERT(result_of("{{ n }}", {{"n", n}}).value() == json::value(n));
  RC_ASSERT(result_of(fmt::format("{{{{ '{}' | int }}}}", n)).value() == json::value(n) ||
            std::abs(static_cast<double>(n)) > 9007199254740992.0);
}

RC_GTEST_PROP(TemplateProperty, ArithmeticOfSmallNumbersIsRight, ()) {
  const auto a = *rc::gen::inRange<std::int64_t>(-10'000, 10'000);
  const auto b = *rc::gen::inRange<std::int64_t>(-10'000, 10'000);
  const json::object both{{"a", a}, {"b", b}};
  RC_ASSERT(result_of("{{ a + b }}", both).value() == json::value(a + b));
  RC_ASSERT(result_of("{{ a * b - b }}", both).value() == json::value(a * b - b));
  if (b == 0) return;
  // What Python promises of its division.
  RC_ASSERT(result_of("{{ a // b * b + a % b == a }}", both).value() == json::value(true));
  RC_ASSERT(result_of("{{ 0 <= a % b < b or b < a % b <= 0 }}", both).value() == json::value(true));
}

RC_GTEST_PROP(TemplateProperty, JsonGoesOutAndComesIn, (const std::vector<int>& list)) {
  json::array all(list.begin(), list.end());
  all.emplace_back("it's <x> & \"y\"");
  const json::object variables{{"v", all}};
  RC_ASSERT(result_of("{{ v | tojson | from_json == v }}", variables).value() == json::value(true));
  RC_ASSERT(result_of("{{ v | to_json | from_json == v }}", variables).value() ==
            json::value(true));
}

RC_GTEST_PROP(TemplateProperty, SortedListsAreInOrder, (const std::vector<int>& list)) {
  const json::object variables{{"v", json::array(list.begin(), list.end())}};
  const auto sorted = result_of("{{ v | sort | list }}", variables).value();
  RC_ASSERT(sorted.as_array().size() == list.size());
  for (std::size_t n = 1; n < list.size(); ++n) {
    RC_ASSERT(sorted.at(n - 1).as_int64() <= sorted.at(n).as_int64());
  }
}

}  // namespace
}  // namespace hassle::mockha
