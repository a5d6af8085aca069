#include "harness/proxy/message_heads.hpp"

#include <charconv>

namespace hassle::harness {

namespace {

/// Walks over JSON without building anything of it.
class walker {
 public:
  explicit walker(std::string_view text) : text_(text) {}

  std::vector<message_head> heads() {
    skip_blanks();
    if (take('[')) {
      while (found_.size() < heads_max && object()) {
        if (!take(',')) break;
      }
    } else {
      object();
    }
    return std::move(found_);
  }

 private:
  void skip_blanks() {
    const auto next = text_.find_first_not_of(" \t\r\n", at_);
    at_ = next == std::string_view::npos ? text_.size() : next;
  }
  bool take(char wanted) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  /// False if it does not end, or is none.
  bool object() {
    if (!take('{')) return false;
    found_.emplace_back();
    if (take('}')) return true;
    do {
      const auto key = word();
      if (!key || !take(':')) return false;
      if (!value(*key)) return false;
    } while (take(','));
    return take('}');
  }

  bool value(std::string_view key) {
    skip_blanks();
    const std::size_t begin = at_;
    if (!skip_value()) return false;
    const std::string_view text = text_.substr(begin, at_ - begin);
    if (key == "type" && text.size() >= 2 && text.front() == '"' && text.size() <= head_word_max) {
      found_.back().type = text.substr(1, text.size() - 2);
    } else if (key == "id") {
      std::uint64_t id = 0;
      const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
      if (ec == std::errc() && end == text.data() + text.size()) found_.back().id = id;
    }
    return true;
  }

  /// A string without its quotes, escapes undecoded.
  std::optional<std::string_view> word() {
    skip_blanks();
    const std::size_t begin = at_;
    if (!skip_string()) return std::nullopt;
    return text_.substr(begin + 1, at_ - begin - 2);
  }

  bool skip_string() {
    if (at_ >= text_.size() || text_[at_] != '"') return false;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return true;
      }
    }
    at_ = text_.size();
    return false;
  }

  bool skip_value() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!skip_string()) return false;
        if (depth == 0) return true;
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) return true;
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<message_head> found_;
};

}  // namespace

std::vector<message_head> message_heads(std::string_view text) { return walker(text).heads(); }

}  // namespace hassle::harness
