// How the limits of faults are written.
#include "scenarios/fault_declarations.hpp"

#include <algorithm>
#include <array>

namespace hassle::scenario {
namespace {

constexpr std::size_t pattern_length_max = 256;
constexpr std::uint32_t number_max = 1'000'000;

const table_rules<fault_trigger>& trigger_rules() {
  static const auto all = [] {
    const auto count = an_integer<std::uint32_t>(1, number_max);
    table_rules<fault_trigger> t("What a fault waits for.");
    t.key("command", &fault_trigger::command, a_pattern(), "A command that matches.",
          need::optional, [](const fault_trigger& f) { return !f.command.empty(); })
        .key("count", &fault_trigger::count, count, "So many of them.", need::optional,
             [](const fault_trigger& f) { return !f.command.empty() && f.count != 1; })
        .key("connections", &fault_trigger::connections, count, "So many connections.",
             need::optional, [](const fault_trigger& f) { return f.connections != 0; })
        .key("fault", &fault_trigger::fault, a_line(), "The end of the fault of this name.",
             need::optional, [](const fault_trigger& f) { return !f.fault.empty(); })
        .check([](const value& table, fault_trigger&, problems& out) {
          const int given = (table.find("command") != nullptr) +
                            (table.find("connections") != nullptr) +
                            (table.find("fault") != nullptr);
          const value* const times = table.find("count");
          // With a key that is not known, there is already something to correct.
          const bool nothing = table.entries.size() == (times != nullptr ? 1U : 0U);
          if (given > 1 || nothing) {
            out.add(table.where, "after: exactly one of 'command', 'connections' and 'fault'",
                    "{ command = \"subscribe_*\", count = 3 }");
          }
          if (times != nullptr && table.find("command") == nullptr) {
            out.add(times->where, "'count' has no effect without 'command'");
          }
        });
    return t;
  }();
  return all;
}

/// The keys of a table as an inline one.
std::string inline_table(std::string lines) {
  while (lines.ends_with('\n')) {
    lines.pop_back();
  }
  std::string result;
  for (const char c : lines) {
    c == '\n' ? result += ", " : result += c;
  }
  return "{ " + result + " }";
}

}  // namespace

form<std::string> a_pattern() {
  return {"pattern with * and ?",
          [](const value& v, const site& at) -> std::optional<std::string> {
            auto text = a_line().read(v, at);
            if (text && text->size() > pattern_length_max) {
              at.complain(v.where, fmt::format("longer than {} characters", pattern_length_max));
              return std::nullopt;
            }
            return text;
          },
          toml_string, a_line().shape};
}

form<std::vector<std::uint32_t>> connection_numbers() {
  using numbers = std::vector<std::uint32_t>;
  const auto one = an_integer<std::uint32_t>(1, number_max);
  const auto list = a_list(one, zero::refused);
  return {"\"next\", a number from 1, or an array of them",
          [one, list](const value& v, const site& at) -> std::optional<numbers> {
            if (v.what == value::kind::text && v.text == "next") {
              return numbers{1};
            }
            if (v.what == value::kind::text) {
              at.complain(v.where, "unknown word " + in_quotes(v.text), "\"next\" or a number");
              return std::nullopt;
            }
            if (v.what != value::kind::array) {
              const auto number = one.read(v, at);
              return number ? std::optional(numbers{*number}) : std::nullopt;
            }
            auto all = list.read(v, at);
            if (all) {
              std::sort(all->begin(), all->end());
              all->erase(std::unique(all->begin(), all->end()), all->end());
            }
            return all;
          },
          [one, list](const numbers& all) {
            return all.size() == 1 ? one.write(all.front()) : list.write(all);
          },
          any_shape({word_shape(std::array<std::string_view, 1>{"next"}), one.shape, list.shape})};
}

form<fault_trigger> a_trigger() {
  std::vector<key_description> keys;
  trigger_rules().describe("", keys);
  return {"table of command and count, or of connections, or of fault",
          [](const value& v, const site& at) -> std::optional<fault_trigger> {
            if (v.what != value::kind::table) {
              at.expected("a table such as { command = \"subscribe_*\", count = 3 }", v);
              return std::nullopt;
            }
            fault_trigger result;
            trigger_rules().read(v, result, at.out);
            return result;
          },
          [](const fault_trigger& t) {
            std::string lines;
            trigger_rules().write(t, "", lines);
            return inline_table(std::move(lines));
          },
          table_shape(std::move(keys))};
}

form<std::map<std::string, std::string>> texts_by_name() {
  using texts = std::map<std::string, std::string>;
  value_shape shape = table_shape({});
  shape.parts.push_back(text_shape());
  return {"table of strings",
          [](const value& v, const site& at) -> std::optional<texts> {
            if (v.what != value::kind::table) {
              at.expected("a table", v);
              return std::nullopt;
            }
            texts result;
            for (const entry& e : v.entries) {
              if (auto text = a_text().read(e.content, at)) {
                result[e.key] = std::move(*text);
              }
            }
            return result;
          },
          [](const texts& all) {
            std::string result;
            for (const auto& [name, text] : all) {
              result += fmt::format("{}{} = {}", result.empty() ? "" : ", ", toml_string(name),
                                    toml_string(text));
            }
            return "{ " + result + " }";
          },
          std::move(shape)};
}

}  // namespace hassle::scenario
