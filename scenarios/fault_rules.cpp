#include "scenarios/fault_declarations.hpp"

#include <algorithm>
#include <array>

namespace hassle::scenario {
namespace {

kind_rules declare_slow() {
  static const auto occurrence = occurrence_with("delay");
  kind_rules rules =
      lasting_by(slow_fault{}, reach::messages,
                 "Every message of the server is late; their order is kept.", occurrence);
  add_amount(rules, "delay", parameter(&slow_fault::delay), "How late every message is.");
  return rules;
}

kind_rules declare_drop() {
  using style = drop_fault::style;
  kind_rules rules =
      momentary(drop_fault{}, reach::open_connections, "The server ends all its connections.");
  rules.keys
      .key("how", parameter(&drop_fault::how),
           a_word<style>({{"close", style::close}, {"fin", style::fin}, {"reset", style::reset}}),
           "With a Close frame, or without one by FIN or RST.")
      .key("code", parameter(&drop_fault::code), an_integer<std::uint16_t>(1000, 4999),
           "Of the Close frame.", need::optional,
           [](const fault& f) { return std::get<drop_fault>(f.what).how == style::close; })
      .check([](const value& table, fault& f, problems& out) {
        const value* const code = table.find("code");
        if (code != nullptr && std::get<drop_fault>(f.what).how != style::close) {
          out.add(code->where, "'code' has no effect without a Close frame", "how = \"close\"");
        }
      });
  return rules;
}

kind_rules declare_lose_answer() {
  kind_rules rules =
      lasting(lose_answer_fault{}, reach::messages, "Answers of the server are lost.");
  rules.keys.key("before_execution", parameter(&lose_answer_fault::before_execution), a_flag(),
                 "The commands are not executed either.");
  return rules;
}

/// Keys that say when: they mean nothing to a fault that is begun by hand.
constexpr std::array timing_keys{"at", "every", "times", "probability", "occurrence", "must_hit"};

bool must_last(const kind_rules& kind) {
  return std::ranges::find(kind.drawn_required, "for") != kind.drawn_required.end();
}

/// Exactly one way to say when; and nothing that then has no effect.
void check_when(const value& table, problems& out) {
  const value* const at = table.find("at");
  const value* const every = table.find("every");
  const value* const listed = table.find("occurrence");
  const value* const after = table.find("after");
  const int given = (at != nullptr) + (every != nullptr) + (listed != nullptr);
  if (given == 0 && after == nullptr) {
    out.add(table.where, "neither 'at' nor 'every'", "write at = \"5m\"");
  } else if (listed != nullptr && given > 1) {
    out.add(listed->where, "[[fault.occurrence]] beside 'at' or 'every'", "one of them");
  } else if (after != nullptr && every != nullptr) {
    out.add(every->where, "both 'every' and 'after'", "one of them");
  }
  if (const value* const times = table.find("times"); times != nullptr && every == nullptr) {
    out.add(times->where, "'times' has no effect without 'every'");
  }
}

void check_drawn(const kind_rules& kind, const value& table, fault& f, problems& out) {
  const bool limited = f.scope.hits.has_value();
  for (const std::string_view name : kind.drawn_required) {
    if (table.find(name) != nullptr) {
      continue;
    }
    if (name == "for" && limited && table.find("every") == nullptr) {
      f.open_ended = true;
      continue;
    }
    out.add(table.where, fmt::format("missing key '{}' of a {}", name, kind.kind),
            fmt::format("write {} = \"5s\"", name));
  }
}

void check_listed(const kind_rules& kind, const value& table, fault& f, problems& out) {
  if (const value* const chance = table.find("probability")) {
    out.add(chance->where, "'probability' has no effect beside [[fault.occurrence]]");
  }
  for (const std::string_view name : kind.drawn) {
    if (const value* const drawn = table.find(name)) {
      out.add(drawn->where, fmt::format("'{}' belongs into [[fault.occurrence]]", name));
    }
  }
  const value& listed = *table.find("occurrence");
  for (std::size_t i = 0; f.occurrences && i < f.occurrences->size(); ++i) {
    fault_occurrence& each = (*f.occurrences)[i];
    if (each.open_ended && !must_last(kind)) {
      each.open_ended = false;
    } else if (each.open_ended && !f.scope.hits && i < listed.items.size()) {
      out.add(listed.items[i].where, "missing key 'for'", "duration");
    }
  }
}

class all_fault_rules : public rules<fault> {
 public:
  all_fault_rules()
      : kinds_{
            declare_restart(),
            lasting(stall_fault{}, reach::server,
                    "The server's event loop stands still: it accepts, reads and answers nothing."),
            declare_slow(),
            declare_drop(),
            declare_lose_answer(),
            lasting(refuse_fault{}, reach::server, "Connects are refused."),
        } {
    for (auto more : {server_kinds, network_kinds, host_kinds}) {
      for (kind_rules& each : more()) {
        kinds_.push_back(std::move(each));
      }
    }
    std::ranges::sort(kinds_, {}, [](const kind_rules& each) { return each.initial.what.index(); });
    for (const kind_rules& each : kinds_) {
      names_.push_back(each.kind);
    }
  }

  void read(const value& table, fault& into, problems& out) const override {
    const kind_rules* const kind = read_kind(table, into, out);
    if (kind == nullptr) {
      return;
    }
    kind->keys.read(table, into, out);
    check_when(table, out);
    if (table.find("occurrence") != nullptr) {
      check_listed(*kind, table, into, out);
    } else {
      check_drawn(*kind, table, into, out);
    }
  }

  /// A fault that begins now, by hand.
  void read_by_hand(const value& table, fault& into, problems& out) const {
    const kind_rules* const kind = read_kind(table, into, out);
    if (kind == nullptr) {
      return;
    }
    if (!kind->by_server) {
      out.add(table.find("kind")->where,
              fmt::format("'{}' is no fault of the server's, which alone can be begun by hand",
                          kind->kind));
      return;
    }
    for (const std::string_view key : timing_keys) {
      if (const value* const found = table.find(key)) {
        out.add(found->where, fmt::format("'{}' does not apply: it happens now", key));
      }
    }
    kind->keys.read(table, into, out);
    for (const std::string_view name : kind->drawn_required) {
      if (table.find(name) != nullptr) {
        continue;
      }
      if (name == "for") {
        into.open_ended = true;
      } else {
        out.add(table.where, fmt::format("missing key '{}' of a {}", name, kind->kind),
                fmt::format("write \"{}\": \"5s\"", name));
      }
    }
  }

  void write(const fault& from, const std::string& path, std::string& out) const override {
    rules_of(kind_of(from.what)).keys.write(from, path, out);
  }

  void describe(const std::string& path, std::vector<key_description>& out) const override {
    for (const kind_rules& each : kinds_) {
      const std::size_t before = out.size();
      each.keys.describe(path, out);
      for (std::size_t i = before; i < out.size(); ++i) {
        out[i].kind = each.kind;
        // What it must have, one way or another, has no default.
        if (std::ranges::find(each.drawn_required, out[i].name) != each.drawn_required.end()) {
          out[i].fallback.clear();
        }
      }
    }
  }

  [[nodiscard]] std::vector<fault_kind_description> describe_kinds() const {
    std::vector<fault_kind_description> result;
    result.reserve(kinds_.size());
    for (const kind_rules& each : kinds_) {
      fault_kind_description& d = result.emplace_back();
      d.kind = each.kind;
      d.by_server = each.by_server;
      each.keys.describe("fault", d.keys);
      std::erase_if(d.keys, [](const key_description& k) { return k.table != "fault"; });
      d.doc = d.keys.front().table_doc;
      for (key_description& key : d.keys) {
        // Without `for` a fault by hand lasts until it is lifted.
        if (key.name == "for" ||
            std::ranges::find(each.drawn_required, key.name) == each.drawn_required.end()) {
          continue;
        }
        key.required = true;
        key.fallback.clear();
      }
    }
    return result;
  }

 private:
  const kind_rules* read_kind(const value& table, fault& into, problems& out) const {
    into.where = table.where;
    const value* const kind = table.find("kind");
    if (kind == nullptr) {
      out.add(table.where, "missing key 'kind'", names_hint("", names_));
      return nullptr;
    }
    const auto name = a_name(names_, "kind of fault").read(*kind, site{"kind", out});
    if (!name) {
      return nullptr;
    }
    const kind_rules& found = rules_of(*name);
    into.what = found.initial.what;
    return &found;
  }

  const kind_rules& rules_of(std::string_view kind) const {
    const auto found = std::find_if(kinds_.begin(), kinds_.end(),
                                    [&](const kind_rules& each) { return each.kind == kind; });
    assert(found != kinds_.end());
    return *found;
  }

  std::vector<kind_rules> kinds_;
  std::vector<std::string_view> names_;
};

const all_fault_rules& every_kind() {
  static const all_fault_rules all;
  return all;
}

}  // namespace

const rules<fault>& fault_rules() { return every_kind(); }

void read_fault_by_hand(const value& table, fault& into, problems& out) {
  every_kind().read_by_hand(table, into, out);
}

const std::vector<fault_kind_description>& fault_kinds() {
  static const std::vector<fault_kind_description> all = every_kind().describe_kinds();
  return all;
}

std::string write_fault(const fault& f, begun how) {
  std::string keys;
  fault_rules().write(f, "fault", keys);
  std::string line;
  for (std::size_t at = 0; at < keys.size();) {
    const std::size_t end = keys.find('\n', at);
    const std::string_view each = std::string_view(keys).substr(at, end - at);
    at = end + 1;
    const std::string_view key = each.substr(0, each.find(' '));
    if (how == begun::by_hand && std::ranges::find(timing_keys, key) != timing_keys.end()) {
      continue;
    }
    if (!line.empty()) {
      line += ' ';
    }
    line += each;
  }
  return line;
}

}  // namespace hassle::scenario
