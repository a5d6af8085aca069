#include "harness/cli/client_command.hpp"
#include "harness/cli/real_world.hpp"
#include "harness/cli/report_output.hpp"
#include "harness/cli/run_all.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "harness/runner.hpp"
#include "harness/version.hpp"
#include "reports/statistics/shapley.hpp"
#include "scenarios/duration.hpp"
#include "scenarios/layer_subset.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <expected>
#include <filesystem>
#include <functional>
#include <list>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace hassle::harness::cli {

namespace {

using errors = std::vector<scenario::input_error>;

/// Everything that was asked for, found and valid.
struct prepared_run {
  std::list<scenario::scenario> scenarios;  // The entries point into it.
  std::vector<entry> entries;
};

/// The scenario made shorter or longer. What it expects was said of its own duration.
std::expected<void, errors> change_duration(scenario::scenario& what, const std::string& text) {
  const auto given = scenario::parse_duration(text);
  if (!given || *given <= scenario::duration::zero()) {
    const std::string why = given ? "it must be above zero" : given.error().message;
    return std::unexpected(
        errors{{"--duration", {}, fmt::format("'{}': {}", text, why), "such as 2h"}});
  }
  for (const scenario::fault& each : what.faults) {
    if (each.at && *each.at >= *given) {
      return std::unexpected(
          errors{{what.file_at(each.where), each.where,
                  fmt::format("fault '{}' is past the end at {}", each.name, text),
                  "use a longer --duration"}});
    }
  }
  what.length = *given;
  what.expectations.clear();
  return {};
}

/// Reports name no path of this machine: what lies below the current directory by the way to it,
/// anything else by its file's name alone.
std::string shown_path(const std::string& file) {
  const std::filesystem::path path(file);
  if (path.is_relative()) return path.lexically_normal().generic_string();
  std::error_code ec;
  const auto here = path.lexically_relative(std::filesystem::current_path(ec));
  const bool below = !ec && !here.empty() && *here.begin() != "..";
  return (below ? here : path.filename()).generic_string();
}

/// Not of the scenarios: what is found wrong with them is named as the user did.
void show_paths(reports::measurement& of) {
  for (reports::scenario_info& each : of.scenarios) each.file = shown_path(each.file);
  for (reports::cell& each : of.cells) {
    for (reports::expectation& expected : each.expectations) {
      expected.where.file = shown_path(expected.where.file);
    }
  }
}

std::expected<std::vector<scenario::client_profile>, errors> find_clients(
    const std::vector<std::string>& names) {
  std::vector<scenario::client_profile> found;
  for (const std::string& name : names) {
    auto profile = scenario::find_profile(name);
    if (!profile) return std::unexpected(std::move(profile.error()));
    found.push_back(std::move(*profile));
  }
  return found;
}

/// The profile with each of the sets of its layers, in ladder order.
std::expected<std::vector<scenario::client_profile>, errors> subsets_of(
    const std::string& name,
    const std::function<std::vector<reports::player_set>(unsigned layers)>& choose) {
  auto found = find_clients({name});
  if (!found) return found;
  const scenario::client_profile whole = std::move(found->front());
  std::vector<scenario::client_profile> clients;
  for (const reports::player_set set : choose(static_cast<unsigned>(whole.layers.size()))) {
    std::vector<std::string> layers;
    for (std::size_t i = 0; i < whole.layers.size(); ++i) {
      if ((set >> i & 1U) != 0) layers.push_back(whole.layers[i]);
    }
    clients.push_back(scenario::with_only(whole, layers));
  }
  return clients;
}

std::expected<std::vector<scenario::client_profile>, errors> clients_for(
    const run_options& asked, const scenario::scenario& what) {
  switch (asked.clients) {
    case client_choice::of_scenario:
      return find_clients(what.clients);
    case client_choice::named:
      return find_clients(asked.named_clients);
    case client_choice::ladder: {
      const auto& rungs = scenario::ladder();
      return find_clients({rungs.begin(), rungs.end()});
    }
    case client_choice::leave_one_out: {
      auto whole = find_clients({"production"});
      if (!whole) return whole;
      const scenario::client_profile production = whole->front();
      for (const std::string& layer : production.layers) {
        whole->push_back(scenario::without(production, layer));
      }
      return whole;
    }
    case client_choice::subsets_of_report:
      return subsets_of("pool", reports::all_sets);
    case client_choice::subsets_of_production:
      return subsets_of("production", [&](unsigned layers) {
        return reports::sets_of_orders(layers, asked.permutations);
      });
  }
  return {};
}

reports::baseline baseline_of(client_choice clients) {
  switch (clients) {
    case client_choice::of_scenario:  // Listed from the bottom of the ladder up.
    case client_choice::ladder:
      return reports::baseline::rung_below;
    case client_choice::leave_one_out:
      return reports::baseline::first;
    case client_choice::named:
    case client_choice::subsets_of_report:
    case client_choice::subsets_of_production:
      return reports::baseline::none;
  }
  return {};
}

reports::report_kind kind_of(client_choice clients) {
  const bool attributes = clients == client_choice::subsets_of_report ||
                          clients == client_choice::subsets_of_production;
  return attributes ? reports::report_kind::attribution : reports::report_kind::clients;
}

std::expected<prepared_run, errors> prepare(const run_options& asked) {
  prepared_run all;
  for (const std::string& name : asked.scenarios) {
    auto found = scenario::find_scenario(name, {.changes = asked.changes, .find_base = {}});
    if (!found) return std::unexpected(std::move(found.error()));
    scenario::scenario& what = all.scenarios.emplace_back(std::move(*found));
    if (auto error = impossible(asked, what)) return std::unexpected(errors{std::move(*error)});
    if (asked.duration) {
      if (auto changed = change_duration(what, *asked.duration); !changed) {
        return std::unexpected(std::move(changed.error()));
      }
    }
    auto clients = clients_for(asked, what);
    if (!clients) return std::unexpected(std::move(clients.error()));
    for (const client_command& each : asked.commands) clients->push_back(profile_of(each));
    for (scenario::client_profile& each : *clients) {
      all.entries.push_back({&what, std::move(each), asked.seeds.value_or(what.seeds)});
    }
  }
  return all;
}

std::vector<reports::scenario_info> infos_of(const std::list<scenario::scenario>& scenarios) {
  std::vector<reports::scenario_info> infos;
  for (const scenario::scenario& each : scenarios) {
    reports::scenario_info info = info_of(described(each, each.file));
    info.wanted = reports::wanted_verdict::passed;  // Whoever names a canary sees it fail.
    if (!each.file.starts_with(suite_folder)) info.group.clear();
    infos.push_back(std::move(info));
  }
  return infos;
}

/// What has to be said again to get the same runs, besides scenario, client and seeds.
reports::rerun_options again(const run_options& asked) {
  reports::rerun_options options{.arguments = changes_again(asked), .client_files = {}};
  if (asked.duration) {
    options.arguments.insert(options.arguments.end(), {"--duration", *asked.duration});
  }
  for (const std::string& name : asked.named_clients) {
    const auto profile = scenario::find_profile(name);
    if (profile && profile->name != name) options.client_files[profile->name] = shown_path(name);
  }
  for (const client_command& each : asked.commands) {
    options.client_commands[each.name] = {
        "--client-cmd", text_of(each),  "--world",
        "real",         "--time-scale", fmt::format("{}", asked.real.value().time_scale)};
  }
  return options;
}

}  // namespace

exit_status perform(const run_options& named) {
  if (named.all) return perform_all(named);
  run_options asked = named;
  if (!asked.commands.empty()) {
    auto met = meet(std::move(asked.commands), asked.real.value().time_scale);
    if (!met) return met.error();
    asked.commands = *std::move(met);
  }
  auto prepared = prepare(asked);
  if (!prepared) {
    complain(prepared.error());
    return exit_status::bad_input;
  }
  if (!outputs_are_writable(asked)) return exit_status::bad_input;
  if (asked.duration) complain("--duration: what the scenarios expect is not checked");
  auto result = run_entries(asked, prepared->entries);
  if (!result) return result.error();
  reports::measurement of{.tool_version = std::string(version),
                          .kind = kind_of(asked.clients),
                          .against = baseline_of(asked.clients),
                          .scenarios = infos_of(prepared->scenarios),
                          .cells = std::move(result->cells),
                          .kept = std::move(result->kept),
                          .interrupted = result->interrupted,
                          .until = asked.until,
                          .again = again(asked)};
  show_paths(of);
  return conclude(asked, std::move(of), *result);
}

}  // namespace hassle::harness::cli
