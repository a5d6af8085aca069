#include "harness/cli/suite.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "reports/text.hpp"
#include "scenarios/duration.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::cli {

namespace {

namespace json = boost::json;
using reports::colour;
using suite = std::vector<suite_scenario>;
using clients = std::vector<scenario::client_profile>;

/// The rungs of the ladder, then whoever else there is.
std::vector<std::string_view> clients_from_the_bottom_up() {
  std::vector<std::string_view> names = scenario::ladder();
  for (const std::string_view name : scenario::profile_names()) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

json::array texts(const std::vector<std::string>& all) {
  return json::array(all.begin(), all.end());
}

json::object json_of(const suite_scenario& each) {
  json::object o;
  o["name"] = each.what.name;
  o["title"] = each.what.title;
  o["group"] = each.group;
  o["path"] = json::string(each.path.data(), each.path.size());
  o["tags"] = texts(each.what.tags);
  o["severity"] = each.severity.empty() ? json::value(nullptr) : json::value(each.severity);
  o["layers"] = texts(each.layers);
  o["clients"] = texts(each.what.clients);
  o["seeds"] = each.what.seeds;
  o["duration"] = scenario::format_duration(each.what.length);
  return o;
}

void print_json(const suite& scenarios, const clients& profiles) {
  json::array all;
  for (const suite_scenario& each : scenarios) all.push_back(json_of(each));
  json::array known;
  for (const scenario::client_profile& each : profiles) {
    known.push_back(
        json::object{{"name", each.name}, {"title", each.title}, {"layers", texts(each.layers)}});
  }
  fmt::print("{}\n",
             json::serialize(json::object{
                 {"schema", 1}, {"scenarios", std::move(all)}, {"clients", std::move(known)}}));
}

std::string heading(std::string_view text) {
  return reports::paint(text, colour::bold, stdout_wants_colour());
}

/// "  nat-expiry  s1  Title [health, probe]", under the name of the group.
void print_scenarios(const suite& scenarios) {
  std::size_t widest = 0;
  for (const suite_scenario& each : scenarios) widest = std::max(widest, each.what.name.size());
  std::string group;
  for (const suite_scenario& each : scenarios) {
    if (each.group != group) {
      fmt::print("{}{}\n", group.empty() ? "" : "\n", heading(each.group));
      group = each.group;
    }
    const std::string layers =
        each.layers.empty() ? "" : fmt::format(" [{}]", fmt::join(each.layers, ", "));
    fmt::print("  {:<{}}  {:<2}  {}{}\n", each.what.name, widest, each.severity, each.what.title,
               reports::paint(layers, colour::dim, stdout_wants_colour()));
  }
}

void print_clients(const clients& profiles) {
  std::size_t widest = 0;
  for (const scenario::client_profile& each : profiles) widest = std::max(widest, each.name.size());
  fmt::print("\n{}\n", heading("Clients"));
  for (const scenario::client_profile& each : profiles) {
    fmt::print("  {:<{}}  {}\n", each.name, widest, each.title);
  }
}

}  // namespace

exit_status perform(const list_options& asked) {
  const auto scenarios = find_suite(asked.filter);
  if (!scenarios) {
    complain(scenarios.error());
    return exit_status::bad_input;
  }
  clients profiles;
  for (const std::string_view name : clients_from_the_bottom_up()) {
    auto found = scenario::find_profile(name);
    if (!found) {
      complain(found.error());
      return exit_status::our_bug;  // The library is ours.
    }
    profiles.push_back(*std::move(found));
  }
  if (asked.json) {
    print_json(*scenarios, profiles);
    return exit_status::passed;
  }
  print_scenarios(*scenarios);
  if (asked.filter.empty()) print_clients(profiles);
  fmt::print("\nRun one with 'hassle run NAME', look into it with 'hassle show NAME'.\n");
  return exit_status::passed;
}

}  // namespace hassle::harness::cli
