#include "scenarios/rules.hpp"

#include <algorithm>
#include <array>

namespace hassle::scenario {
namespace {

/// Access to a parameter of the kind `Kind` inside a fault.
template <class Kind, class Member>
auto parameter(Member Kind::* member) {
  return [member](auto& f) -> auto& { return std::get<Kind>(f.what).*member; };
}

bool is_drawn(const fault& f) { return !f.occurrences.has_value(); }
bool repeats(const fault& f) { return f.every.has_value(); }

/// What a fault of one kind may hold.
struct kind_rules {
  std::string_view kind;
  fault initial;
  table_rules<fault> keys;
  /// Its drawn parameters: with [[fault.occurrence]] they stand there, drawn.
  std::vector<std::string_view> drawn;
  std::vector<std::string_view> drawn_required;
};

const char* const over_at_once = "it is over at once";

/// Keys that every kind has.
kind_rules declare(fault_parameters what, std::string_view doc) {
  fault initial;
  initial.what = what;
  table_rules<fault> keys(doc, initial);
  keys.marker("kind", a_line(), std::string(kind_of(what)), "What happens.")
      .key("name", &fault::name, a_line(),
           "Unique in the scenario. Without: the kind and a number.", need::optional,
           [](const fault& f) { return !f.name.empty(); })
      .key("at", &fault::at, a_duration(zero::allowed), "When, once, from the start of the run.")
      .key("every", &fault::every, a_duration_distribution(zero::refused),
           "From the start of the run, and from each end of the fault, to the next time.")
      .key("times", &fault::times, an_integer<std::uint32_t>(0, 1'000'000),
           "With `every`: at most so often; 0 for no limit.", need::optional, repeats)
      .key("probability", &fault::probability, a_number(0, 1),
           "Of each occurrence; the others keep their places.", need::optional, is_drawn)
      .key("must_hit", &fault::must_hit, a_flag(),
           "A run in which it hit nothing says nothing, and is inconclusive.");
  return {kind_of(what), initial, std::move(keys), {}, {}};
}

/// What a listed occurrence of every kind has.
table_rules<fault_occurrence> declare_occurrence() {
  table_rules<fault_occurrence> t("One occurrence of the fault, with nothing left to draw.");
  t.key("at", &fault_occurrence::at, a_duration(zero::allowed), "When, from the start of the run.",
        need::required);
  return t;
}

const table_rules<fault_occurrence>& momentary_occurrence() {
  static const auto all = [] {
    auto t = declare_occurrence();
    t.refuse("for", over_at_once);
    return t;
  }();
  return all;
}

const table_rules<fault_occurrence>& lasting_occurrence() {
  static const auto all = [] {
    auto t = declare_occurrence();
    t.key("for", &fault_occurrence::lasts, a_duration(zero::allowed), "How long it lasts.",
          need::required);
    return t;
  }();
  return all;
}

/// Of slow and latency, whose amount has a name of its own.
table_rules<fault_occurrence> with_amount(std::string_view name) {
  table_rules<fault_occurrence> t = lasting_occurrence();
  t.key(name, &fault_occurrence::amount, a_duration(zero::allowed), "How much, drawn.",
        need::required);
  return t;
}

const table_rules<fault_occurrence>& slow_occurrence() {
  static const auto all = with_amount("delay");
  return all;
}

const table_rules<fault_occurrence>& latency_occurrence() {
  static const auto all = with_amount("added");
  return all;
}

struct phase {
  std::string_view name;
  duration_distribution restart_fault::* spread;
  duration restart_phases::* drawn;
  std::string_view doc;
};

constexpr std::array phases{
    phase{"stopping", &restart_fault::stopping, &restart_phases::stopping,
          "Connections are closed; the listener is still shut down, so that sockets linger."},
    phase{"refused", &restart_fault::refused, &restart_phases::refused, "The port is closed."},
    phase{"not_running", &restart_fault::not_running, &restart_phases::not_running,
          "Logins work; states and services are (almost) empty."},
    phase{"starting", &restart_fault::starting, &restart_phases::starting,
          "Entities are back, restored as unavailable."},
};

const table_rules<fault_occurrence>& restart_occurrence() {
  static const auto all = [] {
    auto t = declare_occurrence();
    t.refuse("for", "a restart lasts as long as its phases");
    for (const phase& p : phases) {
      const auto access = [drawn = p.drawn](auto& o) -> auto& { return o.phases.*drawn; };
      t.key(p.name, access, a_duration(zero::allowed), p.doc, need::required);
    }
    return t;
  }();
  return all;
}

kind_rules declare_restart() {
  kind_rules rules = declare(restart_fault{}, "Home Assistant restarts.");
  rules.keys.refuse("for", "a restart lasts as long as its phases");
  for (const phase& p : phases) {
    rules.keys.key(p.name, parameter(p.spread), a_duration_distribution(zero::allowed), p.doc,
                   need::optional, is_drawn);
    rules.drawn.push_back(p.name);
  }
  rules.keys.tables("occurrence", &fault::occurrences, restart_occurrence());
  return rules;
}

/// A kind that happens at an instant.
kind_rules momentary(fault_parameters what, std::string_view doc) {
  kind_rules rules = declare(what, doc);
  rules.keys.refuse("for", over_at_once);
  rules.keys.tables("occurrence", &fault::occurrences, momentary_occurrence());
  return rules;
}

/// A kind that lasts, with the rules of its occurrences.
kind_rules lasting(fault_parameters what, std::string_view doc,
                   const table_rules<fault_occurrence>& occurrence = lasting_occurrence()) {
  kind_rules rules = declare(what, doc);
  rules.keys.key("for", &fault::lasts, a_duration_distribution(zero::refused), "How long it lasts.",
                 need::optional, is_drawn);
  rules.drawn.push_back("for");
  rules.drawn_required.push_back("for");
  rules.keys.tables("occurrence", &fault::occurrences, occurrence);
  return rules;
}

kind_rules declare_slow() {
  kind_rules rules =
      lasting(slow_fault{}, "Every answer of the server is late.", slow_occurrence());
  rules.keys.key("delay", parameter(&slow_fault::delay), a_duration_distribution(zero::refused),
                 "How late every answer is.", need::optional, is_drawn);
  rules.drawn.push_back("delay");
  rules.drawn_required.push_back("delay");
  return rules;
}

kind_rules declare_latency() {
  kind_rules rules = lasting(latency_fault{}, "The path becomes slower.", latency_occurrence());
  rules.keys.key("added", parameter(&latency_fault::added), a_duration_distribution(zero::refused),
                 "Added to the latency, one way.", need::optional, is_drawn);
  rules.drawn.push_back("added");
  rules.drawn_required.push_back("added");
  return rules;
}

kind_rules declare_drop() {
  using style = drop_fault::style;
  kind_rules rules = momentary(drop_fault{}, "The server ends all its connections.");
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
  kind_rules rules = lasting(lose_answer_fault{}, "Answers of the server are lost.");
  rules.keys.key("before_execution", parameter(&lose_answer_fault::before_execution), a_flag(),
                 "The commands are not executed either.");
  return rules;
}

kind_rules declare_partition() {
  using direction = partition_fault::direction;
  kind_rules rules = lasting(partition_fault{}, "No segment passes the network.");
  rules.keys.key("blocked", parameter(&partition_fault::blocked),
                 a_word<direction>({{"both", direction::both},
                                    {"to_server", direction::to_server},
                                    {"to_client", direction::to_client}}),
                 "In which direction.");
  return rules;
}

kind_rules declare_cut() {
  kind_rules rules = momentary(cut_fault{}, "Existing connections become unusable; new ones work.");
  rules.keys.key("how", parameter(&cut_fault::how), an_expiry_style(),
                 "How they die: their segments vanish, or both ends get RST or FIN.");
  return rules;
}

class all_fault_rules : public rules<fault> {
 public:
  all_fault_rules()
      : kinds_{
            declare_restart(),
            lasting(stall_fault{},
                    "The server's event loop stands still: it accepts, reads and answers nothing."),
            declare_slow(),
            declare_drop(),
            declare_lose_answer(),
            declare_partition(),
            declare_cut(),
            momentary(forget_fault{},
                      "Half-open: the server's host forgets its connections and sends nothing."),
            lasting(refuse_fault{}, "Connects are refused."),
            lasting(blackhole_fault{}, "Connects get no answer."),
            declare_latency(),
        } {
    for (const kind_rules& each : kinds_) {
      names_.push_back(each.kind);
    }
  }

  void read(const value& table, fault& into, problems& out) const override {
    into.where = table.where;
    const value* const kind = table.find("kind");
    if (kind == nullptr) {
      out.add(table.where, "missing key 'kind'", names_hint("", names_));
      return;
    }
    const auto name = a_name(names_, "kind of fault").read(*kind, site{"kind", out});
    if (!name) {
      return;
    }
    const kind_rules& found = rules_of(*name);
    into.what = found.initial.what;
    found.keys.read(table, into, out);
    check_timing(found, table, out);
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
      }
    }
  }

 private:
  const kind_rules& rules_of(std::string_view kind) const {
    const auto found = std::find_if(kinds_.begin(), kinds_.end(),
                                    [&](const kind_rules& each) { return each.kind == kind; });
    assert(found != kinds_.end());
    return *found;
  }

  /// Exactly one of the three ways to say when; and nothing that then has no effect.
  static void check_timing(const kind_rules& found, const value& table, problems& out) {
    const value* const at = table.find("at");
    const value* const every = table.find("every");
    const value* const listed = table.find("occurrence");
    const int given = (at != nullptr) + (every != nullptr) + (listed != nullptr);
    if (given == 0) {
      out.add(table.where, "neither 'at' nor 'every'", "write at = \"5m\"");
    } else if (given > 1) {
      const value* const extra = listed != nullptr ? listed : every;
      out.add(extra->where,
              at != nullptr && every != nullptr ? "both 'at' and 'every'"
                                                : "[[fault.occurrence]] beside 'at' or 'every'",
              "one of them");
    }
    if (const value* const times = table.find("times"); times != nullptr && every == nullptr) {
      out.add(times->where, "'times' has no effect without 'every'");
    }
    if (listed == nullptr) {
      for (const std::string_view name : found.drawn_required) {
        if (table.find(name) == nullptr) {
          out.add(table.where, fmt::format("missing key '{}' of a {}", name, found.kind),
                  fmt::format("write {} = \"5s\"", name));
        }
      }
      return;
    }
    if (const value* const chance = table.find("probability")) {
      out.add(chance->where, "'probability' has no effect beside [[fault.occurrence]]");
    }
    for (const std::string_view name : found.drawn) {
      if (const value* const drawn = table.find(name)) {
        out.add(drawn->where, fmt::format("'{}' belongs into [[fault.occurrence]]", name));
      }
    }
  }

  std::vector<kind_rules> kinds_;
  std::vector<std::string_view> names_;
};

}  // namespace

const rules<fault>& fault_rules() {
  static const all_fault_rules all;
  return all;
}

}  // namespace hassle::scenario
