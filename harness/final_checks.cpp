#include "harness/final_checks.hpp"

#include <hassle/client/lint.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace hassle::harness {

namespace {

bool is_mirrored(const client::mirror_config& settings, std::string_view id) {
  return settings.entity_ids.empty() ||
         std::ranges::find(settings.entity_ids, id) != settings.entity_ids.end();
}

void add(mirror_differences& to, std::string what) {
  if (to.count++ == 0) to.first = std::move(what);
}

}  // namespace

mirror_differences compare_mirror(const client::state_mirror& mirror,
                                  const client::mirror_config& settings, const mockha::home& home,
                                  mockha::wall_time now) {
  mirror_differences found;
  const auto settled_before = now - mirror_grace;
  for (const mockha::entity& each : home.entities()) {
    const mockha::entity_state& is = each.now();
    if (home.find(each.id()) == nullptr || !is_mirrored(settings, each.id())) continue;
    if (is.last_updated > settled_before) continue;
    const client::mirrored_state* shown = mirror.find(each.id());
    if (shown == nullptr) {
      add(found, "missing " + each.id());
    } else if (shown->state != is.state) {
      add(found, fmt::format("{}: {}, is {}", each.id(), shown->state, is.state));
    } else if (shown->attributes != is.attributes) {
      add(found, each.id() + ": other attributes");
    }
  }
  for (const auto& [id, shown] : mirror.all()) {
    if (home.find(id) == nullptr) add(found, "ghost " + id);
  }
  return found;
}

reports::event mirror_compared_event(const mirror_differences& found) {
  return {.kind = reports::event_kind::mirror_compared, .value = found.count, .text = found.first};
}

std::optional<net::duration> promised_recovery(const client::config& settings) {
  const client::recovery_bound bound = client::lint(settings);
  net::duration total{0};
  for (const client::recovery_term& term : bound.terms) {
    if (term.stage == client::recovery_stage::wait_for_running) continue;
    if (!term.at_most) return std::nullopt;
    total += *term.at_most;
  }
  return total;
}

reports::event measured_event(std::string_view name, std::int64_t value) {
  return {.kind = reports::event_kind::measured, .value = value, .text = std::string(name)};
}

}  // namespace hassle::harness
