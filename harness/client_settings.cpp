#include "harness/client_settings.hpp"

#include <hassle/client/settings.hpp>
#include <hassle/client/validate.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hassle::harness {

namespace {

using client::config;
using scenario::client_profile;
using scenario::input_error;
using scenario::setting;

client::setting_value value_of(const setting& given) {
  return std::visit([](const auto& value) { return client::setting_value(value); }, given.value);
}

/// Where the setting stands that a problem is about; nowhere if its default is.
scenario::source_position position_of(const client_profile& profile, std::string_view key) {
  const auto stands = [key](const setting& each) {
    return key == fmt::format("{}.{}", each.layer, each.key);
  };
  const auto found = std::ranges::find_if(profile.settings, stands);
  return found == profile.settings.end() ? scenario::source_position{} : found->where;
}

input_error error_of(const client_profile& profile, client::config_problem problem) {
  return {profile.name, position_of(profile, problem.key),
          fmt::format("{}: {}", problem.key, problem.message), std::move(problem.hint)};
}

/// Ranges, and what settings have to do with each other.
std::optional<input_error> what_is_wrong(const client_profile& profile, config settings) {
  settings.access_token = "stands for the one that the caller fills in";
  std::vector<client::config_problem> problems = client::validate(settings);
  if (problems.empty()) return std::nullopt;
  return error_of(profile, std::move(problems.front()));
}

}  // namespace

std::expected<config, input_error> client_settings(const client_profile& profile) {
  config result;
  result.style = profile.style == scenario::client_style::lee ? client::engine_style::lee
                                                              : client::engine_style::best;
  for (const std::string& layer : profile.layers) {
    if (client::switch_on(result, layer)) continue;
    return std::unexpected(input_error{
        profile.name, {}, fmt::format("layer '{}' does not exist in this client", layer), ""});
  }
  for (const setting& each : profile.settings) {
    const bool is_on =
        each.layer.empty() || std::ranges::find(profile.layers, each.layer) != profile.layers.end();
    if (!is_on) continue;
    auto put = client::set_setting(result, each.layer, each.key, value_of(each));
    if (!put) return std::unexpected(error_of(profile, std::move(put.error())));
  }
  if (auto wrong = what_is_wrong(profile, result)) return std::unexpected(std::move(*wrong));
  return result;
}

}  // namespace hassle::harness
