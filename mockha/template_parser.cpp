// Templates are read: the part of Jinja2's language that clients use.
#include "mockha/template.hpp"
#include "mockha/template_functions.hpp"
#include "mockha/template_tokens.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace hassle::mockha {

namespace {

using templates::expression;
using templates::expression_ptr;
using templates::statement;
using templates::token;
using kind = expression::kind;

// The first error counts; after it everything that is read is nothing.
class parser {
 public:
  parser(std::string_view text, const template_limits& limits)
      : limits_(limits), tokens_(templates::tokenize(text)) {}

  std::expected<std::vector<statement>, std::string> run() {
    auto all = block({});
    if (!error_.empty()) return std::unexpected(std::move(error_));
    return all;
  }

 private:
  // --- what comes next ---

  [[nodiscard]] const token& next() const { return tokens_[at_]; }
  [[nodiscard]] bool is(std::string_view text) const {
    return (next().what == token::kind::symbol || next().what == token::kind::name) &&
           next().text == text;
  }
  void skip() {
    if (next().what != token::kind::end) ++at_;
  }
  bool take(std::string_view text) {
    if (!is(text)) return false;
    skip();
    return true;
  }
  bool take_name(std::string_view name) { return next().what == token::kind::name && take(name); }
  void fail(std::string text) {
    if (error_.empty()) error_ = std::move(text);
    at_ = tokens_.size() - 1;
  }
  void fail_here() {
    if (next().what == token::kind::bad) return fail("TemplateSyntaxError: " + next().text);
    if (next().what == token::kind::end) {
      return fail("TemplateSyntaxError: unexpected end of template");
    }
    fail(fmt::format("TemplateSyntaxError: unexpected '{}'", next().text));
  }
  void need(std::string_view symbol) {
    if (take(symbol)) return;
    if (next().what == token::kind::bad || next().what == token::kind::end) return fail_here();
    fail(fmt::format("TemplateSyntaxError: expected token '{}', got '{}'", symbol, next().text));
  }
  std::string need_name() {
    if (next().what != token::kind::name) {
      fail_here();
      return {};
    }
    std::string name = next().text;
    skip();
    return name;
  }

  // --- nodes ---

  expression_ptr make(kind what, std::string text, std::vector<expression_ptr> parts) {
    auto e = std::make_unique<expression>();
    e->what = what;
    e->text = std::move(text);
    e->parts = std::move(parts);
    for (const auto& part : e->parts) e->depth = std::max(e->depth, part->depth + 1);
    return bounded(std::move(e));
  }
  expression_ptr bounded(expression_ptr e) {
    if (e->depth > limits_.depth_max) {
      fail("TemplateSyntaxError: nested too deeply");
      return std::make_unique<expression>();
    }
    return e;
  }
  static std::vector<expression_ptr> pair(expression_ptr a, expression_ptr b) {
    std::vector<expression_ptr> both;
    both.push_back(std::move(a));
    both.push_back(std::move(b));
    return both;
  }
  expression_ptr one(kind what, std::string text, expression_ptr part) {
    std::vector<expression_ptr> parts;
    parts.push_back(std::move(part));
    return make(what, std::move(text), std::move(parts));
  }
  static expression_ptr literal(json::value v) {
    auto e = std::make_unique<expression>();
    e->literal = std::move(v);
    return e;
  }

  // --- expressions, from the loosest to the tightest ---

  /// Counts how deep the reading itself goes.
  struct level {
    explicit level(parser& reader) : p(reader) {
      if (++p.level_ > p.limits_.depth_max) p.fail("TemplateSyntaxError: nested too deeply");
    }
    level(const level&) = delete;
    level& operator=(const level&) = delete;
    ~level() { --p.level_; }
    parser& p;
  };

  expression_ptr whole_expression() {
    const level deeper(*this);
    if (!error_.empty()) return literal({});
    auto value = logic_or();
    while (take_name("if")) {
      auto condition = logic_or();
      auto otherwise = take_name("else") ? whole_expression() : expression_ptr();
      auto parts = pair(std::move(value), std::move(condition));
      if (otherwise) parts.push_back(std::move(otherwise));
      value = make(kind::ternary, {}, std::move(parts));
    }
    return value;
  }

  expression_ptr logic_or() {
    auto left = logic_and();
    while (take_name("or")) left = make(kind::binary, "or", pair(std::move(left), logic_and()));
    return left;
  }
  expression_ptr logic_and() {
    auto left = negation();
    while (take_name("and")) left = make(kind::binary, "and", pair(std::move(left), negation()));
    return left;
  }
  expression_ptr negation() {
    const level deeper(*this);
    if (!error_.empty()) return literal({});
    if (take_name("not")) return one(kind::unary, "not", negation());
    return comparison();
  }

  std::string comparison_operator() {
    for (const std::string_view symbol : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (take(symbol)) return std::string(symbol);
    }
    if (take_name("in")) return "in";
    if (is("not") && tokens_[at_ + 1].text == "in") {
      skip();
      skip();
      return "not in";
    }
    return {};
  }
  expression_ptr comparison() {
    auto left = sum();
    std::string op = comparison_operator();
    if (op.empty()) return left;
    auto e = std::make_unique<expression>();
    e->what = kind::compare;
    e->depth = left->depth + 1;
    e->parts.push_back(std::move(left));
    while (!op.empty()) {
      e->operators.push_back(std::move(op));
      e->parts.push_back(sum());
      e->depth = std::max(e->depth, e->parts.back()->depth + 1);
      op = comparison_operator();
    }
    return bounded(std::move(e));
  }

  expression_ptr chain(std::initializer_list<std::string_view> symbols,
                       expression_ptr (parser::*tighter)()) {
    auto left = (this->*tighter)();
    for (;;) {
      const auto* found = std::ranges::find_if(symbols, [&](std::string_view s) { return is(s); });
      if (found == symbols.end()) return left;
      skip();
      left = make(kind::binary, std::string(*found), pair(std::move(left), (this->*tighter)()));
    }
  }
  expression_ptr sum() { return chain({"+", "-"}, &parser::concatenation); }
  expression_ptr concatenation() { return chain({"~"}, &parser::product); }
  expression_ptr product() { return chain({"*", "/", "//", "%"}, &parser::power); }
  expression_ptr power() { return chain({"**"}, &parser::signed_value); }

  expression_ptr signed_value() { return with_filters(sign()); }
  expression_ptr sign() {
    const level deeper(*this);
    if (!error_.empty()) return literal({});
    for (const std::string_view symbol : {"-", "+"}) {
      if (take(symbol)) return one(kind::unary, std::string(symbol), sign());
    }
    return with_postfix(primary());
  }

  expression_ptr primary() {
    const token now = next();
    switch (now.what) {
      case token::kind::text:
        skip();
        return literal(json::value(now.text));
      case token::kind::number:
        skip();
        return literal(now.number);
      case token::kind::name:
        return name();
      case token::kind::symbol:
        if (take("[")) return list("]");
        if (take("(")) return parenthesis();
        if (take("{")) return dictionary();
        break;
      default:
        break;
    }
    fail_here();
    return literal({});
  }

  expression_ptr name() {
    constexpr std::array reserved =
        std::to_array<std::string_view>({"and", "else", "if", "in", "is", "not", "or"});
    std::string word = next().text;
    if (std::ranges::binary_search(reserved, word)) {
      fail_here();
      return literal({});
    }
    skip();
    if (word == "true" || word == "True") return literal(true);
    if (word == "false" || word == "False") return literal(false);
    if (word == "none" || word == "None") return literal(nullptr);
    return make(kind::name, std::move(word), {});
  }

  expression_ptr list(std::string_view end, expression_ptr first = {}) {
    std::vector<expression_ptr> parts;
    if (first) parts.push_back(std::move(first));
    while (error_.empty() && !is(end)) {
      parts.push_back(whole_expression());
      if (!take(",")) break;
    }
    need(end);
    return make(kind::list, {}, std::move(parts));
  }
  expression_ptr parenthesis() {
    if (take(")")) return make(kind::list, {}, {});
    auto inner = whole_expression();
    if (take(",")) return list(")", std::move(inner));
    need(")");
    return inner;
  }
  expression_ptr dictionary() {
    std::vector<expression_ptr> parts;
    while (error_.empty() && !is("}")) {
      parts.push_back(whole_expression());
      need(":");
      parts.push_back(whole_expression());
      if (!take(",")) break;
    }
    need("}");
    return make(kind::dict, {}, std::move(parts));
  }

  expression_ptr with_postfix(expression_ptr e) {
    while (error_.empty()) {
      if (take(".")) {
        if (next().what == token::kind::number && next().number.is_int64()) {
          auto index = literal(next().number);
          skip();
          e = make(kind::item, {}, pair(std::move(e), std::move(index)));
        } else {
          e = one(kind::attribute, need_name(), std::move(e));
        }
      } else if (take("[")) {
        auto index = whole_expression();
        need("]");
        e = make(kind::item, {}, pair(std::move(e), std::move(index)));
      } else if (take("(")) {
        auto call = one(kind::call, {}, std::move(e));
        arguments(*call);
        e = bounded(std::move(call));
      } else {
        return e;
      }
    }
    return e;
  }

  // Behind the opening parenthesis.
  void arguments(expression& to) {
    while (error_.empty() && !is(")")) {
      if (next().what == token::kind::name && tokens_[at_ + 1].text == "=" &&
          tokens_[at_ + 1].what == token::kind::symbol) {
        std::string key = need_name();
        skip();
        to.named.emplace_back(std::move(key), whole_expression());
        to.depth = std::max(to.depth, to.named.back().second->depth + 1);
      } else {
        to.parts.push_back(whole_expression());
        to.depth = std::max(to.depth, to.parts.back()->depth + 1);
      }
      if (!take(",")) break;
    }
    need(")");
  }

  expression_ptr with_filters(expression_ptr e) {
    while (error_.empty()) {
      if (take("|")) {
        auto filter = one(kind::filter, need_name(), std::move(e));
        if (error_.empty() && !templates::has_filter(filter->text)) {
          fail(fmt::format("TemplateAssertionError: No filter named '{}'.", filter->text));
        }
        if (take("(")) arguments(*filter);
        e = bounded(std::move(filter));
      } else if (take_name("is")) {
        const bool negated = take_name("not");
        auto test = one(kind::test, need_name(), std::move(e));
        if (error_.empty() && !templates::has_test(test->text)) {
          fail(fmt::format("TemplateAssertionError: No test named '{}'.", test->text));
        }
        if (take("(")) {
          arguments(*test);
        } else if (starts_operand()) {
          test->parts.push_back(with_postfix(primary()));
          test->depth = std::max(test->depth, test->parts.back()->depth + 1);
        }
        e = bounded(std::move(test));
        if (negated) e = one(kind::unary, "not", std::move(e));
      } else {
        return e;
      }
    }
    return e;
  }
  [[nodiscard]] bool starts_operand() const {
    constexpr std::array after =
        std::to_array<std::string_view>({"and", "else", "if", "in", "is", "not", "or"});
    const token& t = next();
    if (t.what == token::kind::text || t.what == token::kind::number) return true;
    if (t.what == token::kind::name) return !std::ranges::binary_search(after, t.text);
    return t.what == token::kind::symbol && (t.text == "[" || t.text == "{");
  }

  // --- statements ---

  [[nodiscard]] bool at_tag(std::initializer_list<std::string_view> names) const {
    return next().what == token::kind::tag_begin &&
           std::ranges::find(names, tokens_[at_ + 1].text) != names.end();
  }

  /// Up to one of these tags, which is not taken; to the end of the template if there are none.
  std::vector<statement> block(std::initializer_list<std::string_view> ends) {
    std::vector<statement> all;
    const level deeper(*this);
    while (error_.empty() && next().what != token::kind::end && !at_tag(ends)) {
      switch (next().what) {
        case token::kind::data:
          all.push_back({.what = statement::kind::text, .text = next().text});
          skip();
          break;
        case token::kind::output_begin:
          skip();
          all.push_back({.what = statement::kind::output});
          all.back().subject = whole_expression();
          end_of(token::kind::output_end);
          break;
        case token::kind::tag_begin:
          skip();
          tag(all);
          break;
        default:
          fail_here();
      }
    }
    if (ends.size() > 0 && error_.empty() && next().what == token::kind::end) fail_here();
    return all;
  }

  void end_of(token::kind what) {
    if (!error_.empty()) return;
    if (next().what == what) {
      skip();
    } else {
      fail_here();
    }
  }

  void tag(std::vector<statement>& to) {
    if (take_name("if")) {
      to.push_back(branch());
    } else if (take_name("for")) {
      to.push_back(loop());
    } else if (take_name("set")) {
      statement s{.what = statement::kind::assign};
      s.names.push_back(need_name());
      need("=");
      s.subject = whole_expression();
      end_of(token::kind::tag_end);
      to.push_back(std::move(s));
    } else if (next().what == token::kind::name) {
      fail(fmt::format("TemplateSyntaxError: Encountered unknown tag '{}'.", next().text));
    } else {
      fail_here();
    }
  }

  // Behind `if` or `elif`; takes its endif.
  statement branch() {
    statement s{.what = statement::kind::branch};
    const level deeper(*this);
    s.subject = whole_expression();
    end_of(token::kind::tag_end);
    s.body = block({"elif", "else", "endif"});
    end_of(token::kind::tag_begin);
    if (take_name("elif")) {
      s.otherwise.push_back(branch());
    } else if (take_name("else")) {
      end_of(token::kind::tag_end);
      s.otherwise = block({"endif"});
      end_of(token::kind::tag_begin);
      skip();
      end_of(token::kind::tag_end);
    } else {
      skip();
      end_of(token::kind::tag_end);
    }
    return s;
  }

  statement loop() {
    statement s{.what = statement::kind::loop};
    do {
      s.names.push_back(need_name());
    } while (error_.empty() && take(","));
    if (!take_name("in")) fail_here();
    s.subject = logic_or();
    if (take_name("if")) s.condition = logic_or();
    end_of(token::kind::tag_end);
    s.body = block({"else", "endfor"});
    end_of(token::kind::tag_begin);
    if (take_name("else")) {
      end_of(token::kind::tag_end);
      s.otherwise = block({"endfor"});
      end_of(token::kind::tag_begin);
    }
    skip();
    end_of(token::kind::tag_end);
    return s;
  }

  const template_limits limits_;
  std::vector<token> tokens_;
  std::size_t at_ = 0;
  std::size_t level_ = 0;
  std::string error_;
};

}  // namespace

std::expected<template_program, std::string> template_program::parse(
    std::string_view text, const template_limits& limits) {
  if (text.size() > limits.text_max) {
    return std::unexpected(
        fmt::format("TemplateSyntaxError: longer than {} bytes", limits.text_max));
  }
  auto statements = parser(text, limits).run();
  if (!statements) return std::unexpected(std::move(statements.error()));
  template_program program;
  program.text_ = text;
  program.statements_ = std::move(*statements);
  return program;
}

bool is_template(std::string_view text) {
  return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos ||
         text.find("{#") != std::string_view::npos;
}

}  // namespace hassle::mockha
