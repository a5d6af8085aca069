#include "scenarios/document.hpp"

#include "scenarios/text_check.hpp"

#include <hassle/text/file.hpp>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>

namespace hassle::scenario {
namespace {

source_position position(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

value convert(const toml::node& node);

void convert_children(const toml::table& table, value& result) {
  result.what = value::kind::table;
  result.entries.reserve(table.size());
  for (const auto& [key, node] : table) {
    result.entries.push_back({std::string(key.str()), position(key.source()), convert(node)});
  }
  // The parser sorts by name; errors, and lists written as tables, follow the file.
  std::sort(result.entries.begin(), result.entries.end(),
            [](const entry& a, const entry& b) { return a.where < b.where; });
}

/// Recursion is bounded: `find_deep_nesting` has seen the text.
value convert(const toml::node& node) {
  value result;
  result.where = position(node.source());
  switch (node.type()) {
    case toml::node_type::string:
      result.what = value::kind::text;
      result.text = node.as_string()->get();
      break;
    case toml::node_type::integer:
      result.what = value::kind::integer;
      result.integer = node.as_integer()->get();
      result.number = static_cast<double>(result.integer);
      break;
    case toml::node_type::floating_point:
      result.what = value::kind::number;
      result.number = node.as_floating_point()->get();
      break;
    case toml::node_type::boolean:
      result.what = value::kind::flag;
      result.flag = node.as_boolean()->get();
      break;
    case toml::node_type::array:
      result.what = value::kind::array;
      for (const toml::node& item : *node.as_array()) {
        result.items.push_back(convert(item));
      }
      break;
    case toml::node_type::table:
      convert_children(*node.as_table(), result);
      break;
    case toml::node_type::none:
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      result.what = value::kind::time;
      break;
  }
  return result;
}

/// The parser quotes what it met, which may hold a line break or worse.
std::string one_line(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  return result;
}

std::unexpected<input_error> fail(std::string_view file, source_position where, std::string message,
                                  std::string hint) {
  return std::unexpected(
      input_error{std::string(file), where, std::move(message), std::move(hint)});
}

}  // namespace

const value* value::find(std::string_view key) const noexcept {
  for (const entry& e : entries) {
    if (e.key == key) {
      return &e.content;
    }
  }
  return nullptr;
}

std::string_view value::kind_name() const noexcept {
  switch (what) {
    case kind::text:
      return "a string";
    case kind::integer:
      return "an integer";
    case kind::number:
      return "a number";
    case kind::flag:
      return "a boolean";
    case kind::time:
      return "a date or time";
    case kind::array:
      return "an array";
    case kind::table:
      return "a table";
  }
  return "nothing";
}

void problems::add(source_position where, std::string message, std::string hint) {
  found_.push_back({files_.at(where.file), where, std::move(message), std::move(hint)});
}

void problems::add(source_position where, complaint what) {
  add(where, std::move(what.message), std::move(what.hint));
}

void problems::absorb(problems part) {
  std::move(part.found_.begin(), part.found_.end(), std::back_inserter(found_));
}

std::vector<input_error> problems::take() {
  // Of equal positions, what was found first comes first. (libstdc++ 12 sorts stably by means of
  // what it deprecates itself.)
  std::vector<std::size_t> order(found_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return std::tie(found_[a].where, a) < std::tie(found_[b].where, b);
  });
  std::vector<input_error> sorted;
  sorted.reserve(order.size());
  for (const std::size_t index : order) {
    sorted.push_back(std::move(found_[index]));
  }
  found_.clear();
  return sorted;
}

std::expected<value, input_error> parse_document(std::string_view text, std::string_view file) {
  if (const auto offset = find_binary(text)) {
    return fail(file, position_of(text, *offset),
                text[*offset] == '\0' ? "not a text file: it holds a NUL byte"
                                      : "not a text file: it is not UTF-8",
                "expected TOML");
  }
  if (const auto offset = find_deep_nesting(text, nesting_max)) {
    return fail(file, position_of(text, *offset),
                fmt::format("nested deeper than {} levels", nesting_max), "");
  }
  try {
    const toml::table root = toml::parse(text);
    if (root.empty()) {
      return fail(file, {}, "the file is empty", "it begins with: schema = 1");
    }
    value result;
    convert_children(root, result);
    return result;
  } catch (const toml::parse_error& e) {
    return fail(file, position(e.source()), one_line(e.description()), "");
  }
}

std::expected<std::string, input_error> read_text_file(const std::filesystem::path& file,
                                                       std::size_t bytes_max) {
  auto text = text::read_text_file(file, bytes_max);
  if (text) return *std::move(text);
  return fail(file.string(), {}, std::move(text.error().message), std::move(text.error().hint));
}

}  // namespace hassle::scenario
