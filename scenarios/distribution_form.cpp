#include "scenarios/form.hpp"
#include "scenarios/table_rules.hpp"

#include <array>

namespace hassle::scenario {
namespace {

constexpr double sigma_max = 10;

using durations = duration_distribution;
using counts = count_distribution;

/// One `dist = "…"` and the keys that go with it.
template <class Distribution>
struct dist_rules {
  std::string_view name;
  Distribution initial;
  table_rules<Distribution> keys;
};

/// The `dist` key itself: it was read to find the rules.
form<std::string> dist_word() {
  return {"word", [](const value& v, const site&) { return std::optional(v.text); }, toml_string,
          text_shape()};
}

template <class Distribution>
void refuse_min_above_max(table_rules<Distribution>& rules) {
  rules.check([](const value& table, Distribution& d, problems& out) {
    const value* const min = table.find("min");
    if (min != nullptr && table.find("max") != nullptr && d.a > d.b) {
      out.add(min->where, "min is above max");
    }
  });
}

template <class Distribution>
dist_rules<Distribution> start(std::string_view name, typename Distribution::kind how) {
  Distribution initial;
  initial.how = how;
  table_rules<Distribution> keys("How a drawn value is spread.", initial);
  keys.marker("dist", dist_word(), std::string(name), "The shape of the distribution.");
  return {name, initial, std::move(keys)};
}

const std::vector<dist_rules<durations>>& duration_rules() {
  static const auto all = [] {
    const auto any = a_duration(zero::allowed);
    auto constant = start<durations>("constant", durations::kind::constant);
    constant.keys.key("value", &durations::a, any, "Always this.", need::required);
    auto uniform = start<durations>("uniform", durations::kind::uniform);
    uniform.keys.key("min", &durations::a, any, "The shortest.", need::required)
        .key("max", &durations::b, any, "The longest.", need::required);
    refuse_min_above_max(uniform.keys);
    auto exponential = start<durations>("exponential", durations::kind::exponential);
    exponential.keys.key("mean", &durations::a, any, "The mean.", need::required);
    auto lognormal = start<durations>("lognormal", durations::kind::lognormal);
    lognormal.keys
        .key("median", &durations::a, any, "Half of the draws are shorter.", need::required)
        .key("sigma", &durations::sigma, a_number(0, sigma_max),
             "The standard deviation of the logarithm.", need::required);
    return std::vector{std::move(constant), std::move(uniform), std::move(exponential),
                       std::move(lognormal)};
  }();
  return all;
}

const std::vector<dist_rules<counts>>& count_rules() {
  static const auto all = [] {
    const auto any = an_integer<std::uint32_t>(1, count_max);
    auto constant = start<counts>("constant", counts::kind::constant);
    constant.keys.key("value", &counts::a, any, "Always this.", need::required);
    auto uniform = start<counts>("uniform", counts::kind::uniform);
    uniform.keys.key("min", &counts::a, any, "The smallest.", need::required)
        .key("max", &counts::b, any, "The largest.", need::required);
    refuse_min_above_max(uniform.keys);
    auto geometric = start<counts>("geometric", counts::kind::geometric);
    geometric.keys.key("mean", &counts::mean, a_number(1, count_max), "The mean.", need::required);
    return std::vector{std::move(constant), std::move(uniform), std::move(geometric)};
  }();
  return all;
}

/// Nothing if `dist` is missing or unknown, which has been complained about.
template <class Distribution>
const dist_rules<Distribution>* find_rules(const std::vector<dist_rules<Distribution>>& all,
                                           const value& table, const site& at) {
  std::vector<std::string_view> names;
  names.reserve(all.size());
  for (const auto& each : all) {
    names.push_back(each.name);
  }
  const value* const dist = table.find("dist");
  if (dist == nullptr) {
    at.complain(table.where, "missing key 'dist'", names_hint("", names));
    return nullptr;
  }
  if (dist->what != value::kind::text) {
    site{"dist", at.out}.expected("a string", *dist);
    return nullptr;
  }
  for (const auto& each : all) {
    if (each.name == dist->text) {
      return &each;
    }
  }
  site{"dist", at.out}.complain(dist->where, "unknown distribution " + in_quotes(dist->text),
                                names_hint(dist->text, names));
  return nullptr;
}

/// Nothing if anything in the table is wrong.
template <class Distribution>
std::optional<Distribution> read_table(const std::vector<dist_rules<Distribution>>& all,
                                       const value& table, const site& at) {
  const auto* const found = find_rules(all, table, at);
  if (found == nullptr) {
    return std::nullopt;
  }
  problems here = at.out.like();
  Distribution result = found->initial;
  found->keys.read(table, result, here);
  const bool good = here.empty();
  at.out.absorb(std::move(here));
  return good ? std::optional(result) : std::nullopt;
}

template <class Distribution>
std::string write_table(const std::vector<dist_rules<Distribution>>& all, const Distribution& d) {
  for (const auto& each : all) {
    if (each.initial.how == d.how) {
      std::string lines;
      each.keys.write(d, "", lines);
      std::string result = "{ ";
      for (const char c : lines) {
        result += c == '\n' ? std::string(", ") : std::string(1, c);
      }
      result.resize(result.size() - 2);  // The comma behind the last one.
      return result + " }";
    }
  }
  assert(false && "unknown distribution");
  return {};
}

/// A constant, or a table for each kind of distribution.
template <class Distribution>
value_shape shape_of(value_shape constant, const std::vector<dist_rules<Distribution>>& all) {
  std::vector<value_shape> alternatives{std::move(constant)};
  for (const auto& each : all) {
    std::vector<key_description> keys;
    each.keys.describe("", keys);
    alternatives.push_back(table_shape(std::move(keys)));
  }
  return any_shape(std::move(alternatives));
}

}  // namespace

form<duration_distribution> a_duration_distribution(zero z) {
  return {z == zero::allowed ? "duration or distribution of durations"
                             : "duration above 0s or distribution of durations",
          [z](const value& v, const site& at) -> std::optional<durations> {
            std::optional<durations> result;
            if (v.what == value::kind::table) {
              result = read_table(duration_rules(), v, at);
            } else if (const auto constant = a_duration(zero::allowed).read(v, at)) {
              result = durations{durations::kind::constant, *constant};
            }
            if (result && z == zero::refused && result->always_zero()) {
              at.complain(v.where, "would never advance: all its values are 0s",
                          "a mean of at least 1us");
              return std::nullopt;
            }
            return result;
          },
          [](const durations& d) {
            return d.how == durations::kind::constant ? toml_string(format_duration(d.a))
                                                      : write_table(duration_rules(), d);
          },
          shape_of(a_duration(zero::allowed).shape, duration_rules())};
}

form<count_distribution> a_count_distribution() {
  return {"integer from 1 or distribution of integers",
          [](const value& v, const site& at) -> std::optional<counts> {
            if (v.what == value::kind::table) {
              return read_table(count_rules(), v, at);
            }
            const auto constant = an_integer<std::uint32_t>(1, count_max).read(v, at);
            return constant ? std::optional(counts{counts::kind::constant, *constant})
                            : std::nullopt;
          },
          [](const counts& c) {
            return c.how == counts::kind::constant ? fmt::format("{}", c.a)
                                                   : write_table(count_rules(), c);
          },
          shape_of(an_integer<std::uint32_t>(1, count_max).shape, count_rules())};
}

}  // namespace hassle::scenario
