#include "reports/measurement_file.hpp"

#include "reports/journal_file.hpp"
#include "reports/json_node.hpp"
#include "reports/measurement_members.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

namespace hassle::reports {
namespace {

// Appends values as JSON. What is long has a line for each of its elements.
class writer_of_values {
 public:
  explicit writer_of_values(std::string& out) : out_(out) {}

  void value(bool of) { out_ += of ? "true" : "false"; }
  void value(std::integral auto of) { fmt::format_to(std::back_inserter(out_), "{}", of); }
  void value(double of) { fmt::format_to(std::back_inserter(out_), "\"{}\"", of); }
  void value(std::chrono::nanoseconds of) { value(of.count()); }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void value(Enum of) {
    value(static_cast<unsigned>(of));
  }
  void value(std::string_view of) {
    if (is_utf8(of)) return append_json_string(out_, of);
    out_ += R"({"hex":")";
    for (const char c : of) {
      fmt::format_to(std::back_inserter(out_), "{:02x}", static_cast<unsigned char>(c));
    }
    out_ += "\"}";
  }
  void value(const std::string& of) { value(std::string_view(of)); }
  template <class T>
  void value(const std::optional<T>& of) {
    if (of) {
      value(*of);
    } else {
      out_ += "null";
    }
  }
  template <class A, class B>
  void value(const std::pair<A, B>& of) {
    out_ += '[';
    value(of.first);
    out_ += ',';
    value(of.second);
    out_ += ']';
  }
  template <class T>
  void value(const std::vector<T>& of) {
    all(of, std::is_class_v<T> && !std::same_as<T, std::string> &&
                !std::same_as<T, std::chrono::nanoseconds>);
  }
  template <class T, std::size_t Size>
  void value(const std::array<T, Size>& of) {
    all(of, false);
  }
  template <class K, class V, class Less>
  void value(const std::map<K, V, Less>& of) {
    all(of, false);
  }
  // In its own format, whose reader says what is wrong with it.
  void value(const journal& of) {
    std::ostringstream text;
    write_journal(text, {}, of, {});
    value(std::move(text).str());
  }
  template <class Struct>
    requires requires(const Struct& of) { members(of, [](std::string_view, const auto&) {}); }
  void value(const Struct& of) {
    char before = '{';
    members(of, [&](std::string_view name, const auto& member) {
      out_ += std::exchange(before, ',');
      append_json_string(out_, name);
      out_ += ':';
      value(member);
    });
    out_ += '}';
  }

 private:
  void all(const auto& elements, bool on_lines) {
    out_ += '[';
    bool first = true;
    for (const auto& each : elements) {
      if (!std::exchange(first, false)) out_ += ',';
      if (on_lines) out_ += '\n';
      value(each);
    }
    out_ += ']';
  }

  std::string& out_;
};

std::string bytes_of(const json_node& hex) {
  const std::string digits = hex.text();
  if (digits.size() % 2 != 0) hex.wrong("is not an even number of digits");
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    unsigned byte = 0;
    const char* const begin = digits.data() + i;
    const auto [end, failed] = std::from_chars(begin, begin + 2, byte, 16);
    if (failed != std::errc{} || end != begin + 2) hex.wrong("is not hexadecimal");
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

// How many enumerators there are.
constexpr unsigned size_of(wanted_verdict) { return 3; }
constexpr unsigned size_of(report_kind) { return 4; }
constexpr unsigned size_of(baseline) { return 3; }
constexpr unsigned size_of(wire_kind) { return wire_kind_count; }

// Fills in what the writer wrote.
class reader_of_values {
 public:
  static void value(const json_node& from, bool& into) { into = from.boolean(); }
  template <std::integral Integer>
  static void value(const json_node& from, Integer& into) {
    into = from.integer<Integer>();
  }
  static void value(const json_node& from, double& into) {
    const std::string digits = from.text();
    const char* const last = digits.data() + digits.size();
    const auto [end, failed] = std::from_chars(digits.data(), last, into);
    if (failed != std::errc{} || end != last) from.wrong("is not a number");
  }
  static void value(const json_node& from, std::chrono::nanoseconds& into) {
    into = std::chrono::nanoseconds(from.integer<std::int64_t>());
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  static void value(const json_node& from, Enum& into) {
    const auto number = from.integer<unsigned>();
    if (number >= size_of(Enum{})) from.wrong("is none of the values that there are");
    into = static_cast<Enum>(number);
  }
  static void value(const json_node& from, std::string& into) {
    into = from.value().is_object() ? bytes_of(from.at("hex")) : from.text();
  }
  // Names of oracles, which live for ever.
  static void value(const json_node& from, std::string_view& into) {
    const auto all = reports::oracles();
    const std::string name = from.text();
    const auto found = std::ranges::find(all, name, &oracle_description::name);
    if (found == all.end()) from.wrong("is no oracle");
    into = found->name;
  }
  template <class T>
  static void value(const json_node& from, std::optional<T>& into) {
    into.reset();
    if (!from.is_null()) value(from, into.emplace());
  }
  template <class A, class B>
  static void value(const json_node& from, std::pair<A, B>& into) {
    if (from.array().size() != 2) from.wrong("is not a pair");
    value(from.at(0), into.first);
    value(from.at(1), into.second);
  }
  template <class T>
  static void value(const json_node& from, std::vector<T>& into) {
    const std::size_t size = from.array().size();
    into.clear();
    into.reserve(size);
    for (std::size_t i = 0; i < size; ++i) value(from.at(i), into.emplace_back());
  }
  template <class T, std::size_t Size>
  static void value(const json_node& from, std::array<T, Size>& into) {
    if (from.array().size() != Size) from.wrong(fmt::format("has not {} values", Size));
    for (std::size_t i = 0; i < Size; ++i) value(from.at(i), into[i]);
  }
  template <class K, class V, class Less>
  static void value(const json_node& from, std::map<K, V, Less>& into) {
    into.clear();
    for (std::size_t i = 0; i < from.array().size(); ++i) {
      std::pair<K, V> each;
      value(from.at(i), each);
      into.insert(std::move(each));
    }
  }
  static void value(const json_node& from, journal& into) {
    std::istringstream lines(from.text());
    auto saved = read_journal(lines, "journal");
    if (!saved) from.wrong(saved.error().text());
    into = std::move(saved->events);
  }
  template <class Struct>
    requires requires(Struct& into) { members(into, [](std::string_view, auto&) {}); }
  static void value(const json_node& from, Struct& into) {
    members(into, [&](std::string_view name, auto& member) { value(from.at(name), member); });
  }
};

measurement measurement_of(const json_node& document, std::string_view version) {
  const int schema = document.at("hassle_measurement").integer<int>();
  const json_node content = document.at("measurement");
  const std::string tool = content.at("tool_version").text();
  if (schema != measurement_schema || tool != version) {
    throw wrong_json({}, fmt::format("was written by hassle {}; this is {}", tool, version));
  }
  measurement m;
  reader_of_values::value(content, m);
  return m;
}

}  // namespace

std::string write_measurement(const measurement& m) {
  std::string out = fmt::format("{{\"hassle_measurement\":{},\"measurement\":", measurement_schema);
  writer_of_values(out).value(m);
  return out + "}\n";
}

std::expected<measurement, std::string> read_measurement(std::string_view text,
                                                         std::string_view name,
                                                         std::string_view version) {
  const auto wrong = [&](std::string_view what) {
    return std::unexpected(fmt::format("{}: {}", printable(name), printable(what)));
  };
  boost::system::error_code failed;
  const boost::json::value document = boost::json::parse({text.data(), text.size()}, failed);
  if (failed) return wrong(fmt::format("is not JSON: {}", failed.message()));
  try {
    return measurement_of(json_node(document), version);
  } catch (const wrong_json& error) {
    return wrong(error.what());
  }
}

}  // namespace hassle::reports
