#include "reports/json_report.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <iterator>

namespace hassle::reports {
namespace {

namespace json = boost::json;

// JSON text of our own, because Boost.JSON writes 0.15 as 1.5E-1 and all in one line: what holds
// nothing but scalars stays on a line, everything else gets a line for each member.
class json_printer {
 public:
  std::string print(const json::value& value) && {
    append(value, 0);
    out_ += '\n';
    return std::move(out_);
  }

 private:
  static bool is_flat(const json::value& value) {
    const auto scalar = [](const json::value& v) { return !v.is_structured(); };
    if (const json::array* array = value.if_array()) return std::ranges::all_of(*array, scalar);
    return std::ranges::all_of(value.get_object(),
                               [&](const auto& member) { return scalar(member.value()); });
  }

  void append(const json::value& value, std::size_t depth) {
    switch (value.kind()) {
      case json::kind::null:
        out_ += "null";
        return;
      case json::kind::bool_:
        out_ += value.get_bool() ? "true" : "false";
        return;
      case json::kind::int64:
        append_number(value.get_int64());
        return;
      case json::kind::uint64:
        append_number(value.get_uint64());
        return;
      case json::kind::double_:
        append_number(value.get_double());
        return;
      case json::kind::string:
        append_json_string(out_, value.get_string());
        return;
      case json::kind::array:
        append_members(value, '[', ']', depth);
        return;
      case json::kind::object:
        append_members(value, '{', '}', depth);
        return;
    }
  }

  void append_number(auto number) { fmt::format_to(std::back_inserter(out_), "{}", number); }

  void append_members(const json::value& value, char open, char close, std::size_t depth) {
    const bool flat = is_flat(value);
    bool first = true;
    const auto next_member = [&] {
      if (!std::exchange(first, false)) out_ += flat ? ", " : ",";
      if (!flat) out_.append(1, '\n').append(2 * (depth + 1), ' ');
    };
    out_ += open;
    if (const json::array* array = value.if_array()) {
      for (const json::value& element : *array) {
        next_member();
        append(element, depth + 1);
      }
    } else {
      for (const auto& member : value.get_object()) {
        next_member();
        append_json_string(out_, member.key());
        out_ += ": ";
        append(member.value(), depth + 1);
      }
    }
    if (!flat) out_.append(1, '\n').append(2 * depth, ' ');
    out_ += close;
  }

  std::string out_;
};

json::object json_of(const interval& i) {
  return {{"mean", i.mean}, {"low", i.low}, {"high", i.high}};
}

json::array strings(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(printable(text));
  return array;
}

json::object outcomes_of(const summary& s) {
  json::object outcomes;
  for (std::size_t i = 0; i < s.outcomes.size(); ++i) {
    outcomes[name_of(static_cast<outcome>(i))] = s.outcomes[i];
  }
  return outcomes;
}

json::array errors_of(const summary& s) {
  json::array errors;
  for (const auto& [text, count] : s.errors) {
    errors.push_back(json::object{{"text", printable(text)}, {"count", count}});
  }
  return errors;
}

json::array oracles_of(const summary& s) {
  json::array array;
  for (const oracle_result& o : s.oracles) {
    json::object one{{"name", o.name}, {"violations", o.violations}, {"promised", o.promised}};
    if (o.violations > 0) {
      one["first_seed"] = o.first_seed;
      if (o.first_command != 0) one["first_command"] = o.first_command;
    }
    array.push_back(std::move(one));
  }
  return array;
}

json::array expectations_of(const summary& s) {
  json::array array;
  for (const expectation_result& e : s.expectations) {
    array.push_back(json::object{{"text", printable(e.text)},
                                 {"verdict", e.verdict},
                                 {"measured", e.measured},
                                 {"why", printable(e.why)}});
  }
  return array;
}

json::object json_of(const summary& s) {
  json::object run{{"scenario", printable(s.scenario)},
                   {"client", printable(s.client)},
                   {"world", printable(s.world)},
                   {"seeds", s.seeds},
                   {"first_seed", s.first_seed},
                   {"verdict", s.verdict},
                   {"commands", s.commands}};
  run["outcomes"] = outcomes_of(s);
  run["error_rate"] = json_of(s.error_rate);
  run["change"] = s.change ? json::value(json_of(*s.change)) : json::value(nullptr);
  run["latency_ms"] = json::object{{"p50", s.latency_p50_ms},
                                   {"p90", s.latency_p90_ms},
                                   {"p99", s.latency_p99_ms},
                                   {"max", s.latency_max_ms}};
  run["connection_lifetime_s"] =
      json::object{{"mean", s.lifetime_mean_s}, {"max", s.lifetime_max_s}};
  run["recovery_s"] =
      json::object{{"count", s.recoveries}, {"p50", s.recovery_p50_s}, {"max", s.recovery_max_s}};
  run["duplicates"] = s.duplicates;
  run["wrong_answers"] = s.wrong_answers;
  run["past_limit"] = s.past_limit;
  run["lost"] = s.lost;
  run["unknown"] = s.unknown;
  run["attempts"] = s.attempts;
  run["connections"] = s.connections;
  run["simulated_s"] = s.simulated_s;
  run["digest"] = s.digest;
  run["complete"] = s.complete;
  run["layers"] = strings(s.layers);
  run["errors"] = errors_of(s);
  run["oracles"] = oracles_of(s);
  run["idle_faults"] = strings(s.idle_faults);
  run["expectations"] = expectations_of(s);
  run["reasons"] = strings(s.reasons);
  run["notes"] = strings(s.notes);
  return run;
}

}  // namespace

std::string json_report(const report& r) {
  json::object document{{"schema", 1}};
  document["tool"] = json::object{{"name", "hassle"}, {"version", printable(r.tool_version)}};
  document["verdict"] = r.verdict;
  document["interrupted"] = r.interrupted;
  json::array& runs = document["runs"].emplace_array();
  for (const summary& s : r.runs) runs.push_back(json_of(s));
  return json_printer().print(document);
}

}  // namespace hassle::reports
