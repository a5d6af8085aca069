#include "mockha/template_tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace hassle::mockha::templates {

namespace {

using kind = token::kind;

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

// Longer ones first: the first that fits is it.
constexpr std::array symbols = std::to_array<std::string_view>(
    {"**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "(",
     ")",  "[",  "]",  "{",  "}",  ",",  ".", ":", "=", "<", ">", "|"});

class tokenizer {
 public:
  explicit tokenizer(std::string_view text) : text_(text) {}

  std::vector<token> run() {
    while (at_ < text_.size() && !stop_) outside();
    all_.push_back({kind::end, {}, {}});
    return std::move(all_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  void bad(std::string what) {
    all_.push_back({kind::bad, std::move(what), {}});
    stop_ = true;
  }
  void trim_right() {
    while (at_ < text_.size() && is_white(text_[at_])) ++at_;
  }

  void outside() {
    std::size_t begin = at_;
    while (begin + 1 < text_.size() &&
           !(text_[begin] == '{' &&
             (text_[begin + 1] == '{' || text_[begin + 1] == '%' || text_[begin + 1] == '#'))) {
      ++begin;
    }
    if (begin + 1 >= text_.size()) begin = text_.size();
    std::string_view data = text_.substr(at_, begin - at_);
    const bool opens = begin < text_.size();
    const char what = opens ? text_[begin + 1] : ' ';
    at_ = opens ? begin + 2 : begin;
    if (opens && at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) {
      if (text_[at_] == '-') {
        while (!data.empty() && is_white(data.back())) data.remove_suffix(1);
      }
      ++at_;
    }
    if (!data.empty()) all_.push_back({kind::data, std::string(data), {}});
    if (!opens) return;
    if (what == '#') return comment();
    all_.push_back({what == '{' ? kind::output_begin : kind::tag_begin, {}, {}});
    inside(what == '{' ? "}}" : "%}", what == '{' ? kind::output_end : kind::tag_end);
  }

  void comment() {
    const std::size_t end = text_.find("#}", at_);
    if (end == std::string_view::npos) return bad("Missing end of comment tag");
    at_ = end + 2;
    if (text_[end - 1] == '-') trim_right();
  }

  void inside(std::string_view closing, kind end) {
    std::size_t braces = 0;  // Open ones: theirs are not the end.
    while (!stop_) {
      trim_right();
      if (at_ >= text_.size()) return bad("unexpected end of template");
      const bool trims = rest().starts_with('-') && rest().substr(1).starts_with(closing);
      if (trims || (braces == 0 && rest().starts_with(closing))) {
        all_.push_back({end, std::string(closing), {}});
        at_ += closing.size() + (trims ? 1 : 0);
        if (trims) trim_right();
        return;
      }
      if (text_[at_] == '{') ++braces;
      if (text_[at_] == '}' && braces > 0) --braces;
      one();
    }
  }

  void one() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') return quoted(c);
    if (is_digit(c)) return number();
    if (is_name(c)) {
      const std::size_t begin = at_;
      while (at_ < text_.size() && is_name(text_[at_])) ++at_;
      all_.push_back({kind::name, std::string(text_.substr(begin, at_ - begin)), {}});
      return;
    }
    const auto found = std::ranges::find_if(
        symbols, [&](std::string_view symbol) { return rest().starts_with(symbol); });
    if (found == symbols.end()) return bad(fmt::format("unexpected char '{}' at {}", c, at_));
    all_.push_back({kind::symbol, std::string(*found), {}});
    at_ += found->size();
  }

  void quoted(char quote) {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        c = text_[++at_];
        if (c == 'n') c = '\n';
        if (c == 't') c = '\t';
        if (c == 'r') c = '\r';
      }
      value += c;
    }
    if (at_ >= text_.size()) return bad("unexpected end of a string");
    ++at_;
    all_.push_back({kind::text, std::move(value), {}});
  }

  void digits(std::string& to) {
    for (; at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '_'); ++at_) {
      if (text_[at_] != '_') to += text_[at_];
    }
  }
  void number() {
    std::string written;
    bool whole = true;
    digits(written);
    if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
      whole = false;
      written += text_[at_++];
      digits(written);
    }
    if (at_ + 1 < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E') &&
        (is_digit(text_[at_ + 1]) || text_[at_ + 1] == '-' || text_[at_ + 1] == '+')) {
      whole = false;
      written += text_[at_++];
      written += text_[at_++];
      digits(written);
    }
    token t{kind::number, written, {}};
    std::int64_t integer = 0;
    const char* last = written.data() + written.size();
    if (whole && std::from_chars(written.data(), last, integer).ec == std::errc{}) {
      t.number = integer;
    } else {
      double real = 0;
      if (std::from_chars(written.data(), last, real).ec != std::errc{}) {
        return bad("a number out of range");
      }
      t.number = real;
    }
    all_.push_back(std::move(t));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<token> all_;
  bool stop_ = false;
};

}  // namespace

std::vector<token> tokenize(std::string_view text) { return tokenizer(text).run(); }

}  // namespace hassle::mockha::templates
