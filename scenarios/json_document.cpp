// JSON as a document of the loader: the library says whether the text is right and what its
// strings and numbers are; only the places are counted here.
#include "scenarios/document.hpp"
#include "scenarios/rules.hpp"
#include "scenarios/text_check.hpp"

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>

#include <set>

namespace hassle::scenario {
namespace {

namespace json = boost::json;

constexpr std::string_view file_name = "fault";
constexpr std::size_t json_bytes_max = std::size_t{64} << 10U;

/// Where a text stops being JSON, if it does. Deep nesting is not allowed either.
std::optional<std::pair<std::size_t, std::string>> find_flaw(std::string_view text) {
  json::stream_parser parser({}, json::parse_options{.max_depth = nesting_max});
  json::error_code ec;
  const std::size_t read = parser.write_some(text.data(), text.size(), ec);
  if (!ec && read == text.size()) {
    parser.finish(ec);
  } else if (!ec) {
    return std::pair(read, std::string("something follows the object"));
  }
  return ec ? std::optional(std::pair(read, ec.message())) : std::nullopt;
}

/// Walks a text that is known to be JSON.
class walker {
 public:
  walker(std::string_view text, problems& out) : text_(text), out_(out) {}

  value read() {
    skip_blanks();
    value result;
    result.where = position_of(text_, at_);
    switch (text_[at_]) {
      case '{':
        read_object(result);
        break;
      case '[':
        read_array(result);
        break;
      default:
        read_scalar(result);
    }
    return result;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  /// Behind the next of two characters, of which the second ends the list.
  bool more(char end) {
    skip_blanks();
    const bool ended = text_[at_] == end;
    ++at_;
    return !ended;
  }
  bool empty(char end) {
    ++at_;
    skip_blanks();
    if (text_[at_] != end) {
      return false;
    }
    ++at_;
    return true;
  }

  std::string_view slice() {
    const std::size_t begin = at_;
    if (text_[at_] == '"') {
      for (++at_; text_[at_] != '"'; ++at_) {
        at_ += text_[at_] == '\\' ? 1 : 0;
      }
      ++at_;
    } else {
      at_ = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
    }
    return text_.substr(begin, at_ - begin);
  }

  void read_object(value& result) {
    result.what = value::kind::table;
    if (empty('}')) {
      return;
    }
    std::set<std::string> seen;
    do {
      skip_blanks();
      const source_position where = position_of(text_, at_);
      std::string key(json::parse(slice()).as_string());
      skip_blanks();
      ++at_;  // The colon.
      if (!seen.insert(key).second) {
        out_.add(where, "second key " + in_quotes(key), "leave one of them out");
      }
      value content = read();
      result.entries.push_back({std::move(key), where, std::move(content)});
    } while (more('}'));
  }

  void read_array(value& result) {
    result.what = value::kind::array;
    if (empty(']')) {
      return;
    }
    do {
      result.items.push_back(read());
    } while (more(']'));
  }

  void read_scalar(value& result) {
    const json::value scalar = json::parse(slice());
    if (const auto* text = scalar.if_string()) {
      result.what = value::kind::text;
      result.text = *text;
    } else if (const auto* flag = scalar.if_bool()) {
      result.what = value::kind::flag;
      result.flag = *flag;
    } else if (const auto* integer = scalar.if_int64()) {
      result.what = value::kind::integer;
      result.integer = *integer;
      result.number = static_cast<double>(*integer);
    } else if (scalar.is_number()) {
      result.what = value::kind::number;
      result.number = scalar.to_number<double>();
    } else {
      // TOML has no null, and the rules know no such thing.
      out_.add(result.where, "null means nothing here", "leave the key out");
      result.what = value::kind::time;
    }
  }

  std::string_view text_;
  problems& out_;
  std::size_t at_ = 0;
};

}  // namespace

std::expected<fault, std::vector<input_error>> parse_fault_json(std::string_view json) {
  problems found(file_name);
  fault result;
  if (json.size() > json_bytes_max) {
    found.add({}, fmt::format("larger than {} bytes", json_bytes_max));
  } else if (const auto binary = find_binary(json)) {
    found.add(position_of(json, *binary), "not a text: it is not UTF-8");
  } else if (const auto flaw = find_flaw(json)) {
    found.add(position_of(json, flaw->first), "not JSON: " + flaw->second);
  } else {
    const value document = walker(json, found).read();
    if (document.what != value::kind::table) {
      found.add(document.where, "expected an object, found " + std::string(document.kind_name()));
    } else {
      read_fault_by_hand(document, result, found);
    }
  }
  if (!found.empty()) {
    return std::unexpected(found.take());
  }
  return result;
}

}  // namespace hassle::scenario
