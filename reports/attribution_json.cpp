#include "reports/attribution_json.hpp"
#include "reports/json_parts.hpp"

#include "reports/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace hassle::reports {
namespace {

namespace json = boost::json;

void add_effect(json::object& into, const layer_effect& effect) {
  into["errors_saved"] = json_interval(effect.errors_saved);
  into["p"] = effect.p;
  into["p_holm"] = effect.p_holm;
  into["significant"] = effect.significant;
}

json::array layers_of(const attribution& a) {
  json::array layers;
  for (const layer_gain& each : a.layers) {
    json::object one{{"layer", printable(each.layer)}};
    add_effect(one, each.effect);
    one["share"] = each.share ? json::value(*each.share) : json::value(nullptr);
    layers.push_back(std::move(one));
  }
  return layers;
}

json::array pairs_of(const attribution& a) {
  json::array pairs;
  for (const layer_interaction& each : a.pairs) {
    json::object one{{"first", printable(each.first)}, {"second", printable(each.second)}};
    add_effect(one, each.effect);
    pairs.push_back(std::move(one));
  }
  return pairs;
}

}  // namespace

json::array attribution_json(std::span<const attribution> all) {
  json::array array;
  for (const attribution& a : all) {
    json::object one{{"scenario", printable(a.scenario)},
                     {"world", printable(a.world)},
                     {"client", printable(a.client)},
                     {"seeds", a.seeds},
                     {"first_seed", a.first_seed},
                     {"clients", a.clients},
                     {"orders", a.orders}};
    one["errors_without"] = json_interval(a.errors_without);
    one["errors_with"] = json_interval(a.errors_with);
    one["errors_saved"] = json_interval(a.errors_saved);
    one["layers"] = layers_of(a);
    one["interactions"] = pairs_of(a);
    one["faults"] = json_texts(a.faults);
    one["findings"] = json_texts(a.findings);
    one["doubts"] = json_texts(a.doubts);
    array.push_back(std::move(one));
  }
  return array;
}

}  // namespace hassle::reports
