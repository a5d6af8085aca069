#include "harness/cli/suite.hpp"

#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace hassle::harness::cli {

namespace {

using errors = std::vector<scenario::input_error>;

using reports::wanted_verdict;

constexpr std::string_view layer_prefix = "layer:";

bool has_tag(const scenario::scenario& what, std::string_view tag) {
  return std::ranges::find(what.tags, tag) != what.tags.end();
}

/// "restart" of "scenarios/suite/restart/x.toml".
std::string group_of(std::string_view path) {
  const std::size_t end = path.rfind('/');
  if (end == std::string_view::npos) return {};
  const std::string_view folder = path.substr(0, end);
  return std::string(folder.substr(folder.rfind('/') + 1));  // npos + 1 is 0.
}

bool any_of(const std::vector<std::string>& wanted, const std::vector<std::string>& there) {
  return wanted.empty() || std::ranges::any_of(wanted, [&](const std::string& each) {
           return std::ranges::find(there, each) != there.end();
         });
}

bool fits(const suite_scenario& each, const suite_filter& filter) {
  return any_of(filter.tags, each.what.tags) && any_of(filter.layers, each.layers) &&
         any_of(filter.groups, {each.group});
}

void refuse_unknown(std::string_view option, const std::vector<std::string>& words,
                    const std::set<std::string>& known, errors& out) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const std::string& word : words) {
    if (known.contains(word)) continue;
    out.push_back({std::string(option),
                   {},
                   fmt::format("no scenario has {}", scenario::in_quotes(word)),
                   scenario::names_hint(word, names)});
  }
}

errors unknown_words(const std::vector<suite_scenario>& all, const suite_filter& filter) {
  std::set<std::string> tags;
  std::set<std::string> layers;
  std::set<std::string> groups;
  for (const suite_scenario& each : all) {
    tags.insert(each.what.tags.begin(), each.what.tags.end());
    layers.insert(each.layers.begin(), each.layers.end());
    groups.insert(each.group);
  }
  errors found;
  refuse_unknown("--tag", filter.tags, tags, found);
  refuse_unknown("--layer", filter.layers, layers, found);
  refuse_unknown("--group", filter.groups, groups, found);
  return found;
}

}  // namespace

suite_scenario described(scenario::scenario what, std::string_view path) {
  suite_scenario result;
  result.path = path;
  result.group = group_of(path);
  for (const std::string& tag : what.tags) {
    if (tag.starts_with(layer_prefix)) result.layers.push_back(tag.substr(layer_prefix.size()));
    if (tag == "s1" || tag == "s2" || tag == "s3") result.severity = tag;
  }
  if (has_tag(what, "must-fail")) result.wanted = wanted_verdict::failed;
  if (has_tag(what, "must-be-inconclusive")) result.wanted = wanted_verdict::inconclusive;
  result.what = std::move(what);
  return result;
}

reports::scenario_info info_of(const suite_scenario& each) {
  const scenario::scenario& what = each.what;
  return {.name = what.name,
          .group = each.group,
          .wanted = each.wanted,
          .title = what.title,
          .mechanism = what.description.empty() ? what.head_comment : what.description,
          .severity = each.severity,
          .layers = each.layers,
          .file = what.file};
}

std::expected<std::vector<suite_scenario>, errors> find_suite(
    const suite_filter& filter, const scenario::parse_options& options) {
  std::vector<suite_scenario> all;
  for (const scenario::library_file& file : scenario::suite_files()) {
    auto parsed = scenario::parse_suite_file(file, options);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    all.push_back(described(*std::move(parsed), file.path));
  }
  if (errors unknown = unknown_words(all, filter); !unknown.empty()) {
    return std::unexpected(std::move(unknown));
  }
  std::erase_if(all, [&](const suite_scenario& each) { return !fits(each, filter); });
  if (all.empty())
    return std::unexpected(errors{{"--tag", {}, "no scenario has all of these", ""}});
  std::ranges::sort(
      all, {}, [](const suite_scenario& each) { return std::tie(each.group, each.what.name); });
  return all;
}

std::vector<std::string> suite_clients(const suite_scenario& each) {
  if (each.wanted != wanted_verdict::passed) return each.what.clients;
  std::vector<std::string> names{"naive"};
  const auto add = [&names](const std::string& name) {
    if (name == "production" || std::ranges::find(names, name) != names.end()) return;
    names.push_back(name);
  };
  for (const std::string& name : each.what.clients) add(name);
  for (const scenario::expectation& e : each.what.expectations) add(e.client);
  names.emplace_back("production");
  return names;
}

}  // namespace hassle::harness::cli
