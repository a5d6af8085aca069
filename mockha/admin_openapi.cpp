// The admin API's description, made of the tables that the router uses.
#include "mockha/admin.hpp"
#include "mockha/admin_text.hpp"
#include "mockha/json_text.hpp"

#include "scenarios/schema.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <utility>

namespace hassle::mockha {

namespace {

json::array parameters_of(const admin_route& route) {
  json::array list;
  std::string_view rest = route.pattern;
  for (auto begin = rest.find('{'); begin != std::string_view::npos; begin = rest.find('{')) {
    rest.remove_prefix(begin + 1);
    list.push_back(json::object{{"name", rest.substr(0, rest.find('}'))},
                                {"in", "path"},
                                {"required", true},
                                {"schema", json::object{{"type", "string"}}}});
  }
  for (const auto& each : route.query) {
    list.push_back(json::object{{"name", each.name},
                                {"in", "query"},
                                {"description", each.doc},
                                {"schema", json::parse(each.schema)}});
  }
  return list;
}

json::object schema_of(const body_field& field) {
  switch (field.type) {
    case body_field::kind::text:
      return {{"type", "string"}, {"description", field.doc}};
    case body_field::kind::object:
      return {{"type", "object"}, {"description", field.doc}};
    case body_field::kind::duration:
      return {{"type", "string"}, {"description", field.doc}, {"examples", {"1.5s"}}};
  }
  return {};
}

json::object schema_of(std::span<const body_field> fields) {
  json::object properties;
  json::array required;
  for (const auto& each : fields) {
    properties[each.name] = schema_of(each);
    if (each.required) required.push_back(json::string(each.name));
  }
  json::object schema{
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json::object schema_of(const scenario::fault_kind_description& kind) {
  json::object properties{{"kind", json::object{{"const", kind.kind}}}};
  json::array required{"kind"};
  for (const auto* each : keys_by_hand(kind)) {
    std::string doc = fmt::format("{} ({})", each->doc, each->type);
    if (!each->fallback.empty()) doc += fmt::format(" [{}]", each->fallback);
    properties[each->name] = json::object{{"description", std::move(doc)}};
    if (each->required) required.push_back(json::string(each->name));
  }
  return {{"type", "object"},
          {"title", kind.kind},
          {"description", kind.doc},
          {"properties", std::move(properties)},
          {"required", std::move(required)}};
}

json::object fault_schema() {
  json::array kinds;
  for (const auto& each : scenario::fault_kinds()) {
    if (each.by_server) kinds.push_back(schema_of(each));
  }
  return {{"oneOf", std::move(kinds)}};
}

json::value body_of(const admin_route& route) {
  json::object schema{{"type", "object"}};
  bool required = false;
  switch (route.takes) {
    case admin_route::body::none:
      return nullptr;
    case admin_route::body::object:
      break;
    case admin_route::body::fields:
      schema = schema_of(route.fields);
      required = schema.contains("required");
      break;
    case admin_route::body::fault:
      schema = {{"$ref", "#/components/schemas/fault"}};
      required = true;
  }
  return json::object{
      {"required", required},
      {"content", json::object{{"application/json", json::object{{"schema", std::move(schema)}}}}}};
}

json::object operation_of(const admin_route& route) {
  json::object good{{"description", "Done."}};
  if (!route.type.empty()) good["content"] = json::object{{route.type, json::object{}}};
  json::object operation{
      {"operationId", route.name},
      {"summary", route.doc},
      {"responses",
       json::object{{fmt::format("{}", route.status), std::move(good)},
                    {"default", json::object{{"$ref", "#/components/responses/error"}}}}}};
  if (auto list = parameters_of(route); !list.empty()) operation["parameters"] = std::move(list);
  if (auto body = body_of(route); !body.is_null()) operation["requestBody"] = std::move(body);
  return operation;
}

json::object error_response() {
  return {{"description", "What is wrong, and what to do about it."},
          {"content",
           json::object{
               {"application/json",
                json::object{{"schema", json::object{{"$ref", "#/components/schemas/error"}}}}}}}};
}

json::object error_schema() {
  const json::object text{{"type", "string"}};
  const json::object number{{"type", "integer"}};
  return {{"type", "object"},
          {"properties", json::object{{"error", text},
                                      {"hint", text},
                                      {"line", number},
                                      {"column", number},
                                      {"errors", json::object{{"type", "array"}}}}},
          {"required", json::array{"error"}}};
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

}  // namespace

std::string openapi_description(std::string_view version) {
  json::object paths;
  for (const auto* route : admin_routes()) {
    json::value& path = paths[route->pattern];
    if (path.is_null()) path = json::object{};
    path.as_object()[lower_case(route->method)] = operation_of(*route);
  }
  json::object components{
      {"schemas", json::object{{"error", error_schema()}, {"fault", fault_schema()}}},
      {"responses", json::object{{"error", error_response()}}},
      {"securitySchemes",
       json::object{{"token", json::object{{"type", "http"}, {"scheme", "bearer"}}}}}};
  const json::object description{
      {"openapi", "3.1.0"},
      {"info", json::object{{"title", "mockha: watching and breaking a mock Home Assistant"},
                            {"version", version}}},
      {"security", json::array{json::object{}, json::object{{"token", json::array{}}}}},
      {"paths", std::move(paths)},
      {"components", std::move(components)}};
  return json_text(description) + '\n';
}

}  // namespace hassle::mockha
