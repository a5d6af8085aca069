#include "mockha/template_value.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <charconv>
#include <cmath>
#include <limits>

namespace hassle::mockha::templates {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r\n\f\v";
  const auto begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

std::string_view friendly_name(const entity& of) {
  const json::value* name = of.now().attributes.if_contains("friendly_name");
  if (name && name->is_string()) return name->get_string();
  return std::string_view(of.id()).substr(of.domain().size() + 1);
}

std::optional<double> number_in(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.starts_with('+')) return std::nullopt;
  double number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> number_of(const json::value& v, bool read_text) {
  if (v.is_number()) return v.to_number<double>();
  if (v.is_bool()) return v.get_bool() ? 1.0 : 0.0;
  if (read_text && v.is_string()) return number_in(v.get_string());
  return std::nullopt;
}

}  // namespace

json::object state_object(const entity& of) {
  const entity_state& now = of.now();
  return {{"entity_id", of.id()},
          {"domain", of.domain()},
          {"object_id", std::string_view(of.id()).substr(of.domain().size() + 1)},
          {"name", friendly_name(of)},
          {"state", now.state},
          {"attributes", now.attributes},
          {"last_changed", shown(moment{now.last_changed})},
          {"last_reported", shown(moment{now.last_reported})},
          {"last_updated", shown(moment{now.last_updated})}};
}

json::value plain(const value& v, const home& house) {
  struct visitor {
    const home& house;
    json::value operator()(const json::value& j) const { return j; }
    json::value operator()(const undefined&) const { return nullptr; }
    json::value operator()(moment m) const { return json::value(shown(m)); }
    json::value operator()(all_states) const { return json::value("<template AllStates>"); }
    json::value operator()(const domain_states& d) const { return json::value(shown(value(d))); }
    json::value operator()(const state_ref& s) const {
      const entity* e = house.find(s.id);
      return e ? json::value(state_object(*e)) : json::value();
    }
  };
  return std::visit(visitor{house}, v);
}

std::string shown(moment m) {
  std::string text = iso_text(m.at);
  text[text.find('T')] = ' ';
  return text;
}

std::string shown(const json::value& v) {
  if (v.is_string()) return std::string(std::string_view(v.get_string()));
  return python_text(v);
}

std::string shown(const value& v) {
  struct visitor {
    std::string operator()(const json::value& j) const { return shown(j); }
    std::string operator()(const undefined&) const { return {}; }
    std::string operator()(moment m) const { return shown(m); }
    std::string operator()(all_states) const { return "<template AllStates>"; }
    std::string operator()(const domain_states& d) const {
      return fmt::format("<template DomainStates('{}')>", d.domain);
    }
    // Unverified: the real text goes on with the whole state.
    std::string operator()(const state_ref& s) const {
      return fmt::format("<template TemplateState(<state {}>)>", s.id);
    }
  };
  return std::visit(visitor{}, v);
}

std::optional<std::string_view> as_text(const value& v) {
  const json::value* j = std::get_if<json::value>(&v);
  if (!j || !j->is_string()) return std::nullopt;
  return std::string_view(j->get_string());
}

std::optional<double> as_number(const value& v, bool read_text) {
  const json::value* j = std::get_if<json::value>(&v);
  return j ? number_of(*j, read_text) : std::nullopt;
}

std::string_view type_name(const json::value& v) {
  switch (v.kind()) {
    case json::kind::null:
      return "NoneType";
    case json::kind::bool_:
      return "bool";
    case json::kind::int64:
    case json::kind::uint64:
      return "int";
    case json::kind::double_:
      return "float";
    case json::kind::string:
      return "str";
    case json::kind::array:
      return "list";
    case json::kind::object:
      return "dict";
  }
  return "object";
}

std::string_view type_name(const value& v) {
  if (const json::value* j = std::get_if<json::value>(&v)) return type_name(*j);
  if (std::holds_alternative<moment>(v)) return "datetime.datetime";
  if (std::holds_alternative<undefined>(v)) return "LoggingUndefined";
  if (std::holds_alternative<state_ref>(v)) return "TemplateState";
  return std::holds_alternative<all_states>(v) ? "AllStates" : "DomainStates";
}

bool is_true(const json::value& v) {
  switch (v.kind()) {
    case json::kind::null:
      return false;
    case json::kind::string:
      return !v.get_string().empty();
    case json::kind::array:
      return !v.get_array().empty();
    case json::kind::object:
      return !v.get_object().empty();
    case json::kind::bool_:
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return number_of(v, false).value() != 0;
  }
  return false;
}

bool same(const json::value& a, const json::value& b) {
  if (const auto x = number_of(a, false)) {
    const auto y = number_of(b, false);
    return y && *x == *y;
  }
  if (a.is_array() && b.is_array()) {
    const json::array& x = a.get_array();
    const json::array& y = b.get_array();
    if (x.size() != y.size()) return false;
    for (std::size_t n = 0; n < x.size(); ++n) {
      if (!same(x[n], y[n])) return false;
    }
    return true;
  }
  return a == b;
}

std::optional<int> order(const json::value& a, const json::value& b) {
  const auto sign = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (a.is_int64() && b.is_int64()) return sign(a.get_int64(), b.get_int64());
  if (const auto x = number_of(a, false)) {
    if (const auto y = number_of(b, false)) return sign(*x, *y);
    return std::nullopt;
  }
  if (a.is_string() && b.is_string()) {
    return sign(std::string_view(a.get_string()), std::string_view(b.get_string()));
  }
  if (!a.is_array() || !b.is_array()) return std::nullopt;
  const json::array& x = a.get_array();
  const json::array& y = b.get_array();
  for (std::size_t n = 0; n < std::min(x.size(), y.size()); ++n) {
    if (same(x[n], y[n])) continue;
    return order(x[n], y[n]);
  }
  return sign(x.size(), y.size());
}

}  // namespace hassle::mockha::templates
