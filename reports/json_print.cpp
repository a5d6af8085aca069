#include "reports/json_print.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace hassle::reports {
namespace {

namespace json = boost::json;

// Boost.JSON itself writes 0.15 as 1.5E-1, and all in one line.
class json_printer {
 public:
  std::string print(const json::value& value) && {
    append(value, 0);
    out_ += '\n';
    return std::move(out_);
  }

 private:
  static bool is_flat(const json::value& value) {
    const auto scalar = [](const json::value& v) { return !v.is_structured(); };
    if (const json::array* array = value.if_array()) return std::ranges::all_of(*array, scalar);
    return std::ranges::all_of(value.get_object(),
                               [&](const auto& member) { return scalar(member.value()); });
  }

  void append(const json::value& value, std::size_t depth) {
    switch (value.kind()) {
      case json::kind::null:
        out_ += "null";
        return;
      case json::kind::bool_:
        out_ += value.get_bool() ? "true" : "false";
        return;
      case json::kind::int64:
        append_number(value.get_int64());
        return;
      case json::kind::uint64:
        append_number(value.get_uint64());
        return;
      case json::kind::double_:
        // JSON has no word for a number that is none.
        if (std::isfinite(value.get_double())) {
          append_number(value.get_double());
        } else {
          out_ += "null";
        }
        return;
      case json::kind::string:
        append_json_string(out_, value.get_string());
        return;
      case json::kind::array:
        append_members(value, '[', ']', depth);
        return;
      case json::kind::object:
        append_members(value, '{', '}', depth);
        return;
    }
  }

  void append_number(auto number) { fmt::format_to(std::back_inserter(out_), "{}", number); }

  void append_members(const json::value& value, char open, char close, std::size_t depth) {
    const bool flat = is_flat(value);
    bool first = true;
    const auto next_member = [&] {
      if (!std::exchange(first, false)) out_ += flat ? ", " : ",";
      if (!flat) out_.append(1, '\n').append(2 * (depth + 1), ' ');
    };
    out_ += open;
    if (const json::array* array = value.if_array()) {
      for (const json::value& element : *array) {
        next_member();
        append(element, depth + 1);
      }
    } else {
      for (const auto& member : value.get_object()) {
        next_member();
        append_json_string(out_, member.key());
        out_ += ": ";
        append(member.value(), depth + 1);
      }
    }
    if (!flat) out_.append(1, '\n').append(2 * depth, ' ');
    out_ += close;
  }

  std::string out_;
};

}  // namespace

std::string print_json(const json::value& value) { return json_printer().print(value); }

}  // namespace hassle::reports
