#include "reports/json_parts.hpp"

#include "reports/text.hpp"

namespace hassle::reports {

boost::json::object json_interval(const interval& i) {
  return {{"mean", i.mean}, {"low", i.low}, {"high", i.high}};
}

boost::json::array json_texts(const std::vector<std::string>& texts) {
  boost::json::array array;
  array.reserve(texts.size());
  for (const std::string& each : texts) array.emplace_back(printable(each));
  return array;
}

}  // namespace hassle::reports
