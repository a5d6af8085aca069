#include "reports/evidence_json.hpp"

#include <boost/json/value.hpp>

namespace hassle::reports {
namespace {

namespace json = boost::json;

json::value json_of(const change_evidence& change) {
  json::object one{{"pairs", change.pairs},
                   {"p", change.p},
                   {"p_holm", change.p_holm},
                   {"significant", change.significant},
                   {"bootstrap", nullptr}};
  if (change.bootstrap) {
    one["bootstrap"] =
        json::object{{"low", change.bootstrap->low}, {"high", change.bootstrap->high}};
  }
  return one;
}

}  // namespace

void add_evidence(json::object& run, const cell_evidence& evidence) {
  json::object intervals;
  for (const figure_interval& each : evidence.intervals) {
    intervals[each.figure] =
        json::object{{"low", each.low},
                     {"high", each.high ? json::value(*each.high) : json::value(nullptr)},
                     {"method", name_of(each.method)}};
  }
  run["intervals"] = std::move(intervals);
  run["change_evidence"] = evidence.change ? json_of(*evidence.change) : json::value(nullptr);
}

}  // namespace hassle::reports
