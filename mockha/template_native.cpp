// What a rendered text is: Home Assistant reads it as a literal of Python's where it is one.
#include "mockha/template.hpp"

#include <boost/json/array.hpp>

#include <charconv>
#include <optional>

namespace hassle::mockha {

namespace {

// Literals within lists and dictionaries; deeper ones stay text.
constexpr std::size_t depth_max = 50;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number as Python would write it: not 007, not 1e5, not 0x10. Others stay text.
std::optional<json::value> number(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
  const std::size_t dot = digits.find('.');
  const std::string_view before = digits.substr(0, dot);
  const std::string_view after = dot == std::string_view::npos ? "" : digits.substr(dot + 1);
  if (before.empty() && after.empty()) return std::nullopt;
  for (const char c : before) {
    if (!is_digit(c)) return std::nullopt;
  }
  for (const char c : after) {
    if (!is_digit(c)) return std::nullopt;
  }
  if (before.size() > 1 && before[0] == '0' && is_digit(before[1])) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  if (dot == std::string_view::npos &&
      std::from_chars(text.data(), end, integer).ec == std::errc{}) {
    return json::value(integer);
  }
  double real = 0;
  if (std::from_chars(text.data(), end, real).ec != std::errc{}) return std::nullopt;
  return json::value(real);
}

class literal_reader {
 public:
  explicit literal_reader(std::string_view text) : text_(text) {}

  std::optional<json::value> whole() {
    auto value = one(1);
    skip_white();
    if (!value || at_ != text_.size()) return std::nullopt;
    return value;
  }

 private:
  void skip_white() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  bool take(char c) {
    skip_white();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::optional<json::value> one(std::size_t depth) {
    if (depth > depth_max) return std::nullopt;
    skip_white();
    if (at_ >= text_.size()) return std::nullopt;
    const char c = text_[at_];
    if (c == '[') return list(']', depth, false);
    if (c == '(') return list(')', depth, true);
    if (c == '{') return dictionary(depth);
    if (c == '\'' || c == '"') return string(c);
    if (take_word("True")) return json::value(true);
    if (take_word("False")) return json::value(false);
    if (take_word("None")) return json::value();
    return plain_number();
  }

  std::optional<json::value> plain_number() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (is_digit(text_[at_]) || text_[at_] == '.' || text_[at_] == '-' || text_[at_] == '+')) {
      ++at_;
    }
    return number(text_.substr(begin, at_ - begin));
  }

  std::optional<json::value> string(char quote) {
    json::string value;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        c = text_[++at_];
        if (c == 'n') c = '\n';
        if (c == 't') c = '\t';
        if (c == 'x' || c == 'u') return std::nullopt;
      }
      value.push_back(c);
    }
    if (at_ >= text_.size()) return std::nullopt;
    ++at_;
    return json::value(std::move(value));
  }

  // A tuple without a comma is only a value in parentheses.
  std::optional<json::value> list(char end, std::size_t depth, bool tuple) {
    ++at_;
    json::array all;
    bool comma = false;
    while (!take(end)) {
      if (!all.empty() && !comma) return std::nullopt;
      auto element = one(depth + 1);
      if (!element) return std::nullopt;
      all.push_back(std::move(*element));
      comma = take(',');
    }
    if (tuple && all.size() == 1 && !comma) return std::move(all.front());
    return json::value(std::move(all));
  }

  std::optional<json::value> dictionary(std::size_t depth) {
    ++at_;
    json::object all;
    bool comma = true;
    while (!take('}')) {
      if (!comma) return std::nullopt;
      const auto key = one(depth + 1);
      if (!key || !key->is_string() || !take(':')) return std::nullopt;
      auto element = one(depth + 1);
      if (!element) return std::nullopt;
      all.insert_or_assign(key->get_string(), std::move(*element));
      comma = take(',');
    }
    return json::value(std::move(all));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

json::value native_value(std::string_view text) {
  constexpr std::string_view white = " \t\r\n\f\v";
  const auto begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return json::value("");
  text = text.substr(begin, text.find_last_not_of(white) - begin + 1);
  const auto value = literal_reader(text).whole();
  // Strings keep their quotes: they are text.
  if (!value || value->is_string()) return json::value(text);
  return *value;
}

}  // namespace hassle::mockha
