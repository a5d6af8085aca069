// Templates are rendered; what names, filters and tests mean is in template_functions.cpp.
#include "mockha/template_functions.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace hassle::mockha {

namespace templates {

namespace {

using kind = expression::kind;

std::optional<std::int64_t> whole(const json::value& v) {
  if (v.is_int64()) return v.get_int64();
  if (v.is_bool()) return v.get_bool() ? 1 : 0;
  return std::nullopt;
}

class renderer {
 public:
  renderer(const template_program& program, const template_setting& in,
           const template_limits& limits)
      : program_(program), m_(in, limits, program.text()) {
    frames_.emplace_back();
  }

  template_rendering run() {
    execute(program_.statements());
    template_rendering done = std::move(m_.out());
    if (m_.failed()) {
      done.result = std::unexpected(m_.error());
    } else {
      done.result = native_value(text_);
    }
    return done;
  }

 private:
  // --- statements ---

  void execute(const std::vector<statement>& all) {
    for (const auto& s : all) {
      if (!m_.spend(1)) return;
      switch (s.what) {
        case statement::kind::text:
          print(s.text);
          break;
        case statement::kind::output:
          print(printed(evaluate(*s.subject)));
          break;
        case statement::kind::branch:
          execute(m_.truth(evaluate(*s.subject)) ? s.body : s.otherwise);
          break;
        case statement::kind::loop:
          loop(s);
          break;
        case statement::kind::assign:
          frames_.back().insert_or_assign(s.names.front(), evaluate(*s.subject));
          break;
      }
    }
  }

  void print(std::string_view text) {
    if (m_.failed()) return;
    if (text_.size() + text.size() > m_.limits().value_max) {
      (void)m_.fail(
          fmt::format("TemplateError: Template output exceeded maximum size of {} characters",
                      m_.limits().value_max));
      return;
    }
    text_ += text;
  }

  std::string printed(const value& v) {
    if (const auto* u = std::get_if<undefined>(&v)) {
      if (!m_.failed()) m_.mild_use(*u);
      return {};
    }
    return shown(v);
  }

  void bind(const std::vector<std::string>& names, const json::value& element) {
    auto& frame = frames_.back();
    if (names.size() == 1) {
      frame.insert_or_assign(names.front(), element);
      return;
    }
    const json::array* parts = element.if_array();
    if (!parts || parts->size() != names.size()) {
      (void)m_.fail(fmt::format("ValueError: not enough values to unpack (expected {}, got {})",
                                names.size(), parts ? parts->size() : 1));
      return;
    }
    for (std::size_t n = 0; n < names.size(); ++n) frame.insert_or_assign(names[n], (*parts)[n]);
  }

  void loop(const statement& s) {
    json::array all = m_.elements(evaluate(*s.subject));
    if (s.condition) {
      json::array chosen;
      for (const auto& element : all) {
        if (!m_.spend(1)) return;
        frames_.emplace_back();
        bind(s.names, element);
        if (m_.truth(evaluate(*s.condition))) chosen.push_back(element);
        frames_.pop_back();
      }
      all = std::move(chosen);
    }
    if (m_.failed()) return;
    if (all.empty()) return execute(s.otherwise);
    for (std::size_t n = 0; n < all.size() && m_.spend(1); ++n) {
      frames_.emplace_back();
      bind(s.names, all[n]);
      frames_.back().insert_or_assign("loop",
                                      json::value(json::object{{"index", n + 1},
                                                               {"index0", n},
                                                               {"first", n == 0},
                                                               {"last", n + 1 == all.size()},
                                                               {"length", all.size()}}));
      execute(s.body);
      frames_.pop_back();
    }
  }

  // --- expressions ---

  value evaluate(const expression& e) {
    if (!m_.spend(1)) return undefined{};
    switch (e.what) {
      case kind::literal:
        return e.literal;
      case kind::name:
        return name(e.text);
      case kind::attribute:
        return attribute_of(evaluate(*e.parts[0]), e.text, m_);
      case kind::item:
        return item(evaluate(*e.parts[0]), evaluate(*e.parts[1]));
      case kind::call:
        return call(e);
      case kind::filter:
        return call_filter(e.text, m_, arguments_of(e, 0));
      case kind::test:
        return json::value(call_test(e.text, m_, arguments_of(e, 0)));
      case kind::list: {
        json::array list;
        for (const auto& part : e.parts) list.push_back(m_.plain(evaluate(*part)));
        return admitted(json::value(std::move(list)));
      }
      case kind::dict:
        return dictionary(e);
      case kind::unary:
        return unary(e);
      case kind::binary:
        return binary(e);
      case kind::compare:
        return compare(e);
      case kind::ternary:
        if (m_.truth(evaluate(*e.parts[1]))) return evaluate(*e.parts[0]);
        if (e.parts.size() > 2) return evaluate(*e.parts[2]);
        return undefined{
            "the inline if-expression evaluated to false and no else section was "
            "defined."};
    }
    return undefined{};
  }

  const value* variable(const std::string& called) {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      if (const auto found = frame->find(called); found != frame->end()) return &found->second;
    }
    return nullptr;
  }

  value name(const std::string& called) {
    if (const value* found = variable(called)) {
      const json::value* j = std::get_if<json::value>(found);
      return !j || m_.spend_for(*j) ? *found : value(undefined{});
    }
    if (m_.variables()) {
      if (const json::value* found = m_.variables()->if_contains(called)) return admitted(*found);
    }
    if (called == "states") return all_states{};
    return undefined{fmt::format("'{}' is undefined", called)};
  }

  arguments arguments_of(const expression& e, std::size_t from) {
    arguments given;
    for (std::size_t n = from; n < e.parts.size(); ++n) {
      given.positional.push_back(evaluate(*e.parts[n]));
    }
    for (const auto& [key, part] : e.named) given.named.emplace_back(key, evaluate(*part));
    return given;
  }

  value call(const expression& e) {
    const expression& callee = *e.parts[0];
    if (callee.what == kind::attribute) {
      const value of = evaluate(*callee.parts[0]);
      const arguments given = arguments_of(e, 1);
      return m_.failed() ? value(undefined{}) : call_method(of, callee.text, m_, given);
    }
    const bool hidden =
        callee.what == kind::name &&
        (variable(callee.text) || (m_.variables() && m_.variables()->contains(callee.text)));
    if (callee.what == kind::name && !hidden && has_function(callee.text)) {
      const arguments given = arguments_of(e, 1);
      return m_.failed() ? value(undefined{}) : call_function(callee.text, m_, given);
    }
    const value of = evaluate(callee);
    if (m_.failed()) return undefined{};
    if (const auto* u = std::get_if<undefined>(&of)) {
      if (!m_.strict()) m_.remark(u->why, true);  // Said once more than other errors.
      return m_.undefined_used(*u);
    }
    return m_.fail(fmt::format("TypeError: '{}' object is not callable", type_name(of)));
  }

  value item(const value& of, const value& index) {
    if (m_.failed()) return undefined{};
    if (const auto* u = std::get_if<undefined>(&of)) return m_.undefined_used(*u);
    const auto key = as_text(index);
    const json::value* j = std::get_if<json::value>(&of);
    if (j && j->is_array()) {
      const auto* number = std::get_if<json::value>(&index);
      const auto n = number ? whole(*number) : std::nullopt;
      const auto size = static_cast<std::int64_t>(j->get_array().size());
      if (n && *n < size && *n >= -size) {
        return j->get_array()[static_cast<std::size_t>(*n < 0 ? *n + size : *n)];
      }
      return undefined{"list object has no element " + shown(index)};
    }
    if (j && j->is_object() && key) {
      if (const json::value* found = j->get_object().if_contains(*key)) return *found;
    }
    if (key) return attribute_of(of, *key, m_);
    return undefined{fmt::format("{} object has no element {}", type_name(of), shown(index))};
  }

  value dictionary(const expression& e) {
    json::object dict;
    for (std::size_t n = 0; n + 1 < e.parts.size(); n += 2) {
      const std::string key = shown(evaluate(*e.parts[n]));
      dict[key] = m_.plain(evaluate(*e.parts[n + 1]));
    }
    return admitted(json::value(std::move(dict)));
  }

  value admitted(json::value v) {
    if (!m_.spend_for(v)) return undefined{};
    return v;
  }

  value unary(const expression& e) {
    const value v = evaluate(*e.parts[0]);
    if (m_.failed()) return undefined{};
    if (e.text == "not") return json::value(!m_.truth(v));
    if (const auto* u = std::get_if<undefined>(&v)) return m_.undefined_used(*u);
    const json::value* j = std::get_if<json::value>(&v);
    if (!j || !as_number(v, false)) {
      return m_.fail(
          fmt::format("TypeError: bad operand type for unary {}: '{}'", e.text, type_name(v)));
    }
    if (e.text == "+") return v;
    if (const auto n = whole(*j); n && *n != std::numeric_limits<std::int64_t>::min()) {
      return json::value(-*n);
    }
    return json::value(-j->to_number<double>());
  }

  value binary(const expression& e) {
    const value left = evaluate(*e.parts[0]);
    if (e.text == "and") return m_.truth(left) ? evaluate(*e.parts[1]) : left;
    if (e.text == "or") return m_.truth(left) ? left : evaluate(*e.parts[1]);
    const value right = evaluate(*e.parts[1]);
    if (m_.failed()) return undefined{};
    if (e.text == "~") return m_.checked(printed(left) + printed(right));
    for (const value* v : {&left, &right}) {
      if (const auto* u = std::get_if<undefined>(v)) return m_.undefined_used(*u);
    }
    const json::value* a = std::get_if<json::value>(&left);
    const json::value* b = std::get_if<json::value>(&right);
    if (a && b && e.text == "+") {
      if (a->is_string() && b->is_string()) return m_.checked(shown(*a) + shown(*b));
      if (a->is_array() && b->is_array()) {
        json::array both = a->get_array();
        both.insert(both.end(), b->get_array().begin(), b->get_array().end());
        return m_.checked(std::move(both));
      }
    }
    if (e.text == "-" && std::holds_alternative<moment>(left) &&
        std::holds_alternative<moment>(right)) {
      return m_.fail("TypeError: durations are not known to this mock");
    }
    if (a && b && as_number(left, false) && as_number(right, false))
      return arithmetic(e.text, *a, *b);
    if (e.text == "+" && a && a->is_string()) {
      return m_.fail(
          fmt::format("TypeError: can only concatenate str (not \"{}\") to str", type_name(right)));
    }
    return m_.fail(fmt::format("TypeError: unsupported operand type(s) for {}: '{}' and '{}'",
                               e.text == "**" ? "** or pow()" : e.text, type_name(left),
                               type_name(right)));
  }

  value arithmetic(std::string_view op, const json::value& a, const json::value& b) {
    const auto x = whole(a);
    const auto y = whole(b);
    if (x && y && (op == "+" || op == "-" || op == "*")) {
      std::int64_t result = 0;
      const bool overflow = op == "+"   ? __builtin_add_overflow(*x, *y, &result)
                            : op == "-" ? __builtin_sub_overflow(*x, *y, &result)
                                        : __builtin_mul_overflow(*x, *y, &result);
      if (!overflow) return json::value(result);
    }
    const double p = x ? static_cast<double>(*x) : a.to_number<double>();
    const double q = y ? static_cast<double>(*y) : b.to_number<double>();
    if (op == "+") return json::value(p + q);
    if (op == "-") return json::value(p - q);
    if (op == "*") return json::value(p * q);
    if (op == "**") return power(p, q, x && y);
    if (q == 0) return m_.fail("ZeroDivisionError: division by zero");
    if (op == "/") return json::value(p / q);
    const bool exact = x && y && *x != std::numeric_limits<std::int64_t>::min();
    if (op == "//")
      return exact ? value(json::value(floor_div(*x, *y))) : json::value(std::floor(p / q));
    if (exact) return json::value(*x - floor_div(*x, *y) * *y);
    return json::value(p - std::floor(p / q) * q);
  }

  static std::int64_t floor_div(std::int64_t x, std::int64_t y) {
    return x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0);
  }

  value power(double p, double q, bool both_whole) {
    const double result = std::pow(p, q);
    if (!std::isfinite(result))
      return m_.fail("OverflowError: (34, 'Numerical result out of range')");
    constexpr double exact_max = 9007199254740992;  // 2^53
    if (both_whole && q >= 0 && std::abs(result) <= exact_max) {
      return json::value(static_cast<std::int64_t>(result));
    }
    return json::value(result);
  }

  value compare(const expression& e) {
    value left = evaluate(*e.parts[0]);
    for (std::size_t n = 0; n < e.operators.size(); ++n) {
      value right = evaluate(*e.parts[n + 1]);
      if (m_.failed()) return undefined{};
      if (!holds(left, e.operators[n], right)) return json::value(false);
      left = std::move(right);
    }
    return json::value(!m_.failed());
  }

  bool holds(const value& a, std::string_view op, const value& b) {
    if (op == "in" || op == "not in") return contains(b, a) == (op == "in");
    if (const auto* x = std::get_if<moment>(&a)) {
      if (const auto* y = std::get_if<moment>(&b)) return ordered(x->at <=> y->at, op);
    }
    const bool nothing =
        std::holds_alternative<undefined>(a) || std::holds_alternative<undefined>(b);
    if (op == "==" || op == "!=") {
      const bool equal = nothing ? a.index() == b.index() : same(m_.plain(a), m_.plain(b));
      return equal == (op == "==");
    }
    for (const value* v : {&a, &b}) {
      if (const auto* u = std::get_if<undefined>(v)) {
        (void)m_.undefined_used(*u);
        return false;
      }
    }
    const auto found = order(m_.plain(a), m_.plain(b));
    if (!found) {
      (void)m_.fail(fmt::format("TypeError: '{}' not supported between instances of '{}' and '{}'",
                                op, type_name(a), type_name(b)));
      return false;
    }
    return ordered(*found <=> 0, op);
  }

  static bool ordered(std::strong_ordering o, std::string_view op) {
    if (op == "<") return o < 0;
    if (op == "<=") return o <= 0;
    if (op == ">") return o > 0;
    if (op == ">=") return o >= 0;
    return (o == 0) == (op == "==");
  }

  bool contains(const value& all, const value& one) {
    if (const auto text = as_text(all)) {
      const auto part = as_text(one);
      if (part) return text->find(*part) != std::string_view::npos;
      (void)m_.fail(fmt::format("TypeError: 'in <string>' requires string as left operand, not {}",
                                type_name(one)));
      return false;
    }
    const json::value wanted = m_.plain(one);
    return std::ranges::any_of(m_.elements(all),
                               [&](const json::value& v) { return same(v, wanted); });
  }

  const template_program& program_;
  machine m_;
  std::vector<std::map<std::string, value, std::less<>>> frames_;
  std::string text_;
};

}  // namespace

}  // namespace templates

template_rendering render(const template_program& program, const template_setting& in,
                          const template_limits& limits) {
  return templates::renderer(program, in, limits).run();
}

}  // namespace hassle::mockha
