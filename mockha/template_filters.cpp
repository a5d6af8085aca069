// What filters in templates do.
#include "mockha/template_functions.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

namespace hassle::mockha::templates {

namespace {

const value& subject(const arguments& given) { return given.positional.front(); }

arguments without_first(const arguments& given, std::size_t count) {
  arguments rest{.positional = {}, .named = given.named};
  for (std::size_t n = count; n < given.positional.size(); ++n) {
    rest.positional.push_back(given.positional[n]);
  }
  return rest;
}

// --- numbers ---

value no_default(machine& m, std::string_view filter, const value& what) {
  return m.fail(
      fmt::format("ValueError: Template error: {} got invalid input '{}' when rendering "
                  "template '{}' but no default was specified",
                  filter, shown(what), m.text()));
}

value invalid_number(machine& m, std::string_view filter, const arguments& given,
                     std::size_t position) {
  if (const value* otherwise = given.get(position, "default")) return *otherwise;
  if (const auto* u = std::get_if<undefined>(&subject(given))) return m.undefined_used(*u);
  return no_default(m, filter, subject(given));
}

value to_float(machine& m, const arguments& given) {
  const auto number = as_number(subject(given), true);
  return number ? value(json::value(*number)) : invalid_number(m, "float", given, 1);
}

value to_int(machine& m, const arguments& given) {
  const auto* j = std::get_if<json::value>(&subject(given));
  if (j && j->is_int64()) return *j;
  const auto number = as_number(subject(given), true);
  constexpr double out_of_reach = 9.2e18;
  if (!number || !(std::abs(*number) < out_of_reach)) return invalid_number(m, "int", given, 1);
  return json::value(static_cast<std::int64_t>(*number));
}

value round(machine& m, const arguments& given) {
  const auto number = as_number(subject(given), true);
  if (!number || !std::isfinite(*number)) return invalid_number(m, "round", given, 3);
  const value* asked = given.get(1, "precision");
  const double precision =
      std::clamp(asked ? as_number(*asked, false).value_or(0) : 0.0, -15., 15.);
  const std::string method = given.text(2, "method", "common");
  const double factor = std::pow(10, precision);
  double rounded = 0;
  if (method == "ceil") {
    rounded = std::ceil(*number * factor) / factor;
  } else if (method == "floor") {
    rounded = std::floor(*number * factor) / factor;
  } else if (method == "half") {
    rounded = std::nearbyint(*number * 2) / 2;
  } else if (precision <= 0) {
    rounded = std::nearbyint(*number * factor) / factor;
  } else {
    // Printing rounds the number that is really there, as Python does.
    const std::string text = fmt::format("{:.{}f}", *number, static_cast<int>(precision));
    std::from_chars(text.data(), text.data() + text.size(), rounded);
  }
  constexpr double exact = 9.0e15;
  if (precision == 0 && std::abs(rounded) < exact && method != "half") {
    return json::value(static_cast<std::int64_t>(rounded));
  }
  return json::value(rounded);
}

value absolute(machine& m, const arguments& given) {
  const auto number = as_number(subject(given), false);
  if (!number) {
    return m.fail(
        fmt::format("TypeError: bad operand type for abs(): '{}'", type_name(subject(given))));
  }
  const auto* j = std::get_if<json::value>(&subject(given));
  if (j->is_int64() && *number > -9e18) return json::value(std::abs(j->get_int64()));
  return json::value(std::abs(*number));
}

value to_bool(machine& m, const arguments& given) {
  if (const auto* j = std::get_if<json::value>(&subject(given)); j && j->is_bool()) return *j;
  std::string text = shown(subject(given));
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const std::string_view yes : {"1", "true", "yes", "on", "enable"}) {
    if (text == yes) return json::value(true);
  }
  for (const std::string_view no : {"0", "false", "no", "off", "disable"}) {
    if (text == no) return json::value(false);
  }
  if (const auto number = as_number(subject(given), false)) return json::value(*number != 0);
  return invalid_number(m, "bool", given, 1);
}

// --- texts ---

value cased(machine& m, const arguments& given) {
  return call_method(text_value(shown(subject(given))), "lower", m, {});
}
value upper(machine& m, const arguments& given) {
  return call_method(text_value(shown(subject(given))), "upper", m, {});
}

std::string titled(std::string text, bool every_word) {
  bool start = true;
  for (char& c : text) {
    const bool small = c >= 'a' && c <= 'z';
    const bool big = c >= 'A' && c <= 'Z';
    if (start && small) c = static_cast<char>(c - 'a' + 'A');
    if (!start && big) c = static_cast<char>(c - 'A' + 'a');
    start = every_word && !small && !big;
  }
  return text;
}
value title(machine& m, const arguments& given) {
  return m.checked(titled(shown(subject(given)), true));
}
value capitalize(machine& m, const arguments& given) {
  return m.checked(titled(shown(subject(given)), false));
}

value trim(machine& m, const arguments& given) {
  const std::string text = shown(subject(given));
  const std::string chars = given.text(1, "chars", " \t\r\n\f\v");
  const auto begin = text.find_first_not_of(chars);
  if (begin == std::string::npos) return text_value("");
  return m.checked(text.substr(begin, text.find_last_not_of(chars) - begin + 1));
}

value replace(machine& m, const arguments& given) {
  const std::string text = shown(subject(given));
  const std::string from = given.text(1, "old");
  const std::string to = given.text(2, "new");
  if (from.empty()) return m.checked(text);
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t found = text.find(from, at);
    out.append(text, at, found == std::string::npos ? found : found - at);
    if (found == std::string::npos) return m.checked(std::move(out));
    out += to;
    if (out.size() > m.limits().value_max) return m.checked(std::move(out));
    at = found + from.size();
  }
}

value to_string(machine& m, const arguments& given) { return m.checked(shown(subject(given))); }

value length(machine& m, const arguments& given) {
  const value& of = subject(given);
  const auto* j = std::get_if<json::value>(&of);
  if (j && j->is_string()) {
    const auto& text = j->get_string();  // Characters, not bytes.
    return json::value(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  }
  if (j && j->is_object()) return json::value(j->get_object().size());
  if ((j && !j->is_array()) || std::holds_alternative<moment>(of) ||
      std::holds_alternative<state_ref>(of)) {
    return m.fail(fmt::format("TypeError: object of type '{}' has no len()", type_name(of)));
  }
  return json::value(m.elements(of).size());
}

// As Python's json.dumps() does, with what HTML minds written otherwise.
void dump(std::string& to, const json::value& v) {
  if (const json::array* list = v.if_array()) {
    to += '[';
    for (const auto& element : *list) {
      if (to.back() != '[') to += ", ";
      dump(to, element);
    }
    to += ']';
  } else if (const json::object* dict = v.if_object()) {
    std::vector<std::string_view> keys;
    for (const auto& member : *dict) keys.push_back(member.key());
    std::ranges::sort(keys);
    to += '{';
    for (const auto key : keys) {
      if (key.data() != keys.front().data()) to += ", ";
      append_string(to, key);
      to += ": ";
      dump(to, dict->at(key));
    }
    to += '}';
  } else {
    append_json(to, v);
  }
}
value tojson(machine& m, const arguments& given) {
  std::string plain;
  dump(plain, m.plain(subject(given)));
  std::string safe;
  for (const char c : plain) {
    if (c == '<' || c == '>' || c == '&' || c == '\'') {
      fmt::format_to(std::back_inserter(safe), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      safe += c;
    }
  }
  return m.checked(std::move(safe));
}
value to_json(machine& m, const arguments& given) {
  return m.checked(json_text(m.plain(subject(given))));
}
value from_json(machine& m, const arguments& given) {
  const std::string text = shown(subject(given));
  boost::system::error_code ec;
  json::value v = json::parse(text, ec);
  if (!ec) return m.spend_for(v) ? value(std::move(v)) : value(undefined{});
  if (const value* otherwise = given.get(1, "default")) return *otherwise;
  return no_default(m, "from_json", subject(given));
}

// --- lists ---

// "attributes.unit_of_measurement": one step after the other.
value reached(const json::value& from, std::string_view path, machine& m) {
  value what = from;
  while (!m.failed()) {
    const std::size_t dot = path.find('.');
    what = attribute_of(what, path.substr(0, dot), m);
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return what;
}

value list(machine& m, const arguments& given) { return m.checked(m.elements(subject(given))); }

value join(machine& m, const arguments& given) {
  const std::string between = given.text(1, "d");
  const value* attribute = given.get(2, "attribute");
  std::string text;
  bool first = true;
  for (const auto& element : m.elements(subject(given))) {
    if (!first) text += between;
    first = false;
    text += attribute ? shown(reached(element, shown(*attribute), m)) : shown(element);
    if (text.size() > m.limits().value_max) break;
  }
  return m.checked(std::move(text));
}

value at_end(machine& m, const arguments& given, bool last) {
  const json::array all = m.elements(subject(given));
  if (all.empty()) {
    return undefined{last ? "No last item, sequence was empty."
                          : "No first item, sequence was empty."};
  }
  return last ? all.back() : all.front();
}
value first(machine& m, const arguments& given) { return at_end(m, given, false); }
value last(machine& m, const arguments& given) { return at_end(m, given, true); }

value reverse(machine& m, const arguments& given) {
  json::array all = m.elements(subject(given));
  std::reverse(all.begin(), all.end());
  return m.checked(std::move(all));
}

value sum(machine& m, const arguments& given) {
  double total = 0;
  bool whole = true;
  const value* attribute = given.get(1, "attribute");
  for (const auto& element : m.elements(subject(given))) {
    const value one = attribute ? reached(element, shown(*attribute), m) : value(element);
    const auto number = as_number(one, false);
    if (!number) {
      return m.fail(fmt::format("TypeError: unsupported operand type(s) for +: 'int' and '{}'",
                                type_name(one)));
    }
    whole = whole && !std::get<json::value>(one).is_double();
    total += *number;
  }
  constexpr double exact = 9.0e15;
  if (whole && std::abs(total) < exact) return json::value(static_cast<std::int64_t>(total));
  return json::value(total);
}

value extreme(machine& m, const arguments& given, int wanted) {
  const json::array all = m.elements(subject(given));
  if (m.failed()) return undefined{};
  if (all.empty()) {
    return undefined{"No aggregated item, sequence was empty."};
  }
  const json::value* best = &all.front();
  for (const auto& one : all) {
    const auto compared = order(one, *best);
    if (!compared) {
      return m.fail(fmt::format("TypeError: '{}' not supported between instances of '{}' and '{}'",
                                wanted < 0 ? "<" : ">", type_name(one), type_name(*best)));
    }
    if (*compared == wanted) best = &one;
  }
  return *best;
}
value minimum(machine& m, const arguments& given) { return extreme(m, given, -1); }
value maximum(machine& m, const arguments& given) { return extreme(m, given, 1); }

value sort(machine& m, const arguments& given) {
  json::array all = m.elements(subject(given));
  const value* backwards = given.get(1, "reverse");
  const value* attribute = given.get(3, "attribute");
  struct keyed {
    json::value key;
    json::value element;
  };
  std::vector<keyed> rows;
  for (auto& element : all) {
    json::value key = attribute ? m.plain(reached(element, shown(*attribute), m)) : element;
    rows.push_back({std::move(key), std::move(element)});
  }
  if (m.failed()) return undefined{};
  bool comparable = true;  // As to Python, what is not leaves them as they are: an error.
  for (std::size_t n = 1; n < rows.size(); ++n) {
    comparable = comparable && order(rows[n - 1].key, rows[n].key).has_value();
  }
  if (!comparable) return m.fail("TypeError: '<' not supported between the elements to be sorted");
  std::ranges::stable_sort(
      rows, [](const keyed& a, const keyed& b) { return order(a.key, b.key).value_or(0) < 0; });
  if (backwards && m.truth(*backwards)) std::ranges::reverse(rows);
  json::array sorted;
  for (auto& row : rows) sorted.push_back(std::move(row.element));
  return m.checked(std::move(sorted));
}

value unique(machine& m, const arguments& given) {
  json::array all;
  for (const auto& element : m.elements(subject(given))) {
    if (!m.spend(all.size() / 8 + 1)) break;
    const bool known =
        std::ranges::any_of(all, [&](const json::value& v) { return same(v, element); });
    if (!known) all.push_back(element);
  }
  return m.checked(std::move(all));
}

value map(machine& m, const arguments& given) {
  json::array all;
  const value* attribute = given.get(9, "attribute");
  const std::string filter = given.text(1, "filter");
  if (!attribute && !has_filter(filter)) {
    return m.fail(fmt::format("TemplateRuntimeError: No filter named '{}'.", filter));
  }
  for (const auto& element : m.elements(subject(given))) {
    if (!m.spend(1)) break;
    if (attribute) {
      value part = reached(element, shown(*attribute), m);
      if (std::holds_alternative<undefined>(part)) {
        if (const value* otherwise = given.get(9, "default")) part = *otherwise;
      }
      all.push_back(m.plain(part));
    } else {
      arguments with = without_first(given, 2);
      with.positional.insert(with.positional.begin(), element);
      all.push_back(m.plain(call_filter(filter, m, with)));
    }
  }
  return m.checked(std::move(all));
}

// select, reject, selectattr, rejectattr: the elements for which a test holds, or does not.
value choose(machine& m, const arguments& given, bool by_attribute, bool wanted) {
  const std::size_t at = by_attribute ? 2 : 1;
  const std::string attribute = by_attribute ? given.text(1, "attribute") : std::string();
  const std::string test = given.text(at, "test", "");
  if (!test.empty() && !has_test(test)) {
    return m.fail(fmt::format("TemplateRuntimeError: No test named '{}'.", test));
  }
  json::array all;
  for (const auto& element : m.elements(subject(given))) {
    if (!m.spend(1)) break;
    value what = element;
    if (by_attribute) what = reached(element, attribute, m);
    bool holds = false;
    if (test.empty()) {
      holds = m.truth(what);
    } else {
      arguments with = without_first(given, at + 1);
      with.positional.insert(with.positional.begin(), what);
      holds = call_test(test, m, with);
    }
    if (holds == wanted) all.push_back(element);
  }
  return m.checked(std::move(all));
}
value select(machine& m, const arguments& given) { return choose(m, given, false, true); }
value reject(machine& m, const arguments& given) { return choose(m, given, false, false); }
value selectattr(machine& m, const arguments& given) { return choose(m, given, true, true); }
value rejectattr(machine& m, const arguments& given) { return choose(m, given, true, false); }

// --- others ---

value otherwise(machine& m, const arguments& given) {
  const value* instead = given.get(1, "default_value");
  const value* empty_too = given.get(2, "boolean");
  const value& what = subject(given);
  const bool missing = std::holds_alternative<undefined>(what) ||
                       (empty_too && m.truth(*empty_too) && !m.truth(what));
  if (!missing) return what;
  return instead ? *instead : text_value("");
}

value is_number(machine&, const arguments& given) {
  const auto number = as_number(subject(given), true);
  return json::value(number && std::isfinite(*number));
}

// Functions that may stand behind a bar, too.
value states(machine& m, const arguments& given) { return call_function("states", m, given); }
value state_attr(machine& m, const arguments& g) { return call_function("state_attr", m, g); }
value has_value(machine& m, const arguments& g) { return call_function("has_value", m, g); }
value iif(machine& m, const arguments& given) { return call_function("iif", m, given); }
value as_timestamp(machine& m, const arguments& g) { return call_function("as_timestamp", m, g); }

struct filter_row {
  std::string_view name;
  value (*run)(machine&, const arguments&);
};
constexpr std::array filters = std::to_array<filter_row>({
    {"abs", absolute},
    {"as_timestamp", as_timestamp},
    {"bool", to_bool},
    {"capitalize", capitalize},
    {"count", length},
    {"d", otherwise},
    {"default", otherwise},
    {"first", first},
    {"float", to_float},
    {"from_json", from_json},
    {"has_value", has_value},
    {"iif", iif},
    {"int", to_int},
    {"is_number", is_number},
    {"join", join},
    {"last", last},
    {"length", length},
    {"list", list},
    {"lower", cased},
    {"map", map},
    {"max", maximum},
    {"min", minimum},
    {"reject", reject},
    {"rejectattr", rejectattr},
    {"replace", replace},
    {"reverse", reverse},
    {"round", round},
    {"select", select},
    {"selectattr", selectattr},
    {"sort", sort},
    {"state_attr", state_attr},
    {"states", states},
    {"string", to_string},
    {"sum", sum},
    {"title", title},
    {"to_json", to_json},
    {"tojson", tojson},
    {"trim", trim},
    {"unique", unique},
    {"upper", upper},
});
static_assert(std::ranges::is_sorted(filters, {}, &filter_row::name));

const filter_row* find_filter(std::string_view name) {
  const auto found = std::ranges::lower_bound(filters, name, {}, &filter_row::name);
  return found != filters.end() && found->name == name ? &*found : nullptr;
}

}  // namespace

bool has_filter(std::string_view name) { return find_filter(name) != nullptr; }

value call_filter(std::string_view name, machine& m, const arguments& given) {
  if (m.failed()) return undefined{};
  if (given.positional.empty()) return m.fail("TypeError: missing 1 required positional argument");
  return find_filter(name)->run(m, given);
}

}  // namespace hassle::mockha::templates
