#include "harness/cli/run_all.hpp"

#include "harness/cli/real_world.hpp"
#include "harness/cli/report_output.hpp"
#include "harness/cli/suite.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/version.hpp"
#include "scenarios/library.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace hassle::harness::cli {

namespace {

using errors = std::vector<scenario::input_error>;
using suite = std::vector<suite_scenario>;

/// A profile is read once, however many scenarios name it.
class profiles {
 public:
  std::expected<scenario::client_profile, errors> find(const std::string& name) {
    if (const auto known = found_.find(name); known != found_.end()) return known->second;
    auto profile = scenario::find_profile(name);
    if (profile) found_.emplace(name, *profile);
    return profile;
  }

 private:
  std::map<std::string, scenario::client_profile> found_;
};

std::expected<std::vector<entry>, errors> entries_of(const run_options& asked, const suite& all) {
  profiles known;
  std::vector<entry> entries;
  for (const suite_scenario& each : all) {
    for (const std::string& name : suite_clients(each)) {
      auto client = known.find(name);
      if (!client) return std::unexpected(std::move(client.error()));
      entries.push_back({&each.what, *std::move(client), asked.seeds.value_or(each.what.seeds)});
    }
  }
  return entries;
}

/// Production first, then without each of its layers. What production promises is held against it
/// without a layer, too: that is what a layer is for.
std::vector<entry> entries_without_layers(const run_options& asked, const suite& all,
                                          const scenario::client_profile& production) {
  std::vector<entry> entries;
  for (const suite_scenario& each : all) {
    const std::uint32_t seeds = asked.seeds.value_or(each.what.seeds);
    entries.push_back({&each.what, production, seeds});
    for (const std::string& layer : production.layers) {
      entries.push_back({.what = &each.what,
                         .client = scenario::without(production, layer),
                         .seeds = seeds,
                         .judged_as = &production});
    }
  }
  return entries;
}

exit_status report_on(const run_options& asked, const suite& all, batch_result result,
                      reports::report_kind kind, reports::baseline against) {
  std::vector<reports::scenario_info> infos;
  std::ranges::transform(all, std::back_inserter(infos), info_of);
  return conclude(asked,
                  {.tool_version = std::string(version),
                   .kind = kind,
                   .against = against,
                   .scenarios = std::move(infos),
                   .cells = std::move(result.cells),
                   .kept = std::move(result.kept),
                   .interrupted = result.interrupted,
                   .until = asked.until,
                   .again = {changes_again(asked), {}}},
                  result);
}

exit_status perform_suite(const run_options& asked, const suite& all) {
  const auto entries = entries_of(asked, all);
  if (!entries) {
    complain(entries.error());
    return exit_status::bad_input;
  }
  auto result = run_entries(asked, *entries);
  if (!result) return result.error();
  return report_on(asked, all, *std::move(result), reports::report_kind::suite,
                   reports::baseline::none);
}

exit_status perform_leave_one_out(const run_options& asked, suite all) {
  const auto production = scenario::find_profile("production");
  if (!production) {
    complain(production.error());
    return exit_status::our_bug;  // The library is ours.
  }
  std::erase_if(all,
                [](const auto& each) { return each.wanted != reports::wanted_verdict::passed; });
  auto result = run_entries(asked, entries_without_layers(asked, all, *production));
  if (!result) return result.error();
  return report_on(asked, all, *std::move(result), reports::report_kind::losses,
                   reports::baseline::first);
}

void leave_out_impossible(const run_options& asked, suite& all) {
  errors reasons;
  std::erase_if(all, [&](const suite_scenario& each) {
    auto why = impossible(asked, each.what);
    if (!why) return false;
    reasons.push_back(*std::move(why));
    return true;
  });
  say_left_out(reasons);
}

}  // namespace

exit_status perform_all(const run_options& asked) {
  auto all = find_suite(asked.filter, {.changes = asked.changes, .find_base = {}});
  if (!all) {
    complain(all.error());
    return exit_status::bad_input;
  }
  leave_out_impossible(asked, *all);
  if (all->empty()) return exit_status::inconclusive;
  if (!outputs_are_writable(asked)) return exit_status::bad_input;
  return asked.clients == client_choice::leave_one_out
             ? perform_leave_one_out(asked, *std::move(all))
             : perform_suite(asked, *all);
}

}  // namespace hassle::harness::cli
