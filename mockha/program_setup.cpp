#include "mockha/program_setup.hpp"

#include "mockha/fault_engine.hpp"
#include "mockha/home.hpp"
#include "mockha/home_dump.hpp"

#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace hassle::mockha {

namespace {

std::string joined(const std::vector<scenario::input_error>& errors) {
  std::string text;
  for (const auto& each : errors) text += (text.empty() ? "" : "\n") + each.text();
  return text;
}

bool knows_home(std::string_view name) {
  return std::ranges::find(home_names(), name) != home_names().end();
}

bool is_path(std::string_view name) {
  return name.find('/') != std::string_view::npos || name.ends_with(".json");
}

/// What goes wrong without a bound stays bounded in real time, however fast the rest goes: a
/// client's computer does not become faster by it.
void keep_real_limits(server_config& config, double scale) {
  const auto stretch = [scale](net::duration& limit) {
    limit = std::chrono::duration_cast<net::duration>(limit * scale);
  };
  stretch(config.limits.tls);
  stretch(config.limits.request);
  stretch(config.limits.keep_alive);
  stretch(config.limits.write);
  stretch(config.limits.upgrade);
  stretch(config.limits.close_handshake);
  stretch(config.limits.listen_retry);
  stretch(config.session.limits.authentication);
}

std::vector<std::string> foreign_parts(const scenario::scenario& script) {
  std::vector<std::string> parts{"the workload", "the client's host", "the network"};
  for (const auto& f : script.faults) {
    if (!is_server_fault(f.what)) {
      parts.push_back(fmt::format("fault {} ({})", f.name, scenario::kind_of(f.what)));
    }
  }
  return parts;
}

std::expected<void, std::string> add_scenario(program_setup& to, const program_options& options) {
  auto script = scenario::find_scenario(*options.scenario);
  if (!script) return std::unexpected(joined(script.error()));
  auto plan = scenario::make_plan(*script, options.seed);
  if (!plan) return std::unexpected(plan.error().text());
  to.left_out = foreign_parts(*script);
  std::ranges::copy_if(plan->faults, std::back_inserter(to.faults), [&](const auto& f) {
    return is_server_fault(script->faults[f.fault].what);
  });
  to.script = std::move(*script);
  return {};
}

std::expected<void, std::string> find_house(program_setup& setup, const program_options& options) {
  const std::string& name = setup.config.home;
  if (knows_home(name)) return {};
  if (options.home && is_path(name)) {
    auto plan = load_dump(name);
    if (!plan) return std::unexpected(plan.error());
    setup.config.plan = std::make_shared<const home_plan>(std::move(*plan));
    return {};
  }
  const std::string hint = scenario::names_hint(name, home_names());
  const std::string what = fmt::format("unknown home {}", scenario::in_quotes(name));
  if (options.home) return std::unexpected(fmt::format("--home: {} ({})", what, hint));
  return std::unexpected(scenario::input_error{setup.script->file_at(setup.script->ha.where),
                                               setup.script->ha.where, what, hint}
                             .text());
}

}  // namespace

std::expected<program_setup, std::string> prepare(const program_options& options) {
  program_setup setup;
  if (options.scenario) {
    if (auto done = add_scenario(setup, options); !done) return std::unexpected(done.error());
  }
  setup.config = make_config(setup.script ? setup.script->ha : scenario::server{}, options.token);
  if (options.home) setup.config.home = *options.home;
  if (options.ha_version) setup.config.session.version = *options.ha_version;
  if (auto done = find_house(setup, options); !done) return std::unexpected(done.error());
  keep_real_limits(setup.config, options.time_scale);
  return setup;
}

}  // namespace hassle::mockha
