#include "mockha/entity_filter.hpp"

#include "mockha/schema.hpp"

#include "scenarios/server_faults.hpp"

#include <algorithm>

namespace hassle::mockha {

namespace {

std::vector<std::string> list(const json::object& from, std::string_view key, bool are_ids) {
  std::vector<std::string> all;
  const json::value* given = from.if_contains(key);
  if (!given) return all;
  if (are_ids) {
    (void)read_entity_ids(*given, all);
  } else if (const auto* one = given->if_string()) {
    all.emplace_back(std::string_view(*one));
  } else {
    for (const auto& each : given->get_array()) all.emplace_back(each.get_string());
  }
  std::ranges::sort(all);
  return all;
}

bool holds(const std::vector<std::string>& sorted, std::string_view text) {
  return std::ranges::binary_search(sorted, text, std::less<>());
}

bool any_matches(const std::vector<std::string>& globs, std::string_view text) {
  return std::ranges::any_of(
      globs, [&](const auto& glob) { return scenario::matches_pattern(glob, text); });
}

}  // namespace

entity_filter::rule entity_filter::read(const boost::json::object* from) {
  if (!from) return {};
  return {.domains = list(*from, "domains", false),
          .entities = list(*from, "entities", true),
          .globs = list(*from, "entity_globs", false)};
}

entity_filter::entity_filter(const boost::json::object* include, const boost::json::object* exclude)
    : include_(read(include)), exclude_(read(exclude)) {}

bool entity_filter::passes(std::string_view entity_id) const {
  const std::string_view domain = entity_id.substr(0, entity_id.find('.'));
  if (holds(include_.entities, entity_id)) return true;
  if (holds(exclude_.entities, entity_id)) return false;
  if (any_matches(include_.globs, entity_id)) return true;
  if (any_matches(exclude_.globs, entity_id)) return false;
  if (holds(include_.domains, domain)) return true;
  if (holds(exclude_.domains, domain)) return false;
  // Nothing was said about it.
  if (include_.empty()) return true;
  // Names alone make a list of what is wanted; beside excluded domains they are exceptions.
  const bool includes_kinds = !include_.domains.empty() || !include_.globs.empty();
  const bool excludes_kinds = !exclude_.domains.empty() || !exclude_.globs.empty();
  return !includes_kinds && excludes_kinds;
}

}  // namespace hassle::mockha
