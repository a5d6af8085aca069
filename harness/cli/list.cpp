#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::cli {

namespace {

struct row {
  std::string name;
  std::string title;
  std::string more;
};

void print_rows(std::string_view heading, const std::vector<row>& rows) {
  std::size_t widest = 0;
  for (const row& each : rows) widest = std::max(widest, each.name.size());
  fmt::print("{}\n", heading);
  for (const row& each : rows) {
    fmt::print("  {:<{}}  {}{}{}\n", each.name, widest, each.title, each.more.empty() ? "" : "  ",
               each.more);
  }
}

/// The rungs of the ladder, then whoever else there is.
std::vector<std::string_view> clients_from_the_bottom_up() {
  std::vector<std::string_view> names = scenario::ladder();
  for (const std::string_view name : scenario::profile_names()) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace

exit_status perform(const list_options&) {
  std::vector<row> scenarios;
  for (const scenario::library_file& file : scenario::suite_files()) {
    auto parsed = scenario::parse_scenario(file.text, file.path);
    if (!parsed) {
      complain(parsed.error());
      return exit_status::our_bug;  // The library is ours.
    }
    scenarios.push_back(
        {parsed->name, parsed->title,
         parsed->tags.empty() ? "" : fmt::format("[{}]", fmt::join(parsed->tags, ", "))});
  }
  std::vector<row> clients;
  for (const std::string_view name : clients_from_the_bottom_up()) {
    const auto found = scenario::find_profile(name);
    if (!found) {
      complain(found.error());
      return exit_status::our_bug;
    }
    clients.push_back({found->name, found->title, ""});
  }
  print_rows("Scenarios", scenarios);
  print_rows("\nClients", clients);
  fmt::print("\nRun one with 'hassle run NAME', look into it with 'hassle show NAME'.\n");
  return exit_status::passed;
}

}  // namespace hassle::harness::cli
