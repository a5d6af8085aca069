#include "scenarios/contradictions.hpp"
#include "scenarios/rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace hassle::scenario {
namespace {

constexpr std::int64_t schema_version = 1;
constexpr std::uint32_t seeds_max = 1'000'000;
constexpr std::uint32_t weight_max = 1'000'000;

constexpr std::array command_kinds{command_kind::turn_on,    command_kind::turn_off,
                                   command_kind::toggle,     command_kind::get_states,
                                   command_kind::get_config, command_kind::get_state_service};

form<command_kind> a_command_kind() {
  std::vector<std::pair<std::string_view, command_kind>> words;
  words.reserve(command_kinds.size());
  for (const command_kind kind : command_kinds) {
    words.emplace_back(name_of(kind), kind);
  }
  return a_word(std::move(words));
}

/// { turn_on = 4, toggle = 1 }
form<std::vector<workload::share>> a_mix() {
  using mix = std::vector<workload::share>;
  std::vector<key_description> weights;
  weights.reserve(command_kinds.size());
  for (const command_kind kind : command_kinds) {
    key_description& weight = weights.emplace_back();
    weight.name = name_of(kind);
    weight.doc = "Its weight.";
    weight.shape = an_integer<std::uint32_t>(0, weight_max).shape;
  }
  return {"table of a weight for each kind of command",
          [](const value& v, const site& at) -> std::optional<mix> {
            if (v.what != value::kind::table) {
              at.expected("a table such as { turn_on = 4, toggle = 1 }", v);
              return std::nullopt;
            }
            std::vector<std::string_view> names;
            names.reserve(command_kinds.size());
            for (const command_kind kind : command_kinds) {
              names.push_back(name_of(kind));
            }
            mix result;
            std::uint64_t sum = 0;
            bool good = true;
            for (const entry& e : v.entries) {
              const auto kind = std::find(names.begin(), names.end(), e.key);
              if (kind == names.end()) {
                at.complain(e.where, "unknown kind of command " + in_quotes(e.key),
                            names_hint(e.key, names));
                good = false;
                continue;
              }
              const auto weight =
                  an_integer<std::uint32_t>(0, weight_max).read(e.content, site{*kind, at.out});
              good = good && weight;
              sum += weight.value_or(0);
              result.push_back({command_kinds[static_cast<std::size_t>(kind - names.begin())],
                                weight.value_or(0)});
            }
            if (good && sum == 0) {
              at.complain(v.where, result.empty() ? "must not be empty" : "all weights are 0",
                          "{ turn_on = 4, get_states = 2 }");
              return std::nullopt;
            }
            return good ? std::optional(std::move(result)) : std::nullopt;
          },
          [](const mix& all) {
            std::string result;
            for (const auto& [kind, weight] : all) {
              result += fmt::format("{}{} = {}", result.empty() ? "" : ", ", name_of(kind), weight);
            }
            return "{ " + result + " }";
          },
          table_shape(std::move(weights))};
}

/// A profile of the library, one of them with a layer off, or a path.
form<std::string> a_client() {
  return {"name of a client profile, or path of one",
          [](const value& v, const site& at) -> std::optional<std::string> {
            const auto name = a_line().read(v, at);
            if (!name || name->find('/') != std::string::npos || name->ends_with(".toml")) {
              return name;
            }
            constexpr std::string_view without = "-without-";
            std::string base = *name;
            if (const auto cut = name->find(without); cut != std::string::npos) {
              const std::string layer = name->substr(cut + without.size());
              const auto& layers = layer_names();
              if (std::find(layers.begin(), layers.end(), layer) == layers.end()) {
                at.complain(v.where, "unknown layer " + in_quotes(layer),
                            names_hint(layer, layers));
                return std::nullopt;
              }
              base.resize(cut);
            }
            const auto& known = profile_names();
            if (std::find(known.begin(), known.end(), base) == known.end()) {
              at.complain(v.where, "unknown client " + in_quotes(base), names_hint(base, known));
              return std::nullopt;
            }
            return name;
          },
          toml_string, a_line().shape};
}

const rules<middlebox>& middlebox_rules() {
  static const auto all = [] {
    table_rules<middlebox> t("A NAT, firewall or proxy in the path, which expires connections.");
    t.key("idle", &middlebox::idle, a_duration_or_off(),
          "Expires a connection without traffic for so long.")
        .key("lifetime", &middlebox::lifetime, a_duration_or_off(),
             "Expires a connection of this age, whatever its traffic.")
        .key("on_expiry", &middlebox::on_expiry, an_expiry_style(),
             "How the connection dies: its segments vanish, or both ends get RST or FIN.");
    return t;
  }();
  return all;
}

const rules<network>& network_rules() {
  static const auto all = [] {
    table_rules<network> t(
        "The path between the client's host and the server; the same in both directions.");
    t.key("latency", &network::latency, a_duration(zero::allowed), "One way.")
        .key("jitter", &network::jitter, a_duration(zero::allowed),
             "Added to the latency, uniform from 0s to this; the order of bytes is kept.")
        .key("bandwidth", &network::bandwidth, a_rate(), "Of each direction. Without: unlimited.")
        .key("ipv6", &network::ipv6, a_flag(),
             "Names resolve to an address of IPv6 first, then to the one of IPv4.")
        .table("middlebox", &network::box, middlebox_rules());
    return t;
  }();
  return all;
}

const rules<server>& server_rules() {
  static const auto all = [] {
    table_rules<server> t("Home Assistant.");
    t.key("home", &server::home, a_line(), "Which home mockha has.")
        .key("version", &server::version, a_line(), "The version it says it is.")
        .key("heartbeat", &server::heartbeat, a_duration_or_off(),
             "Silence of a client before the server pings it.")
        .key("idle_close", &server::idle_close, a_duration_or_off(),
             "Closes a connection without commands for so long, with code 1000.")
        .key("service_time", &server::service_time, a_duration_distribution(zero::allowed),
             "How long a service call runs before its result is sent.")
        .key("tls", &server::tls, a_flag(), "It speaks TLS, at all its endpoints.")
        .key("ban_after", &server::ban_after, an_integer<std::uint32_t>(1, 1'000'000),
             "Logins that fail from one address until it is banned. Without: never.")
        .key("token_lifetime", &server::token_lifetime, a_duration(zero::refused),
             "Of access tokens.")
        .key("changes", &server::changes, a_duration_distribution(zero::refused),
             "From one change of a state that no command asked for to the next. Without: none.");
    return t;
  }();
  return all;
}

const rules<workload>& workload_rules() {
  static const auto all = [] {
    // Where the commands are listed, nothing about them is drawn.
    const auto drawn = [](const workload& w) { return !w.commands.has_value(); };
    table_rules<workload> t("Voice commands: bursts, each one utterance of one or more commands.");
    t.key("between_bursts", &workload::between_bursts, a_duration_distribution(zero::refused),
          "From the start of the run, and from the begin of each burst, to the next one.",
          need::optional, drawn)
        .key("burst_size", &workload::burst_size, a_count_distribution(), "Commands of a burst.",
             need::optional, drawn)
        .key("spacing", &workload::spacing, a_duration_distribution(zero::allowed),
             "Between the commands of a burst.", need::optional, drawn)
        .key("mix", &workload::mix, a_mix(), "How often each kind of command is drawn.",
             need::optional, drawn)
        .key("targets", &workload::targets, a_list(an_entity(), zero::refused),
             "The entities that commands are about, all equally often.", need::optional, drawn)
        .key("limit", &workload::limit, a_duration(zero::refused),
             "How long the user, or the platform, waits for an answer.")
        .key("at_limit", &workload::at_limit,
             a_word<on_limit>({{"recycle", on_limit::recycle}, {"proceed", on_limit::proceed}}),
             "What happens to the process then: killed and started anew, or nothing.");
    return t;
  }();
  return all;
}

const rules<host>& host_rules() {
  static const auto all = [] {
    table_rules<host> t("Where the client lives.");
    t.key("freeze_between_invocations", &host::freeze_between_invocations, a_flag(),
          "The process stands still while no command is running, as on AWS Lambda.")
        .key("recycle", &host::recycle, a_duration_distribution(zero::refused),
             "From a cold start to the next one. Without: only at a command's limit.")
        .key("recycle_at", &host::recycle_at, a_list(a_duration(zero::allowed), zero::allowed),
             "Cold starts at fixed instants, in place of `recycle`.", need::optional,
             [](const host& h) { return !h.recycle_at.empty(); })
        .key("cold_start", &host::cold_start, a_duration(zero::allowed),
             "From the boot of the host until the program runs.")
        .check([](const value& table, host&, problems& out) {
          const value* const fixed = table.find("recycle_at");
          if (fixed != nullptr && table.find("recycle") != nullptr) {
            out.add(fixed->where, "both 'recycle' and 'recycle_at'", "one of the two");
          }
        });
    return t;
  }();
  return all;
}

const rules<client_setup>& client_rules() {
  using subscription = client_setup::subscription;
  using login = client_setup::login;
  static const auto all = [] {
    table_rules<client_setup> t(
        "What the program around the client does besides sending commands, and how it logs in.");
    t.key("subscriptions", &client_setup::subscriptions,
          a_list(a_word<subscription>({{"state_changed", subscription::state_changed},
                                       {"all_events", subscription::all_events},
                                       {"trigger", subscription::trigger}}),
                 zero::allowed),
          "What it wants to hear of, from its boot on.", need::optional,
          [](const client_setup& c) { return !c.subscriptions.empty(); })
        .key("callback", &client_setup::callback, a_duration(zero::allowed),
             "How long its handler of an event takes; one event after the other.")
        .key("herd", &client_setup::herd, an_integer<std::uint32_t>(0, 10'000),
             "Further clients of the same kind, on hosts of their own, that only stay connected.")
        .key("login", &client_setup::how,
             a_word<login>({{"long_lived", login::long_lived}, {"refresh", login::refresh}}),
             "With a long-lived token, or with one that expires and a refresh token.")
        .check([](const value& table, client_setup& c, problems&) { c.where = table.where; });
    return t;
  }();
  return all;
}

const rules<endpoint_way>& endpoint_rules() {
  static const auto all = [] {
    table_rules<endpoint_way> t(
        "A further way to the server, for clients that can change to it. The one of [network] is "
        "called \"local\".");
    t.key("name", &endpoint_way::name, a_line(), "Unique.", need::required)
        .key("latency", &endpoint_way::latency, a_duration(zero::allowed),
             "One way. Without: that of [network].")
        .check([](const value& table, endpoint_way& e, problems&) { e.where = table.where; });
    return t;
  }();
  return all;
}

const rules<timed_command>& command_rules() {
  static const auto all = [] {
    table_rules<timed_command> t("A command at a fixed instant; these replace the drawn bursts.");
    t.key("at", &timed_command::at, a_duration(zero::allowed), "When, from the start of the run.",
          need::required)
        .key("kind", &timed_command::kind, a_command_kind(), "What the user wants.", need::required)
        .key("target", &timed_command::target, an_entity(), "Which entity it is about.",
             need::required)
        .key("limit", &timed_command::limit, a_duration(zero::refused),
             "How long the user waits. Without: as long as the workload says.")
        .check([](const value& table, timed_command& c, problems&) { c.where = table.where; });
    return t;
  }();
  return all;
}

const rules<expectation>& expectation_rules() {
  static const auto all = [] {
    constexpr double any = std::numeric_limits<double>::infinity();
    table_rules<expectation> t("What must hold for a client in this scenario.");
    t.key("client", &expectation::client, a_client(), "Whose figure.", need::required)
        .key("figure", &expectation::figure, a_name(figure_names(), "figure"), "Which figure.",
             need::required)
        .key("min", &expectation::min, a_number(-any, any), "At least this.")
        .key("max", &expectation::max, a_number(-any, any), "At most this.")
        .key("why", &expectation::why, a_text(), "Shown beside the verdict.")
        .check([](const value& table, expectation& e, problems& out) {
          e.where = table.where;
          if (table.find("min") == nullptr && table.find("max") == nullptr) {
            out.add(table.where, "expects nothing", "give 'min' or 'max', or both");
          }
          if (e.min && e.max && *e.min > *e.max) {
            out.add(table.find("min")->where, "min is above max");
          }
        });
    return t;
  }();
  return all;
}

form<std::int64_t> a_schema_version() {
  return {"integer",
          [](const value& v, const site& at) -> std::optional<std::int64_t> {
            if (v.what != value::kind::integer) {
              at.expected("an integer", v);
              return std::nullopt;
            }
            if (v.integer != schema_version) {
              at.complain(v.where, fmt::format("version {} is not known", v.integer),
                          fmt::format("write schema = {}", schema_version));
              return std::nullopt;
            }
            return v.integer;
          },
          [](const std::int64_t& version) { return fmt::format("{}", version); },
          integer_shape(schema_version, schema_version)};
}

/// The explicit list replaces what would have been drawn: nothing else may speak about it.
void refuse_drawn_workload(const value& table, scenario& s, problems& out) {
  const value* const load = table.find("workload");
  if (load == nullptr || load->what != value::kind::table) {
    return;
  }
  s.load.where = load->where;
  for (const std::string_view drawn :
       {"between_bursts", "burst_size", "spacing", "mix", "targets"}) {
    const value* const found = load->find(drawn);
    if (found != nullptr && s.load.commands) {
      out.add(found->where, fmt::format("'{}' has no effect beside [[command]]", drawn),
              "leave one of them out");
    }
  }
}

/// For those who can check what the loader cannot.
void note_places(const value& table, scenario& s, problems&) {
  if (const value* const server = table.find("server")) {
    const value* const home = server->find("home");
    s.ha.where = home != nullptr ? home->where : server->where;
  }
}

/// Nothing may begin when the run is over. Positions are those of the offending values.
void refuse_times_past_the_end(const value& table, scenario& s, problems& out) {
  const value* const length = table.find("duration");
  if (length == nullptr || s.length.count() == 0) {
    return;  // Wrong or missing, which has been said.
  }
  const auto check = [&](const value* instant, std::string_view what) {
    if (instant == nullptr || instant->what != value::kind::text) {
      return;
    }
    const auto at = parse_duration(instant->text);
    if (at && *at >= s.length) {
      out.add(
          instant->where,
          fmt::format("{} at {} is not before the end of the scenario", what, format_duration(*at)),
          "duration = \"" + format_duration(s.length) + "\"");
    }
  };
  if (const value* const faults = table.find("fault")) {
    for (const value& fault : faults->items) {
      check(fault.find("at"), "fault");
      if (const value* const occurrences = fault.find("occurrence")) {
        for (const value& each : occurrences->items) {
          check(each.find("at"), "fault");
        }
      }
    }
  }
  if (const value* const home = table.find("host")) {
    s.where_client_lives.where = home->where;
    if (const value* const recycles = home->find("recycle_at")) {
      for (const value& each : recycles->items) {
        check(&each, "recycle");
      }
    }
  }
}

/// "<kind>-<n>" for those without a name. Names tell the random streams apart, so two faults of one
/// name would rain together.
/// Where a fault says this; the fault itself where it does not.
source_position place_of(const value& document, const fault& f, std::string_view key) {
  const value* const faults = document.find("fault");
  if (faults == nullptr) return f.where;
  const auto item = std::ranges::find(faults->items, f.where, &value::where);
  if (item == faults->items.end()) return f.where;
  const value* const said = item->find(key);
  if (said == nullptr) return f.where;
  const value* const awaited = key == "after" ? said->find("fault") : nullptr;
  return awaited != nullptr ? awaited->where : said->where;
}

void name_faults(const value& document, scenario& s, problems& out) {
  std::map<std::string_view, int> of_kind;
  std::set<std::string> names;
  for (fault& f : s.faults) {
    const std::string_view kind = kind_of(f.what);
    const int number = ++of_kind[kind];
    if (f.name.empty()) {
      f.name = default_name(kind, number);
    }
    if (!names.insert(f.name).second) {
      out.add(place_of(document, f, "name"), "second fault named " + in_quotes(f.name),
              "give it a name of its own");
    }
  }
}

/// A fault names one of them.
void name_endpoints(const value&, scenario& s, problems& out) {
  std::set<std::string_view> names{local_endpoint};
  for (const endpoint_way& each : s.endpoints) {
    if (names.insert(each.name).second) continue;
    out.add(each.where, "second endpoint named " + in_quotes(each.name),
            "\"local\" is the one of [network]");
  }
}

/// What each key of it allows may make no sense together.
void refuse_contradictions(const value& document, scenario& s, problems& out) {
  if (s.length.count() == 0) {
    return;  // Wrong or missing, which has been said.
  }
  for (contradiction& each : find_contradictions(s)) {
    out.add(place_of(document, s.faults[each.fault], each.key), std::move(each.message),
            std::move(each.hint));
  }
}

table_rules<scenario> declare_scenario() {
  table_rules<scenario> t("A scenario: what may happen in a run.");
  t.marker("schema", a_schema_version(), schema_version, "Version of this format.")
      .mention("extends", a_line(),
               "A scenario that this one changes, by name or by path relative to this file: tables "
               "key by key, faults of the same name too; what else is given here replaces it.")
      .key("title", &scenario::title, a_line(), "What it is about, in one line.", need::required)
      .key("description", &scenario::description, a_text(), "The story behind it.")
      .key("tags", &scenario::tags, a_list(a_line(), zero::allowed),
           "Words by which scenarios are chosen.")
      .key("clients", &scenario::clients, a_list(a_client(), zero::refused),
           "Profiles that run it unless others are named.")
      .key("duration", &scenario::length, a_duration(zero::refused),
           "Commands and faults happen within.", need::required)
      .key("settle", &scenario::settle, a_duration(zero::allowed),
           "Quiet time after the last fault, in which every client must recover.")
      .key("seeds", &scenario::seeds, an_integer<std::uint32_t>(1, seeds_max),
           "Runs per client unless told otherwise.")
      .table("network", &scenario::path, network_rules())
      .table("server", &scenario::ha, server_rules())
      .table("workload", &scenario::load, workload_rules())
      .table("host", &scenario::where_client_lives, host_rules())
      .table("client", &scenario::program, client_rules())
      .tables("endpoint", &scenario::endpoints, endpoint_rules())
      .tables("fault", &scenario::faults, fault_rules())
      .tables(
          "command", [](auto& s) -> auto& { return s.load.commands; }, command_rules())
      .tables("expect", &scenario::expectations, expectation_rules())
      .check(note_places)
      .check(refuse_drawn_workload)
      .check(refuse_times_past_the_end)
      .check(name_faults)
      .check(name_endpoints)
      .check(refuse_contradictions);
  return t;
}

}  // namespace

std::string default_name(std::string_view kind, int number) {
  return fmt::format("{}-{}", kind, number);
}

form<expiry_style> an_expiry_style() {
  return a_word<expiry_style>({{"silent", expiry_style::silent},
                               {"reset", expiry_style::reset},
                               {"fin", expiry_style::fin}});
}

const rules<scenario>& scenario_rules() {
  static const table_rules<scenario> all = declare_scenario();
  return all;
}

}  // namespace hassle::scenario
