#include <hassle/client/typed.hpp>

#include <boost/json/array.hpp>

#include <utility>

namespace hassle::client {

namespace json = boost::json;

namespace {

json::object of_type(std::string_view type) {
  json::object body;
  body["type"] = type;
  return body;
}

void add_ids(json::object& to, std::string_view key, const std::vector<std::string>& ids) {
  if (!ids.empty()) to[key] = json::array(ids.begin(), ids.end());
}

}  // namespace

bool service_target::empty() const noexcept {
  return entity_ids.empty() && device_ids.empty() && area_ids.empty() && floor_ids.empty() &&
         label_ids.empty();
}

namespace bodies {

json::object ping() { return of_type("ping"); }
json::object get_states() { return of_type("get_states"); }
json::object get_config() { return of_type("get_config"); }
json::object get_services() { return of_type("get_services"); }

json::object call_service(std::string_view domain, std::string_view service,
                          const service_target& target, json::object data, bool return_response) {
  json::object body = of_type("call_service");
  body["domain"] = domain;
  body["service"] = service;
  if (!target.empty()) {
    json::object& ids = body["target"].emplace_object();
    add_ids(ids, "entity_id", target.entity_ids);
    add_ids(ids, "device_id", target.device_ids);
    add_ids(ids, "area_id", target.area_ids);
    add_ids(ids, "floor_id", target.floor_ids);
    add_ids(ids, "label_id", target.label_ids);
  }
  if (!data.empty()) body["service_data"] = std::move(data);
  if (return_response) body["return_response"] = true;
  return body;
}

json::object subscribe_events(std::string_view event_type) {
  json::object body = of_type("subscribe_events");
  if (!event_type.empty()) body["event_type"] = event_type;
  return body;
}

json::object subscribe_trigger(json::value trigger, json::object variables) {
  json::object body = of_type("subscribe_trigger");
  body["trigger"] = std::move(trigger);
  if (!variables.empty()) body["variables"] = std::move(variables);
  return body;
}

json::object subscribe_entities(const std::vector<std::string>& entity_ids) {
  json::object body = of_type("subscribe_entities");
  add_ids(body, "entity_ids", entity_ids);
  return body;
}

json::object render_template(std::string_view text, const template_options& how) {
  json::object body = of_type("render_template");
  body["template"] = text;
  if (!how.variables.empty()) body["variables"] = how.variables;
  if (how.timeout) body["timeout"] = how.timeout->count();
  if (how.strict) body["strict"] = true;
  if (how.report_errors) body["report_errors"] = true;
  return body;
}

}  // namespace bodies

}  // namespace hassle::client
