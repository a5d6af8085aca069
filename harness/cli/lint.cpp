#include "harness/cli/lint_presets.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "scenarios/library.hpp"

#include <hassle/client/lint.hpp>
#include <hassle/client/toml_config.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <string_view>
#include <vector>

namespace hassle::harness::cli {

namespace {

using parsed = std::expected<client::config, std::vector<client::config_error>>;

bool is_path(std::string_view text) {
  return text.ends_with(".toml") || text.find('/') != std::string_view::npos;
}

parsed find_settings(const std::string& name_or_path) {
  const client::config_source from{.name = name_or_path, .use = client::config_use::lint};
  if (is_path(name_or_path)) return client::load_config(name_or_path, from);
  std::vector<std::string_view> names;
  for (const lint_preset& each : lint_presets()) {
    if (each.name == name_or_path) return client::parse_config(each.toml, from);
    names.push_back(each.name);
  }
  return std::unexpected(
      std::vector<client::config_error>{{.file = name_or_path,
                                         .message = "no settings of this name; files end in .toml",
                                         .hint = scenario::names_hint(name_or_path, names)}});
}

}  // namespace

exit_status perform(const lint_options& asked) {
  if (asked.reference) {
    fmt::print("{}", client::settings_reference());
    return exit_status::passed;
  }
  const parsed settings = find_settings(asked.settings);
  if (!settings) {
    for (const client::config_error& each : settings.error()) complain(each.text());
    return exit_status::bad_input;
  }
  if (asked.toml) {
    fmt::print("{}", client::to_toml(*settings));
    return exit_status::passed;
  }
  const client::recovery_bound bound = client::lint(*settings);
  fmt::print("{}", client::to_text(bound));
  return bound.total ? exit_status::passed : exit_status::failed;
}

}  // namespace hassle::harness::cli
