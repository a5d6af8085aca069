// What tests in templates (`x is defined`) do.
#include "mockha/template_functions.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <functional>

namespace hassle::mockha::templates {

namespace {

const value& subject(const arguments& given) { return given.positional.front(); }

const json::value* as_json(const value& v) { return std::get_if<json::value>(&v); }

std::optional<std::int64_t> integer(const value& v) {
  const auto* j = as_json(v);
  return j && j->is_int64() ? std::optional(j->get_int64()) : std::nullopt;
}

template <class Fits>
bool compared_as(machine& m, const arguments& given) {
  const value* other = given.get(1, "other");
  if (!other) return false;
  for (const value* v : {&subject(given), other}) {
    if (const auto* u = std::get_if<undefined>(v)) {
      (void)m.undefined_used(*u);
      return false;
    }
  }
  const auto found = order(m.plain(subject(given)), m.plain(*other));
  if (!found) (void)m.fail("TypeError: the two cannot be compared");
  return found && Fits{}(*found, 0);
}

bool equals(machine& m, const arguments& given) {
  const value* other = given.get(1, "other");
  return other && same(m.plain(subject(given)), m.plain(*other));
}

struct test_row {
  std::string_view name;
  bool (*run)(machine&, const arguments&);
};
constexpr std::array tests = std::to_array<test_row>({
    {"==", equals},
    {"boolean",
     [](machine&, const arguments& g) {
       const auto* j = as_json(subject(g));
       return j && j->is_bool();
     }},
    {"defined",
     [](machine&, const arguments& g) { return !std::holds_alternative<undefined>(subject(g)); }},
    {"eq", equals},
    {"equalto", equals},
    {"even",
     [](machine&, const arguments& g) { return integer(subject(g)).value_or(1) % 2 == 0; }},
    {"false",
     [](machine&, const arguments& g) {
       const auto* j = as_json(subject(g));
       return j && j->is_bool() && !j->get_bool();
     }},
    {"ge", compared_as<std::greater_equal<>>},
    {"gt", compared_as<std::greater<>>},
    {"has_value",
     [](machine& m, const arguments& g) { return m.truth(call_function("has_value", m, g)); }},
    {"in",
     [](machine& m, const arguments& g) {
       const value* all = g.get(1, "seq");
       const json::value one = m.plain(subject(g));
       return all && std::ranges::any_of(m.elements(*all),
                                         [&](const json::value& v) { return same(v, one); });
     }},
    {"is_state",
     [](machine& m, const arguments& g) { return m.truth(call_function("is_state", m, g)); }},
    {"iterable",
     [](machine&, const arguments& g) {
       const auto* j = as_json(subject(g));
       return !j || j->is_array() || j->is_object() || j->is_string();
     }},
    {"le", compared_as<std::less_equal<>>},
    {"lt", compared_as<std::less<>>},
    {"mapping",
     [](machine&, const arguments& g) {
       const auto* j = as_json(subject(g));
       return j && j->is_object();
     }},
    {"ne", [](machine& m, const arguments& g) { return !equals(m, g); }},
    {"none",
     [](machine&, const arguments& g) {
       const auto* j = as_json(subject(g));
       return j && j->is_null();
     }},
    {"number",
     [](machine&, const arguments& g) {
       const auto* j = as_json(subject(g));
       return j && (j->is_number() || j->is_bool());
     }},
    {"odd",
     [](machine&, const arguments& g) { return integer(subject(g)).value_or(0) % 2 != 0; }},
    {"sequence",
     [](machine&, const arguments& g) {
       const auto* j = as_json(subject(g));
       return j && (j->is_array() || j->is_string() || j->is_object());
     }},
    {"string",
     [](machine&, const arguments& g) {
       const auto* j = as_json(subject(g));
       return j && j->is_string();
     }},
    {"true",
     [](machine&, const arguments& g) {
       const auto* j = as_json(subject(g));
       return j && j->is_bool() && j->get_bool();
     }},
    {"undefined",
     [](machine&, const arguments& g) { return std::holds_alternative<undefined>(subject(g)); }},
});
static_assert(std::ranges::is_sorted(tests, {}, &test_row::name));

const test_row* find_test(std::string_view name) {
  const auto found = std::ranges::lower_bound(tests, name, {}, &test_row::name);
  return found != tests.end() && found->name == name ? &*found : nullptr;
}

}  // namespace

bool has_test(std::string_view name) { return find_test(name) != nullptr; }

bool call_test(std::string_view name, machine& m, const arguments& given) {
  return !m.failed() && find_test(name)->run(m, given);
}

}  // namespace hassle::mockha::templates
