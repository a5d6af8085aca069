#pragma once

#include "scenarios/form.hpp"
#include "scenarios/library.hpp"
#include "scenarios/schema.hpp"

#include <cassert>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hassle::scenario {

/// What a table of a file may hold: reads it into an `Owner`, writes it back, and lists its keys.
template <class Owner>
class rules {
 public:
  virtual ~rules() = default;
  virtual void read(const value& table, Owner& into, problems& out) const = 0;
  /// Appends the keys of the table, then its sub-tables with their headers. `path` is "" for the
  /// root of a file.
  virtual void write(const Owner& from, const std::string& path, std::string& out) const = 0;
  virtual void describe(const std::string& path, std::vector<key_description>& out) const = 0;
};

enum class need : std::uint8_t { optional, required };

/// One declaration per key: its name, its form, where it is stored and what it means. The loader,
/// the writer and the reference all come from it, so that they cannot disagree.
template <class Owner>
class table_rules : public rules<Owner> {
 public:
  using condition = std::function<bool(const Owner&)>;

  /// `doc` says what the table is for; `sample` is where the defaults come from.
  explicit table_rules(std::string_view doc, Owner sample = {})
      : doc_(doc), sample_(std::move(sample)) {}

  /// `access` is a pointer to the member of `Owner` or a function that returns a reference to what
  /// the key stores: a `T`, or an optional `T` for a key without a default. A key is written only
  /// if `written_if` agrees.
  template <class Access, class T>
  table_rules& key(std::string_view name, Access access, form<T> shape, std::string_view doc,
                   need n = need::optional, condition written_if = {}) {
    key_rule rule;
    rule.name = name;
    rule.type = shape.type;
    rule.shape = shape.shape;
    rule.doc = doc;
    rule.required = n == need::required;
    rule.read = [access, read = shape.read](const value& v, const site& at, Owner& into) {
      if (auto found = read(v, at)) {
        std::invoke(access, into) = std::move(*found);
      }
    };
    rule.write = [access, write = shape.write,
                  written_if](const Owner& from) -> std::optional<std::string> {
      if (written_if && !written_if(from)) {
        return std::nullopt;
      }
      const auto& stored = std::invoke(access, from);
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(stored)>, T>) {
        return write(stored);
      } else {
        return stored ? std::optional(write(*stored)) : std::nullopt;
      }
    };
    keys_.push_back(std::move(rule));
    return *this;
  }

  /// A key that stores nothing: it always has the value `written`.
  template <class T>
  table_rules& marker(std::string_view name, form<T> shape, const T& written,
                      std::string_view doc) {
    key_rule rule;
    rule.name = name;
    rule.type = shape.type;
    rule.shape = shape.shape;
    if constexpr (std::is_same_v<T, std::string>) rule.shape.words = {written};
    rule.doc = doc;
    rule.required = true;
    rule.read = [read = shape.read](const value& v, const site& at, Owner&) { (void)read(v, at); };
    rule.write = [text = shape.write(written)](const Owner&) { return std::optional(text); };
    keys_.push_back(std::move(rule));
    return *this;
  }

  /// A key that has been dealt with before the table is read.
  template <class T>
  table_rules& mention(std::string_view name, const form<T>& shape, std::string_view doc) {
    key_rule rule;
    rule.name = name;
    rule.type = shape.type;
    rule.shape = shape.shape;
    rule.doc = doc;
    rule.read = [](const value&, const site&, Owner&) {};
    rule.write = [](const Owner&) { return std::optional<std::string>(); };
    keys_.push_back(std::move(rule));
    return *this;
  }

  /// A key that means something elsewhere, and why it means nothing here.
  table_rules& refuse(std::string_view name, std::string_view why) {
    refused_.push_back({name, why});
    return *this;
  }

  /// [name]
  template <class Access, class Sub>
  table_rules& table(std::string_view name, Access access, const rules<Sub>& inner) {
    table_rule rule;
    rule.name = name;
    rule.read = [name, access, &inner](const value& v, Owner& into, problems& out) {
      if (v.what != value::kind::table) {
        site{name, out}.expected("a table", v);
        return;
      }
      inner.read(v, std::invoke(access, into), out);
    };
    rule.write = [access, &inner](const Owner& from, const std::string& path, std::string& out) {
      out += "\n[" + path + "]\n";
      inner.write(std::invoke(access, from), path, out);
    };
    rule.describe = [&inner](const std::string& path, std::vector<key_description>& out) {
      inner.describe(path, out);
    };
    tables_.push_back(std::move(rule));
    return *this;
  }

  /// [[name]], stored in a vector or in an optional vector; the latter tells `name = []` from
  /// nothing at all.
  template <class Access, class Sub>
  table_rules& tables(std::string_view name, Access access, const rules<Sub>& inner) {
    table_rule rule;
    rule.name = name;
    rule.read = [name, access, &inner](const value& v, Owner& into, problems& out) {
      if (v.what != value::kind::array) {
        site{name, out}.complain(v.where, fmt::format("expected tables, found {}", v.kind_name()),
                                 fmt::format("write [[{}]]", name));
        return;
      }
      std::vector<Sub> list;
      for (const value& item : v.items) {
        if (item.what != value::kind::table) {
          site{name, out}.expected("a table", item);
          continue;
        }
        inner.read(item, list.emplace_back(), out);
      }
      std::invoke(access, into) = std::move(list);
    };
    rule.write_empty = [access](const Owner& from) {
      const auto& stored = std::invoke(access, from);
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(stored)>, std::vector<Sub>>) {
        return false;
      } else {
        return stored && stored->empty();
      }
    };
    rule.write = [access, &inner](const Owner& from, const std::string& path, std::string& out) {
      const auto write_all = [&](const std::vector<Sub>& list) {
        for (const Sub& item : list) {
          out += "\n[[" + path + "]]\n";
          inner.write(item, path, out);
        }
      };
      const auto& stored = std::invoke(access, from);
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(stored)>, std::vector<Sub>>) {
        write_all(stored);
      } else if (stored) {
        write_all(*stored);
      }
    };
    rule.describe = [&inner](const std::string& path, std::vector<key_description>& out) {
      const std::size_t before = out.size();
      inner.describe(path, out);
      for (std::size_t i = before; i < out.size(); ++i) {
        out[i].repeated = out[i].repeated || out[i].table == path;
      }
    };
    tables_.push_back(std::move(rule));
    return *this;
  }

  /// What holds between several keys. Called when all of them have been read; the table is there
  /// to see which are present, and where.
  table_rules& check(std::function<void(const value&, Owner&, problems&)> rule) {
    checks_.push_back(std::move(rule));
    return *this;
  }

  void read(const value& table, Owner& into, problems& out) const override {
    assert(table.what == value::kind::table);
    for (const entry& e : table.entries) {
      read_entry(e, into, out);
    }
    for (const key_rule& rule : keys_) {
      if (rule.required && table.find(rule.name) == nullptr) {
        out.add(table.where, fmt::format("missing key '{}'", rule.name),
                fmt::format("{}", rule.type));
      }
    }
    for (const auto& rule : checks_) {
      rule(table, into, out);
    }
  }

  void write(const Owner& from, const std::string& path, std::string& out) const override {
    for (const key_rule& rule : keys_) {
      if (const auto text = rule.write(from)) {
        out += fmt::format("{} = {}\n", rule.name, *text);
      }
    }
    for (const table_rule& rule : tables_) {
      if (rule.write_empty && rule.write_empty(from)) {
        out += fmt::format("{} = []\n", rule.name);
      }
    }
    for (const table_rule& rule : tables_) {
      rule.write(
          from, path.empty() ? std::string(rule.name) : fmt::format("{}.{}", path, rule.name), out);
    }
  }

  void describe(const std::string& path, std::vector<key_description>& out) const override {
    for (const key_rule& rule : keys_) {
      out.push_back({path, false, std::string(), std::string(doc_), std::string(rule.name),
                     rule.type, rule.required ? std::string() : rule.write(sample_).value_or(""),
                     rule.required, std::string(rule.doc), rule.shape});
    }
    for (const table_rule& rule : tables_) {
      rule.describe(path.empty() ? std::string(rule.name) : fmt::format("{}.{}", path, rule.name),
                    out);
    }
  }

 private:
  struct key_rule {
    std::string_view name;
    std::string type;
    value_shape shape;
    std::string_view doc;
    bool required = false;
    std::function<void(const value&, const site&, Owner&)> read;
    std::function<std::optional<std::string>(const Owner&)> write;
  };
  struct table_rule {
    std::string_view name;
    std::function<void(const value&, Owner&, problems&)> read;
    std::function<bool(const Owner&)> write_empty;
    std::function<void(const Owner&, const std::string&, std::string&)> write;
    std::function<void(const std::string&, std::vector<key_description>&)> describe;
  };

  void read_entry(const entry& e, Owner& into, problems& out) const {
    for (const key_rule& rule : keys_) {
      if (rule.name == e.key) {
        rule.read(e.content, site{rule.name, out}, into);
        return;
      }
    }
    for (const table_rule& rule : tables_) {
      if (rule.name == e.key) {
        rule.read(e.content, into, out);
        return;
      }
    }
    for (const auto& [name, why] : refused_) {
      if (name == e.key) {
        out.add(e.where, fmt::format("'{}' does not apply: {}", name, why));
        return;
      }
    }
    std::vector<std::string_view> names;
    names.reserve(keys_.size() + tables_.size());
    for (const key_rule& rule : keys_) {
      names.push_back(rule.name);
    }
    for (const table_rule& rule : tables_) {
      names.push_back(rule.name);
    }
    const bool is_table = e.content.what == value::kind::table;
    out.add(e.where, fmt::format("unknown {} {}", is_table ? "table" : "key", in_quotes(e.key)),
            names_hint(e.key, names));
  }

  std::string_view doc_;
  Owner sample_;
  std::vector<key_rule> keys_;
  std::vector<table_rule> tables_;
  std::vector<std::pair<std::string_view, std::string_view>> refused_;
  std::vector<std::function<void(const value&, Owner&, problems&)>> checks_;
};

}  // namespace hassle::scenario
