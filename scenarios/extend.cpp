#include "scenarios/extend.hpp"

#include "scenarios/form.hpp"
#include "scenarios/library.hpp"
#include "scenarios/override.hpp"
#include "scenarios/table_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace hassle::scenario {
namespace {

using errors = std::vector<input_error>;

/// Every position says which text it is in. Recursion is bounded by `nesting_max`.
void name_file(value& v, std::uint32_t file) {
  v.where.file = file;
  for (value& item : v.items) {
    name_file(item, file);
  }
  for (entry& e : v.entries) {
    e.where.file = file;
    name_file(e.content, file);
  }
}

std::string join(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

bool is_table(const value& v) { return v.what == value::kind::table; }

/// Another kind has other keys: such a fault is not changed but replaced.
bool changes_kind(const value& base, const value& change) {
  const value* const was = base.find("kind");
  const value* const is = change.find("kind");
  return was != nullptr && is != nullptr && was->text != is->text;
}

/// [[fault]] and the like: what has a name that is known changes the one of that name.
void merge_named(value& base, value change, const std::string& path) {
  if (change.items.empty()) {
    base = std::move(change);
    return;
  }
  std::map<std::string, std::size_t> known;
  const std::vector<std::string> names = names_of_tables(base);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].empty()) known.try_emplace(names[i], i);
  }
  for (value& item : change.items) {
    const value* const name = item.find("name");
    const auto found = name == nullptr ? known.end() : known.find(name->text);
    if (found == known.end() || !is_table(item) || !is_table(base.items[found->second])) {
      base.items.push_back(std::move(item));
      continue;
    }
    value& changed = base.items[found->second];
    if (changes_kind(changed, item)) {
      changed = std::move(item);
    } else {
      merge_tables(changed, std::move(item), path);
    }
  }
}

void merge_entry(value& base, entry change, const std::string& path) {
  for (const std::string_view other : alternatives(path, change.key)) {
    std::erase_if(base.entries, [other](const entry& e) { return e.key == other; });
  }
  const auto found = std::ranges::find(base.entries, change.key, &entry::key);
  if (found == base.entries.end()) {
    base.entries.push_back(std::move(change));
    return;
  }
  const std::string inner = join(path, change.key);
  const key_role role = role_of(inner);
  const bool both_arrays =
      found->content.what == value::kind::array && change.content.what == value::kind::array;
  if (role == key_role::table && is_table(found->content) && is_table(change.content)) {
    merge_tables(found->content, std::move(change.content), inner);
  } else if (role == key_role::named_tables && both_arrays) {
    merge_named(found->content, std::move(change.content), inner);
  } else {
    *found = std::move(change);
  }
}

class assembler {
 public:
  explicit assembler(const parse_options& options) : options_(options) {}

  std::expected<value, errors> read(const source_text& from) {
    const auto file = static_cast<std::uint32_t>(files_.size());
    files_.push_back(from.file);
    auto parsed = parse_document(from.text, from.file);
    if (!parsed) {
      return std::unexpected(errors{std::move(parsed.error())});
    }
    value own = *std::move(parsed);
    name_file(own, file);
    const auto extends = std::ranges::find(own.entries, "extends", &entry::key);
    if (extends == own.entries.end()) {
      return own;
    }
    const value named = std::move(extends->content);
    own.entries.erase(extends);
    auto base = read_base(named, from);
    if (!base) {
      return base;
    }
    merge_tables(*base, std::move(own), "");
    return base;
  }

  assembled_document finish(value root) && { return {std::move(root), std::move(files_)}; }

 private:
  std::expected<value, errors> read_base(const value& named, const source_text& from) {
    const auto fail = [&](std::string message, std::string hint) {
      problems out(files_);
      site{"extends", out}.complain(named.where, message, std::move(hint));
      return std::unexpected(out.take());
    };
    if (named.what != value::kind::text || named.text.empty()) {
      return fail("expected the name or the path of a scenario",
                  "write extends = \"lee-day\" or extends = \"./mine.toml\"");
    }
    auto base =
        options_.find_base ? options_.find_base(named.text, from) : find_base(named.text, from);
    if (!base) {
      return fail(std::move(base.error().message), std::move(base.error().hint));
    }
    chain_.push_back(from.file);
    if (const auto again = std::ranges::find(chain_, base->file); again != chain_.end()) {
      return fail(
          fmt::format("a circle: {} -> {}", fmt::join(again, chain_.end(), " -> "), base->file),
          "one of them must extend nothing");
    }
    if (chain_.size() > extends_max) {
      return fail(fmt::format("more than {} levels", extends_max), "extend something nearer");
    }
    return read(*base);
  }

  const parse_options& options_;
  std::vector<std::string> files_;
  std::vector<std::string> chain_;  ///< The texts that led here.
};

}  // namespace

void merge_tables(value& base, value change, const std::string& path) {
  base.where = change.where;
  for (entry& e : change.entries) {
    merge_entry(base, std::move(e), path);
  }
}

std::expected<assembled_document, errors> assemble(source_text from, const parse_options& options) {
  assembler all(options);
  auto root = all.read(from);
  if (!root) {
    return std::unexpected(std::move(root.error()));
  }
  assembled_document result = std::move(all).finish(*std::move(root));
  if (!options.changes.empty()) {
    const auto file = static_cast<std::uint32_t>(result.files.size());
    result.files.emplace_back("--set");
    problems found(result.files);
    make_changes(result.root, options.changes, file, found);
    if (!found.empty()) {
      return std::unexpected(found.take());
    }
  }
  return result;
}

}  // namespace hassle::scenario
