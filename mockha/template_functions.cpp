// What functions and methods in templates do; filters and tests are in template_filters.cpp.
#include "mockha/template_functions.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace hassle::mockha::templates {

namespace {

using namespace std::chrono;

std::string entity_of(const arguments& given) { return given.text(0, "entity_id"); }

value states(machine& m, const arguments& given) {
  const entity* e = m.look_at(entity_of(given));
  return text_value(e ? e->now().state : "unknown");
}

value state_attr(machine& m, const arguments& given) {
  const entity* e = m.look_at(entity_of(given));
  const json::value* found = e ? e->now().attributes.if_contains(given.text(1, "name")) : nullptr;
  return found ? value(*found) : value(json::value());
}

bool is_one_of(const json::value& what, const json::value& wanted) {
  if (!wanted.is_array()) return same(what, wanted);
  return std::ranges::any_of(wanted.get_array(),
                             [&](const json::value& w) { return same(what, w); });
}

value is_state(machine& m, const arguments& given) {
  const entity* e = m.look_at(entity_of(given));
  const value* wanted = given.get(1, "state");
  return json::value(e && wanted && is_one_of(json::value(e->now().state), m.plain(*wanted)));
}

value is_state_attr(machine& m, const arguments& given) {
  const entity* e = m.look_at(entity_of(given));
  const json::value* found = e ? e->now().attributes.if_contains(given.text(1, "name")) : nullptr;
  const value* wanted = given.get(2, "value");
  return json::value(found && wanted && is_one_of(*found, m.plain(*wanted)));
}

value has_value(machine& m, const arguments& given) {
  const entity* e = m.look_at(entity_of(given));
  return json::value(e && e->now().state != "unknown" && e->now().state != "unavailable");
}

// The mock's home lives in UTC, whatever its configuration says.
value now(machine& m, const arguments&) {
  m.look_at_time();
  return moment{m.now()};
}

value utcnow(machine& m, const arguments& given) { return now(m, given); }

double epoch(moment at) {
  return static_cast<double>(at.at.time_since_epoch().count()) / 1'000'000;
}

value as_timestamp(machine& m, const arguments& given) {
  const value* what = given.get(0, "value");
  if (what) {
    if (const moment* at = std::get_if<moment>(what)) return json::value(epoch(*at));
    if (const auto number = as_number(*what, true)) return json::value(*number);
  }
  if (const value* otherwise = given.get(1, "default")) return *otherwise;
  return m.fail(
      fmt::format("ValueError: Template error: as_timestamp got invalid input '{}' when "
                  "rendering template '{}' but no default was specified",
                  what ? shown(*what) : "", m.text()));
}

value range(machine& m, const arguments& given) {
  constexpr double elements_max = 100'000;
  std::array<std::int64_t, 3> bound{0, 0, 1};
  const std::size_t count = given.positional.size();
  if (count == 0 || count > 3) {
    return m.fail(fmt::format("TypeError: range expected at least 1 argument, got {}", count));
  }
  for (std::size_t n = 0; n < count; ++n) {
    const auto* j = std::get_if<json::value>(&given.positional[n]);
    if (!j || !j->is_int64()) {
      return m.fail(fmt::format("TypeError: '{}' object cannot be interpreted as an integer",
                                type_name(given.positional[n])));
    }
    bound[count == 1 ? 1 : n] = j->get_int64();
  }
  const auto [begin, end, step] = bound;
  if (step == 0) return m.fail("ValueError: range() arg 3 must not be zero");
  const double size = std::ceil((static_cast<double>(end) - static_cast<double>(begin)) /
                                static_cast<double>(step));
  if (size > elements_max) {
    return m.fail(
        "OverflowError: Range too big. The sandbox blocks ranges larger than MAX_RANGE "
        "(100000).");
  }
  json::array all;
  for (std::int64_t n = 0; n < static_cast<std::int64_t>(size); ++n)
    all.push_back(begin + n * step);
  return m.checked(std::move(all));
}

value iif(machine& m, const arguments& given) {
  const value* what = given.get(0, "value");
  const value* chosen = what && m.truth(*what) ? given.get(1, "if_true") : given.get(2, "if_false");
  if (chosen) return *chosen;
  return json::value(what && m.truth(*what));
}

value int_function(machine& m, const arguments& given) { return call_filter("int", m, given); }
value float_function(machine& m, const arguments& given) { return call_filter("float", m, given); }
value bool_function(machine& m, const arguments& given) { return call_filter("bool", m, given); }
value max_function(machine& m, const arguments& given) {
  if (given.positional.size() < 2) return call_filter("max", m, given);
  json::array all;
  for (const auto& v : given.positional) all.push_back(m.plain(v));
  return call_filter("max", m, {.positional = {json::value(std::move(all))}, .named = {}});
}
value min_function(machine& m, const arguments& given) {
  if (given.positional.size() < 2) return call_filter("min", m, given);
  json::array all;
  for (const auto& v : given.positional) all.push_back(m.plain(v));
  return call_filter("min", m, {.positional = {json::value(std::move(all))}, .named = {}});
}
value dict(machine& m, const arguments& given) {
  json::object all;
  for (const auto& [key, v] : given.named) all[key] = m.plain(v);
  return json::value(std::move(all));
}

struct function_row {
  std::string_view name;
  value (*run)(machine&, const arguments&);
};
constexpr std::array functions = std::to_array<function_row>({
    {"as_timestamp", as_timestamp},
    {"bool", bool_function},
    {"dict", dict},
    {"float", float_function},
    {"has_value", has_value},
    {"iif", iif},
    {"int", int_function},
    {"is_state", is_state},
    {"is_state_attr", is_state_attr},
    {"max", max_function},
    {"min", min_function},
    {"now", now},
    {"range", range},
    {"state_attr", state_attr},
    {"states", states},
    {"utcnow", utcnow},
});
static_assert(std::ranges::is_sorted(functions, {}, &function_row::name));

const function_row* find(std::string_view name) {
  const auto found = std::ranges::lower_bound(functions, name, {}, &function_row::name);
  return found != functions.end() && found->name == name ? &*found : nullptr;
}

// --- methods ---

std::string cased(std::string_view text, bool upper) {
  std::string out(text);
  for (char& c : out) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

value split(std::string_view text, const std::string& by, machine& m) {
  json::array parts;
  if (by.empty()) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
      if (end > at) parts.emplace_back(text.substr(at, end - at));
      at = end + 1;
    }
    return m.checked(std::move(parts));
  }
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(by, at);
    parts.emplace_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) return m.checked(std::move(parts));
    at = end + by.size();
  }
}

std::optional<value> text_method(std::string_view text, std::string_view name, machine& m,
                                 const arguments& given) {
  if (name == "lower" || name == "upper") return m.checked(cased(text, name == "upper"));
  if (name == "split") return split(text, given.text(0, "sep"), m);
  if (name == "startswith") return json::value(text.starts_with(given.text(0, "prefix")));
  if (name == "endswith") return json::value(text.ends_with(given.text(0, "suffix")));
  if (name == "strip" || name == "replace" || name == "title" || name == "join") {
    arguments with{.positional = {text_value(text)}, .named = {}};
    with.positional.insert(with.positional.end(), given.positional.begin(), given.positional.end());
    if (name == "join") {
      if (with.positional.size() < 2) return std::nullopt;
      std::swap(with.positional[0], with.positional[1]);
    }
    return call_filter(name == "strip" ? "trim" : name, m, with);
  }
  return std::nullopt;
}

std::optional<value> dict_method(const json::object& of, std::string_view name, machine& m,
                                 const arguments& given) {
  if (name == "get") {
    if (const json::value* found = of.if_contains(given.text(0, "key"))) return *found;
    const value* otherwise = given.get(1, "default");
    return otherwise ? *otherwise : value(json::value());
  }
  if (name != "items" && name != "keys" && name != "values") return std::nullopt;
  json::array all;
  for (const auto& member : of) {
    if (name == "items") {
      all.push_back(json::array{member.key(), member.value()});
    } else if (name == "keys") {
      all.emplace_back(member.key());
    } else {
      all.push_back(member.value());
    }
  }
  return m.checked(std::move(all));
}

std::optional<value> moment_method(moment of, std::string_view name, machine& m,
                                   const arguments& given) {
  if (name == "isoformat") return text_value(iso_text(of.at));
  if (name == "timestamp") return json::value(epoch(of));
  if (name == "weekday" || name == "isoweekday") {
    const weekday day(floor<days>(of.at));
    const unsigned iso = day.iso_encoding();
    return json::value(static_cast<std::int64_t>(name == "weekday" ? iso - 1 : iso));
  }
  if (name != "strftime") return std::nullopt;
  const std::string format = given.text(0, "format");
  constexpr std::string_view known = "aAbBdHIjmMpSyYZ%";
  for (std::size_t n = 0; n < format.size(); ++n) {
    if (format[n] != '%') continue;
    if (++n >= format.size() || known.find(format[n]) == std::string_view::npos) {
      return m.fail("ValueError: Invalid format string");
    }
  }
  const auto seconds = floor<std::chrono::seconds>(of.at);
  return m.checked(format.empty() ? std::string()
                                  : fmt::format(fmt::runtime("{:" + format + "}"),
                                                fmt::gmtime(system_clock::to_time_t(seconds))));
}

std::optional<value> part_of(moment of, std::string_view name) {
  const auto day = floor<days>(of.at);
  const year_month_day date(day);
  const hh_mm_ss time(of.at - day);
  const auto number = [](auto n) { return json::value(static_cast<std::int64_t>(n)); };
  if (name == "year") return number(static_cast<int>(date.year()));
  if (name == "month") return number(static_cast<unsigned>(date.month()));
  if (name == "day") return number(static_cast<unsigned>(date.day()));
  if (name == "hour") return number(time.hours().count());
  if (name == "minute") return number(time.minutes().count());
  if (name == "second") return number(time.seconds().count());
  if (name == "microsecond") return number(time.subseconds().count());
  return std::nullopt;
}

value part_of(const state_ref& of, std::string_view name, machine& m) {
  const entity* e = m.look_at(of.id);
  if (!e) return undefined{"'None' has no attribute '" + std::string(name) + "'"};
  if (name == "last_changed") return moment{e->now().last_changed};
  if (name == "last_updated") return moment{e->now().last_updated};
  if (name == "last_reported") return moment{e->now().last_reported};
  const json::object all = state_object(*e);
  if (const json::value* found = all.if_contains(name)) return *found;
  return undefined{fmt::format("'TemplateState object' has no attribute '{}'", name)};
}

}  // namespace

const value* arguments::get(std::size_t index, std::string_view name) const {
  if (index < positional.size()) return &positional[index];
  const auto found = std::ranges::find_if(named, [&](const auto& n) { return n.first == name; });
  return found == named.end() ? nullptr : &found->second;
}

std::string arguments::text(std::size_t index, std::string_view name,
                            std::string_view otherwise) const {
  const value* found = get(index, name);
  return found ? shown(*found) : std::string(otherwise);
}

bool has_function(std::string_view name) { return find(name) != nullptr; }

value call_function(std::string_view name, machine& m, const arguments& given) {
  return find(name)->run(m, given);
}

value call_method(const value& of, std::string_view name, machine& m, const arguments& given) {
  if (const auto* u = std::get_if<undefined>(&of)) return m.undefined_used(*u);
  std::optional<value> done;
  if (const auto text = as_text(of)) {
    done = text_method(*text, name, m, given);
  } else if (const moment* at = std::get_if<moment>(&of)) {
    done = moment_method(*at, name, m, given);
  } else if (const json::value* j = std::get_if<json::value>(&of); j && j->is_object()) {
    done = dict_method(j->get_object(), name, m, given);
  }
  if (done) return std::move(*done);
  return m.fail(
      fmt::format("UndefinedError: '{} object' has no attribute '{}'", type_name(of), name));
}

value attribute_of(const value& of, std::string_view name, machine& m) {
  if (m.failed()) return undefined{};
  if (const auto* u = std::get_if<undefined>(&of)) return m.undefined_used(*u);
  if (std::holds_alternative<all_states>(of)) return domain_states{std::string(name)};
  if (const auto* d = std::get_if<domain_states>(&of)) {
    const std::string id = fmt::format("{}.{}", d->domain, name);
    if (m.look_at(id)) return state_ref{id};
    return json::value();  // None, which has no attributes.
  }
  if (const auto* s = std::get_if<state_ref>(&of)) return part_of(*s, name, m);
  if (const moment* at = std::get_if<moment>(&of)) {
    if (auto part = part_of(*at, name)) return std::move(*part);
  }
  const json::value* j = std::get_if<json::value>(&of);
  if (j && j->is_object()) {
    if (const json::value* found = j->get_object().if_contains(name)) return *found;
  }
  if (j && j->is_null()) return undefined{fmt::format("'None' has no attribute '{}'", name)};
  return undefined{fmt::format("'{} object' has no attribute '{}'", type_name(of), name)};
}

}  // namespace hassle::mockha::templates
