#include "called_service.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace hassle::client {

namespace json = boost::json;

namespace {

const json::object* object_in(const json::object& of, std::string_view key) noexcept {
  const json::value* found = of.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

std::string text_in(const json::object& of, std::string_view key) {
  const json::value* found = of.if_contains(key);
  return found != nullptr && found->is_string() ? lower_case(found->get_string()) : std::string();
}

void split_into(std::vector<std::string>& all, std::string_view text) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty() && part != "none") all.push_back(lower_case(part));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
}

std::vector<std::string> entities_in(const json::object& of) {
  std::vector<std::string> all;
  const json::value* named = of.if_contains("entity_id");
  if (named == nullptr) return all;
  if (named->is_string()) split_into(all, named->get_string());
  if (const json::array* list = named->if_array()) {
    for (const json::value& each : *list) {
      if (each.is_string()) split_into(all, each.get_string());
    }
  }
  return all;
}

bool names_more(const json::object& of) {
  for (const std::string_view key : {"area_id", "device_id", "floor_id", "label_id"}) {
    if (of.contains(key)) return true;
  }
  return false;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

std::string_view domain_of(std::string_view entity_id) noexcept {
  return entity_id.substr(0, std::min(entity_id.find('.'), entity_id.size()));
}

std::optional<called_service> called_service::of(const json::object& body) {
  if (text_in(body, "type") != "call_service") return std::nullopt;
  called_service call{.domain = text_in(body, "domain"), .service = text_in(body, "service")};
  if (call.domain.empty() || call.service.empty()) return std::nullopt;
  call.data = object_in(body, "service_data");
  const json::object* target = object_in(body, "target");
  for (const json::object* each : {target, call.data}) {
    if (each == nullptr) continue;
    if (call.entities.empty()) call.entities = entities_in(*each);
    call.more_than_entities = call.more_than_entities || names_more(*each);
  }
  if (std::erase(call.entities, "all") > 0) call.more_than_entities = true;
  return call;
}

}  // namespace hassle::client
