// The declarations of the loader as a text for people.
#include "scenarios/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace hassle::scenario {
namespace {

constexpr std::string_view beginning = R"(# Scenario files

A scenario is a TOML file. `hassle validate FILE` checks it, `hassle run FILE` runs it; what is
wrong is told with its line and column, and nothing in a file is ignored. A duration is a number
with a unit, or several of them: `250ms`, `15m`, `1h30m` (d h m s ms us ns).

Where a value is drawn for each run, a distribution may stand in place of a constant:
`{ dist = "uniform", min = "1s", max = "5s" }`, `{ dist = "exponential", mean = "10m" }`,
`{ dist = "lognormal", median = "30s", sigma = 0.5 }`; of integers `uniform` and
`{ dist = "geometric", mean = 2 }`.
)";

/// A cell of a Markdown table: one line, with nothing that ends it.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string code(std::string_view text) {
  return text.empty() ? std::string() : "`" + std::string(text) + "`";
}

std::string fallback_of(const key_description& key) {
  return key.required ? "required" : cell(code(key.fallback));
}

void add_row(const key_description& key, std::string& out) {
  out += fmt::format("| {} | {} | {} | {} |\n", cell(code(key.name)), cell(key.type),
                     fallback_of(key), cell(key.doc));
}

constexpr std::string_view table_head =
    "\n| key | value | default | meaning |\n|---|---|---|---|\n";

bool same(const key_description& a, const key_description& b) {
  return a.name == b.name && a.type == b.type && a.doc == b.doc;
}

/// Keys that look the same in so many kinds are described once for all of them.
constexpr std::ptrdiff_t common_in = 3;

/// [[fault]], whose keys depend on its kind.
class kinds_section {
 public:
  explicit kinds_section(std::vector<const key_description*> keys) : keys_(std::move(keys)) {}

  std::string print() && {
    std::vector<const key_description*> common;
    for (const key_description* key : keys_) {
      if (is_common(*key) && !listed(common, *key)) common.push_back(key);
    }
    out_ += table_head;
    for (const key_description* key : common) {
      key_description shown = *key;
      if (key->name == "kind") shown.type = "one of those below";
      add_row(shown, out_);
    }
    for (const key_description* key : keys_) {
      if (kinds_.empty() || kinds_.back() != key->kind) kinds_.push_back(key->kind);
    }
    for (const std::string& kind : kinds_) add_kind(kind);
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_common(const key_description& key) const {
    return std::ranges::count_if(keys_, [&](const auto* each) { return same(*each, key); }) >=
           common_in;
  }
  static bool listed(const std::vector<const key_description*>& all, const key_description& key) {
    return std::ranges::any_of(all, [&](const auto* each) { return same(*each, key); });
  }

  void add_kind(const std::string& kind) {
    std::vector<std::string> also;
    std::string own;
    std::string doc;
    for (const key_description* key : keys_) {
      if (key->kind != kind) continue;
      if (doc.empty()) doc = key->table_doc;
      if (!is_common(*key)) {
        add_row(*key, own);
      } else if (!everywhere(*key)) {
        also.push_back(code(key->name));
      }
    }
    out_ += fmt::format("\n### `{}`\n\n{}", kind, doc);
    if (!also.empty()) out_ += fmt::format(" Also takes {}.", fmt::join(also, ", "));
    out_ += '\n';
    if (!own.empty()) out_ += std::string(table_head) + own;
  }

  /// Told once, above: nothing to repeat for each kind.
  [[nodiscard]] bool everywhere(const key_description& key) const {
    return std::ranges::count_if(keys_, [&](const auto* each) { return same(*each, key); }) ==
           static_cast<std::ptrdiff_t>(kinds_.size());
  }

  std::vector<const key_description*> keys_;
  std::vector<std::string> kinds_;
  std::string out_;
};

std::string table_section(const std::vector<const key_description*>& keys) {
  std::string out(table_head);
  for (const key_description* key : keys) add_row(*key, out);
  return out;
}

/// Of [[fault.occurrence]] and its like: the kinds differ in few keys.
std::string inner_kinds_section(const std::vector<const key_description*>& keys) {
  std::string out(table_head);
  std::vector<const key_description*> told;
  for (const key_description* key : keys) {
    const auto is_same = [&](const auto* each) { return same(*each, *key); };
    if (std::ranges::any_of(told, is_same)) continue;
    told.push_back(key);
    key_description shown = *key;
    std::vector<std::string> kinds;
    for (const key_description* each : keys) {
      if (is_same(each)) kinds.push_back(code(each->kind));
    }
    if (kinds.size() <= 3) shown.doc += fmt::format(" (Of {}.)", fmt::join(kinds, ", "));
    shown.fallback.clear();
    add_row(shown, out);
  }
  return out;
}

}  // namespace

std::string scenario_reference() {
  const std::vector<key_description> all = scenario_keys();
  std::vector<std::string> order;
  std::map<std::string, std::vector<const key_description*>> tables;
  for (const key_description& key : all) {
    auto& keys = tables[key.table];
    if (keys.empty()) order.push_back(key.table);
    keys.push_back(&key);
  }
  std::string out(beginning);
  for (const std::string& name : order) {
    const auto& keys = tables[name];
    const key_description& first = *keys.front();
    const bool has_kinds = !first.kind.empty();
    if (name.empty()) {
      out += "\n## The file\n";
    } else {
      out += first.repeated ? "\n## `[[" + name + "]]`\n" : "\n## `[" + name + "]`\n";
    }
    const bool is_inner = name.find('.') != std::string::npos;
    if (has_kinds && !is_inner) {
      out +=
          "\nSomething that goes wrong. Which keys it has depends on its `kind`; those that many "
          "kinds have come first.\n";
      out += kinds_section(keys).print();
    } else {
      out += "\n" + first.table_doc + "\n";
      out += has_kinds ? inner_kinds_section(keys) : table_section(keys);
    }
  }
  return out;
}

}  // namespace hassle::scenario
