#include "scenarios/override.hpp"

#include "scenarios/library.hpp"
#include "scenarios/table_names.hpp"
#include "scenarios/text_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace hassle::scenario {
namespace {

struct path_part {
  std::string key;
  source_position where;
};

/// One change, as far as it has been read.
class change {
 public:
  change(std::string_view text, std::uint32_t number, std::uint32_t file, problems& out)
      : text_(text), number_(number), file_(file), out_(out) {}

  void make(value& root) {
    if (text_.size() > change_length_max) {
      complain(0, fmt::format("longer than {} bytes", change_length_max), "");
      return;
    }
    if (const auto binary = find_binary(text_)) {
      complain(0, "not a text: it is not UTF-8", "");
      return;
    }
    const auto path = read_path();
    if (!path) return;
    const auto content = read_value();
    if (!content) return;
    if (path->front().key == "extends") {
      complain(path->front().where, "'extends' can only be given in a file", "");
      return;
    }
    walk(root, *path, *content);
  }

 private:
  [[nodiscard]] source_position place(std::size_t offset) const {
    return {number_, position_of(text_, offset).column, file_};
  }
  void complain(source_position where, std::string message, std::string hint) {
    out_.add(where, std::move(message), std::move(hint));
  }
  void complain(std::size_t offset, std::string message, std::string hint) {
    complain(place(offset), std::move(message), std::move(hint));
  }

  /// "fault.'my fault'.at=": up to and with the '='.
  std::optional<std::vector<path_part>> read_path() {
    std::vector<path_part> path;
    for (;;) {
      auto part = read_part();
      if (!part) return std::nullopt;
      path.push_back(*std::move(part));
      if (path.size() > nesting_max) {
        complain(at_, fmt::format("a path of more than {} parts", nesting_max), "");
        return std::nullopt;
      }
      const char next = at_ < text_.size() ? text_[at_] : '\0';
      if (next == '.') {
        ++at_;
        continue;
      }
      if (next == '=') {
        ++at_;
        return path;
      }
      complain(at_, "expected '.' or '='", "network.latency=200ms");
      return std::nullopt;
    }
  }

  std::optional<path_part> read_part() {
    const std::size_t begin = at_;
    if (begin < text_.size() && (text_[begin] == '"' || text_[begin] == '\'')) {
      const std::size_t end = text_.find(text_[begin], begin + 1);
      if (end == std::string_view::npos) {
        complain(begin, "a quote without an end", "");
        return std::nullopt;
      }
      at_ = end + 1;
      return path_part{std::string(text_.substr(begin + 1, end - begin - 1)), place(begin)};
    }
    at_ = std::min(text_.find_first_of(".=", begin), text_.size());
    std::string_view key = text_.substr(begin, at_ - begin);
    while (key.ends_with(' ')) key.remove_suffix(1);
    if (key.empty()) {
      complain(begin, at_ == text_.size() ? "no '=' and no value" : "no name",
               "network.latency=200ms");
      return std::nullopt;
    }
    return path_part{std::string(key), place(begin)};
  }

  /// TOML if it is, else a word.
  std::optional<value> read_value() {
    const std::string_view text = text_.substr(at_);
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) {
      complain(at_, "no value", "network.latency=200ms");
      return std::nullopt;
    }
    at_ += first;
    constexpr std::string_view key = "v = ";
    auto parsed = parse_document(std::string(key) + std::string(text_.substr(at_)), "--set");
    if (parsed && parsed->entries.size() == 1 && is_plain(parsed->entries.front())) {
      value content = std::move(parsed->entries.front().content);
      move(content, key.size());
      return content;
    }
    if (const char quote = text_[at_];
        quote == '"' || quote == '\'' || quote == '[' || quote == '{') {
      complain(at_, parsed ? "more than one value" : parsed.error().message, "");
      return std::nullopt;
    }
    value word;
    word.what = value::kind::text;
    word.text = text_.substr(at_);
    word.where = place(at_);
    return word;
  }

  static bool is_plain(const entry& e) { return e.key == "v"; }

  /// From where it stands behind "v = " to where it stands in the change.
  void move(value& v, std::size_t shift) {
    const auto moved = [&](source_position where) -> source_position {
      const source_position begin = place(at_);
      const bool first_line = where.line == 1 && where.column > shift;
      const auto more = first_line ? where.column - static_cast<std::uint32_t>(shift) - 1 : 0;
      return {number_, begin.column + more, file_};
    };
    v.where = moved(v.where);
    for (value& item : v.items) move(item, shift);
    for (entry& e : v.entries) {
      e.where = moved(e.where);
      move(e.content, shift);
    }
  }

  void walk(value& root, const std::vector<path_part>& path, const value& content) {
    value* table = &root;
    std::string name;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      const std::string inner = name.empty() ? path[i].key : name + "." + path[i].key;
      value* const next = enter(*table, path[i], inner);
      if (next == nullptr) return;
      if (next->what == value::kind::table) {
        table = next;
        name = inner;
        continue;
      }
      ++i;
      table = select(*next, path[i], path[i - 1].key, i + 1 < path.size());
      if (table == nullptr) return;
      name = inner;
    }
    put(*table, path.back(), name, content);
  }

  /// What a key of a table holds, to go further inside: a table, or an array of tables.
  value* enter(value& table, const path_part& part, const std::string& path) {
    const auto found = std::ranges::find(table.entries, part.key, &entry::key);
    const key_role role = role_of(path);
    if (role == key_role::tables) {
      complain(part.where, fmt::format("the tables of [[{}]] have no names", path),
               fmt::format("{}=[{{ … }}] replaces them all", path));
      return nullptr;
    }
    if (found == table.entries.end()) {
      value fresh;
      fresh.where = part.where;
      if (role == key_role::named_tables) fresh.what = value::kind::array;
      table.entries.push_back({part.key, part.where, std::move(fresh)});
      return &table.entries.back().content;
    }
    const bool fits = found->content.what == value::kind::table ||
                      (role == key_role::named_tables && found->content.what == value::kind::array);
    if (fits) return &found->content;
    complain(part.where, fmt::format("'{}' is {}, not a table", path, found->content.kind_name()),
             fmt::format("{}=…", path));
    return nullptr;
  }

  /// The table of an array that a part of the path names.
  value* select(value& array, const path_part& part, std::string_view what, bool more) {
    const std::vector<std::string> names = names_of_tables(array);
    std::vector<std::size_t> fitting;
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < names.size(); ++i) {
      known.emplace_back(names[i]);
      if (names[i] == part.key) fitting.push_back(i);
    }
    if (fitting.empty()) fitting = with_kind(array, part.key);
    if (fitting.size() > 1) {
      complain(part.where, fmt::format("{} are several", in_quotes(part.key)),
               fmt::format("one of: {}", names_of(fitting, names)));
      return nullptr;
    }
    if (fitting.empty() || array.items[fitting.front()].what != value::kind::table) {
      complain(part.where, fmt::format("no {} is named {}", what, in_quotes(part.key)),
               known.empty() ? fmt::format("the scenario has no [[{}]]", what)
                             : names_hint(part.key, known));
      return nullptr;
    }
    if (!more) {
      complain(part.where,
               fmt::format("the {} {} as a whole cannot be set", what, in_quotes(part.key)),
               fmt::format("name a key: {}.{}.KEY=VALUE", what, part.key));
      return nullptr;
    }
    return &array.items[fitting.front()];
  }

  static std::vector<std::size_t> with_kind(const value& array, std::string_view kind) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < array.items.size(); ++i) {
      const value* const each = array.items[i].find("kind");
      if (each != nullptr && each->text == kind) found.push_back(i);
    }
    return found;
  }

  static std::string names_of(const std::vector<std::size_t>& which,
                              const std::vector<std::string>& names) {
    std::string all;
    for (const std::size_t each : which) all += (all.empty() ? "" : ", ") + names[each];
    return all;
  }

  static void put(value& table, const path_part& part, const std::string& path,
                  const value& content) {
    for (const std::string_view other : alternatives(path, part.key)) {
      std::erase_if(table.entries, [other](const entry& e) { return e.key == other; });
    }
    const auto found = std::ranges::find(table.entries, part.key, &entry::key);
    if (found == table.entries.end()) {
      table.entries.push_back({part.key, part.where, content});
    } else {
      *found = {part.key, part.where, content};
    }
  }

  std::string_view text_;
  std::uint32_t number_;
  std::uint32_t file_;
  problems& out_;
  std::size_t at_ = 0;
};

}  // namespace

void make_changes(value& root, std::span<const std::string> changes, std::uint32_t file,
                  problems& out) {
  if (changes.size() > changes_max) {
    out.add({static_cast<std::uint32_t>(changes_max + 1), 1, file},
            fmt::format("more than {} changes", changes_max));
    return;
  }
  std::uint32_t number = 0;
  for (const std::string& each : changes) {
    change(each, ++number, file, out).make(root);
  }
}

}  // namespace hassle::scenario
