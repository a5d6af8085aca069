// What the keys of all kinds have in common.
#include "scenarios/fault_declarations.hpp"

#include <array>

namespace hassle::scenario {
namespace {

bool is_drawn(const fault& f) { return !f.occurrences.has_value(); }
bool repeats(const fault& f) { return f.every.has_value(); }

const char* const over_at_once = "it is over at once";

bool is_network(reach touches) {
  return touches == reach::path || touches == reach::open_path || touches == reach::names;
}

/// Which part of the network a fault of it reaches.
void declare_way(table_rules<fault>& keys, reach touches) {
  keys.key(
      "endpoint", [](auto& f) -> auto& { return f.way.endpoint; }, a_line(),
      "Only the way to this endpoint: \"local\", or the name of an [[endpoint]].", need::optional,
      [](const fault& f) { return !f.way.endpoint.empty(); });
  for (const std::string_view key : {"hits", "command"}) {
    keys.refuse(key, "it is a fault of the network");
  }
  if (touches == reach::names) {
    for (const std::string_view key : {"connection", "family", "chance"}) {
      keys.refuse(key, "it touches lookups of names");
    }
    return;
  }
  keys.key(
      "family", [](auto& f) -> auto& { return f.way.family; },
      a_word<address_family>(
          {{"any", address_family::any}, {"v4", address_family::v4}, {"v6", address_family::v6}}),
      "Only ways to addresses of this family.");
  if (touches == reach::open_path) {
    keys.refuse("connection", "it happens to connections that are open already");
  } else {
    keys.key(
        "connection", [](auto& f) -> auto& { return f.scope.connections; }, connection_numbers(),
        "Only the n-th connection dialled after it began; \"next\", or a list of numbers.",
        need::optional, [](const fault& f) { return !f.scope.connections.empty(); });
  }
}

/// How much of what it might touch a fault does touch, as far as that makes sense for the kind.
void declare_scope(table_rules<fault>& keys, reach touches) {
  keys.key("after", &fault::after, a_trigger(),
           "Waits, from its time or from the start, for this.");
  if (is_network(touches)) {
    declare_way(keys, touches);
    return;
  }
  if (touches == reach::machine) {
    for (const std::string_view key : {"hits", "chance", "connection", "command"}) {
      keys.refuse(key, "it touches a host as a whole");
    }
    return;
  }
  if (touches == reach::server) {
    for (const std::string_view key : {"hits", "chance", "connection", "command"}) {
      keys.refuse(key, "it touches the server as a whole");
    }
    return;
  }
  const bool messages = touches == reach::messages;
  keys.key(
          "hits", [](auto& f) -> auto& { return f.scope.hits; },
          an_integer<std::uint32_t>(1, 1'000'000),
          messages ? "At most so many messages each time. Then `for` may be left out."
                   : "At most so many connections each time. Then `for` may be left out.")
      .key(
          "chance", [](auto& f) -> auto& { return f.scope.chance; }, a_number(0, 1),
          messages ? "Of each message that it might touch."
                   : "Of each connection that it might touch.",
          need::optional, [](const fault& f) { return f.scope.chance != 1; });
  if (touches == reach::open_connections) {
    keys.refuse("connection", "it happens to connections that are open already");
  } else {
    keys.key(
        "connection", [](auto& f) -> auto& { return f.scope.connections; }, connection_numbers(),
        "Only the n-th connection accepted after it began; \"next\", or a list of numbers.",
        need::optional, [](const fault& f) { return !f.scope.connections.empty(); });
  }
  if (messages) {
    keys.key(
        "command", [](auto& f) -> auto& { return f.scope.command; }, a_pattern(),
        "Only these commands and the answers to them: \"ping\", \"subscribe_*\", "
        "\"call_service light.*\", \"light.turn_on light.kitchen\".",
        need::optional, [](const fault& f) { return !f.scope.command.empty(); });
  } else {
    keys.refuse("command", "it touches connections, not commands");
  }
}

/// Keys that every kind has.
kind_rules declare(fault_parameters what, reach touches, std::string_view doc) {
  fault initial;
  initial.what = what;
  table_rules<fault> keys(doc, initial);
  keys.marker("kind", a_line(), std::string(kind_of(what)), "What happens.")
      .key("name", &fault::name, a_line(),
           "Unique in the scenario. Without: the kind and a number.", need::optional,
           [](const fault& f) { return !f.name.empty(); })
      .key("at", &fault::at, a_duration(zero::allowed),
           "When, from the start of the run: once, or with `every` for the first time.")
      .key("every", &fault::every, a_duration_distribution(zero::refused),
           "From each end of the fault to the next time; without `at` also from the start.")
      .key("times", &fault::times, an_integer<std::uint32_t>(0, 1'000'000),
           "With `every`: at most so often; 0 for no limit.", need::optional, repeats)
      .key("probability", &fault::probability, a_number(0, 1),
           "Of each occurrence; the others keep their places.", need::optional, is_drawn)
      .key("must_hit", &fault::must_hit, a_flag(),
           "A run in which it hit nothing says nothing, and is inconclusive.");
  declare_scope(keys, touches);
  return {kind_of(what),
          initial,
          std::move(keys),
          {},
          {},
          !is_network(touches) && touches != reach::machine};
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
          need::optional, [](const fault_occurrence& o) { return !o.open_ended; })
        .check([](const value& table, fault_occurrence& o, problems&) {
          o.open_ended = table.find("for") == nullptr;
        });
    return t;
  }();
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

}  // namespace

table_rules<fault_occurrence> occurrence_with(std::string_view name) {
  table_rules<fault_occurrence> t = lasting_occurrence();
  t.key(name, &fault_occurrence::amount, a_duration(zero::allowed), "How much, drawn.",
        need::required);
  return t;
}

kind_rules declare_restart() {
  using own_answer = restart_fault::own_answer;
  kind_rules rules = declare(restart_fault{}, reach::server, "Home Assistant restarts.");
  rules.keys.refuse("for", "a restart lasts as long as its phases");
  for (const phase& p : phases) {
    rules.keys.key(p.name, parameter(p.spread), a_duration_distribution(zero::allowed), p.doc,
                   need::optional, is_drawn);
    rules.drawn.push_back(p.name);
  }
  rules.keys
      .key("answer", parameter(&restart_fault::answer),
           a_word<own_answer>({{"lost", own_answer::lost}, {"sent", own_answer::sent}}),
           "What becomes of the answer to the command that `after` waits for.", need::optional,
           [](const fault& f) { return f.after && !f.after->command.empty(); })
      .check([](const value& table, fault& f, problems& out) {
        const value* const answer = table.find("answer");
        if (answer != nullptr && (!f.after || f.after->command.empty())) {
          out.add(answer->where, "'answer' has no effect unless a command is waited for",
                  "after = { command = \"homeassistant.restart\" }");
        }
      });
  rules.keys.key("false_states", parameter(&restart_fault::false_states), a_flag(),
                 "While STARTING, entities first have a default and then their own state.");
  rules.keys.tables("occurrence", &fault::occurrences, restart_occurrence());
  return rules;
}

kind_rules momentary(fault_parameters what, reach touches, std::string_view doc) {
  kind_rules rules = declare(std::move(what), touches, doc);
  rules.keys.refuse("for", over_at_once);
  rules.keys.tables("occurrence", &fault::occurrences, momentary_occurrence());
  return rules;
}

kind_rules lasting_by(fault_parameters what, reach touches, std::string_view doc,
                      const rules<fault_occurrence>& occurrence) {
  kind_rules rules = declare(std::move(what), touches, doc);
  rules.keys.key("for", &fault::lasts, a_duration_distribution(zero::refused), "How long it lasts.",
                 need::optional, [](const fault& f) { return is_drawn(f) && !f.open_ended; });
  rules.drawn.push_back("for");
  rules.drawn_required.push_back("for");
  rules.keys.tables("occurrence", &fault::occurrences, occurrence);
  return rules;
}

kind_rules lasting(fault_parameters what, reach touches, std::string_view doc) {
  return lasting_by(std::move(what), touches, doc, lasting_occurrence());
}

}  // namespace hassle::scenario
