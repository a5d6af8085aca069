// The declarations of the loader as a JSON Schema.
#include "scenarios/document.hpp"
#include "scenarios/schema.hpp"
#include "scenarios/table_names.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace hassle::scenario {
namespace {

namespace json = boost::json;
using all_keys = std::vector<key_description>;

json::value number_of(double n) {
  const auto whole = static_cast<std::int64_t>(n);
  return static_cast<double>(whole) == n ? json::value(whole) : json::value(n);
}

json::value json_of(const value& v) {
  switch (v.what) {
    case value::kind::text:
      return json::value(v.text);
    case value::kind::integer:
      return v.integer;
    case value::kind::number:
      return v.number;
    case value::kind::flag:
      return v.flag;
    case value::kind::array: {
      json::array items;
      for (const value& item : v.items) items.push_back(json_of(item));
      return items;
    }
    case value::kind::table: {
      json::object members;
      for (const entry& e : v.entries) members[e.key] = json_of(e.content);
      return members;
    }
    case value::kind::time:
      break;
  }
  return nullptr;
}

/// A default is known as TOML.
void add_default(json::object& schema, const std::string& fallback) {
  if (fallback.empty()) return;
  const auto parsed = parse_document("v = " + fallback, "default");
  if (!parsed) return;
  if (const value* const v = parsed->find("v")) schema["default"] = json_of(*v);
}

json::object closed_object(json::object properties, json::array required) {
  json::object schema;
  schema["type"] = "object";
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

/// Makes schemas of shapes. What is large and comes often stands among the definitions.
class shape_schemas {
 public:
  json::object of(const key_description& key) {
    json::object schema = shared(key);
    schema["description"] = fmt::format("{} ({})", key.doc, key.type);
    add_default(schema, key.fallback);
    return schema;
  }

  json::object definitions() && { return std::move(definitions_); }

 private:
  json::object of(const value_shape& shape);
  json::object of_table(const value_shape& shape);

  /// Forms are told apart by what they are called.
  json::object shared(const key_description& key) {
    if (key.shape.what != value_shape::kind::table && key.shape.what != value_shape::kind::any_of) {
      return of(key.shape);
    }
    std::string name;
    for (const char c : key.type) {
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        name += c;
      } else if (!name.ends_with('-')) {
        name += '-';
      }
    }
    json::object schema = of(key.shape);
    const auto known = definitions_.emplace(name, schema).first;
    if (known->value() != json::value(schema)) return schema;
    // What stands beside a $ref is not looked at.
    return {{"allOf", json::array{json::object{{"$ref", "#/definitions/" + name}}}}};
  }

  json::object definitions_;
};

json::object shape_schemas::of_table(const value_shape& shape) {
  json::object properties;
  json::array required;
  for (const key_description& key : shape.keys) {
    properties[key.name] = of(key);
    if (key.required) required.push_back(json::string(key.name));
  }
  json::object schema = closed_object(std::move(properties), std::move(required));
  if (!shape.parts.empty()) schema["additionalProperties"] = of(shape.parts.front());
  return schema;
}

void add_bounds(json::object& schema, const value_shape& shape, const char* min, const char* max) {
  if (shape.min) schema[min] = number_of(*shape.min);
  if (shape.max) schema[max] = number_of(*shape.max);
}

json::object shape_schemas::of(const value_shape& shape) {
  json::object schema;
  switch (shape.what) {
    case value_shape::kind::anything:
      break;
    case value_shape::kind::text:
      schema["type"] = "string";
      if (!shape.words.empty())
        schema["enum"] = json::array(shape.words.begin(), shape.words.end());
      if (!shape.pattern.empty()) schema["pattern"] = shape.pattern;
      break;
    case value_shape::kind::integer:
      schema["type"] = "integer";
      add_bounds(schema, shape, "minimum", "maximum");
      break;
    case value_shape::kind::number:
      schema["type"] = "number";
      add_bounds(schema, shape, "minimum", "maximum");
      break;
    case value_shape::kind::flag:
      schema["type"] = "boolean";
      break;
    case value_shape::kind::list:
      schema["type"] = "array";
      schema["items"] = of(shape.parts.front());
      add_bounds(schema, shape, "minItems", "maxItems");
      break;
    case value_shape::kind::table:
      schema = of_table(shape);
      break;
    case value_shape::kind::any_of: {
      json::array alternatives;
      for (const value_shape& part : shape.parts) alternatives.push_back(of(part));
      schema["anyOf"] = std::move(alternatives);
      break;
    }
  }
  return schema;
}

/// The tables of a file, made of the flat list of keys.
class file_schema {
 public:
  file_schema() : keys_(scenario_keys()) {}

  json::object root() {
    json::object schema;
    schema["$schema"] = "http://json-schema.org/draft-07/schema#";
    schema["title"] = "A scenario of hassle";
    const json::object table = table_of("", "");
    for (const auto& [name, content] : table) {
      if (name != "required") schema[name] = content;
    }
    schema["description"] = "What may happen to a client of Home Assistant in a run.";
    // What extends another scenario says only what is different.
    schema["if"] = json::object{{"required", json::array{"extends"}}};
    json::object standing_alone{{"required", table.at("required")}};
    if (!required_of_named_.empty()) standing_alone["properties"] = std::move(required_of_named_);
    schema["else"] = std::move(standing_alone);
    schema["definitions"] = std::move(shapes_).definitions();
    return schema;
  }

 private:
  [[nodiscard]] const key_description* first_key(const std::string& path) const {
    const auto found = std::ranges::find(keys_, path, &key_description::table);
    return found == keys_.end() ? nullptr : &*found;
  }

  /// The tables directly below one, in their order.
  [[nodiscard]] std::vector<std::string> tables_below(const std::string& path,
                                                      const std::string& kind) const {
    const std::string prefix = path.empty() ? "" : path + ".";
    std::vector<std::string> found;
    for (const key_description& key : keys_) {
      if (key.table.size() <= prefix.size() || !key.table.starts_with(prefix)) continue;
      if (!kind.empty() && key.kind != kind) continue;
      const std::string child =
          key.table.substr(0, std::min(key.table.find('.', prefix.size()), key.table.size()));
      if (std::ranges::find(found, child) == found.end()) found.push_back(child);
    }
    return found;
  }

  [[nodiscard]] std::vector<std::string> kinds_of(const std::string& path) const {
    std::vector<std::string> kinds;
    for (const key_description& key : keys_) {
      if (key.table != path || key.kind.empty()) continue;
      if (kinds.empty() || kinds.back() != key.kind) kinds.push_back(key.kind);
    }
    return kinds;
  }

  json::object table_of(const std::string& path, const std::string& kind) {
    json::object properties;
    json::array required;
    std::string doc;
    for (const key_description& key : keys_) {
      if (key.table != path || key.kind != kind) continue;
      properties[key.name] = shapes_.of(key);
      if (key.required) required.push_back(json::string(key.name));
      doc = key.table_doc;
    }
    for (const std::string& child : tables_below(path, kind)) {
      properties[child.substr(child.rfind('.') + 1)] = member_of(child, kind);
    }
    json::object schema = closed_object(std::move(properties), std::move(required));
    if (!doc.empty()) schema["description"] = doc;
    return schema;
  }

  /// What a table's name stands before: the table, or an array of such.
  json::object member_of(const std::string& path, const std::string& kind) {
    const key_description* const first = first_key(path);
    const bool repeated = first != nullptr && first->repeated;
    json::object items =
        kind.empty() && !kinds_of(path).empty() ? by_kind(path) : table_of(path, kind);
    items["title"] = repeated ? "[[" + path + "]]" : "[" + path + "]";
    if (!repeated) return items;
    if (role_of(path) == key_role::named_tables) may_be_partial(path, items);
    json::object schema;
    schema["type"] = "array";
    if (const auto* const doc = items.if_contains("description")) schema["description"] = *doc;
    schema["items"] = std::move(items);
    return schema;
  }

  /// One alternative for each kind; and, for a file that extends another, one without a kind.
  json::object by_kind(const std::string& path) {
    json::array alternatives;
    json::object every;
    for (const std::string& kind : kinds_of(path)) {
      json::object schema = table_of(path, kind);
      schema["title"] = kind;
      for (const auto& [name, content] : schema.at("properties").as_object()) {
        if (name == "kind") continue;
        json::array& shapes = every.emplace(name, json::array{}).first->value().as_array();
        if (std::ranges::find(shapes, content) == shapes.end()) shapes.push_back(content);
      }
      alternatives.push_back(std::move(schema));
    }
    json::object properties;
    for (auto& [name, shapes] : every) {
      json::array& all = shapes.as_array();
      properties[name] = all.size() == 1 ? all.front() : json::object{{"anyOf", std::move(all)}};
    }
    json::object change = closed_object(std::move(properties), json::array{"name"});
    change["title"] = "change";
    change["description"] = "Changes the one of this name in the scenario that this one extends.";
    alternatives.push_back(std::move(change));
    return {{"type", "object"},
            {"description", "Something that goes wrong. Its `kind` decides which keys it has."},
            {"oneOf", std::move(alternatives)}};
  }

  /// Where a file extends nothing, all that is required has to be there.
  void may_be_partial(const std::string& path, json::object& items) {
    json::value required = json::array{"kind"};
    if (const auto* const own = items.if_contains("required")) required = *own;
    items.erase("required");
    if (path.find('.') != std::string::npos) return;  // None yet.
    required_of_named_[path] =
        json::object{{"items", json::object{{"required", std::move(required)}}}};
  }

  all_keys keys_;
  shape_schemas shapes_;
  json::object required_of_named_;
};

/// One member or item a line; what is short stays on one.
void print(const json::value& v, std::size_t depth, std::string& out) {
  constexpr std::size_t line_length = 60;
  const std::string flat = json::serialize(v);
  if (flat.size() <= line_length || !v.is_structured()) {
    out += flat;
    return;
  }
  const bool is_object = v.is_object();
  const std::string margin = "\n" + std::string(2 * (depth + 1), ' ');
  out += is_object ? '{' : '[';
  bool first = true;
  const auto next = [&] {
    out += (first ? "" : ",") + margin;
    first = false;
  };
  if (is_object) {
    for (const auto& [name, content] : v.get_object()) {
      next();
      out += json::serialize(json::value(name)) + ": ";
      print(content, depth + 1, out);
    }
  } else {
    for (const json::value& item : v.get_array()) {
      next();
      print(item, depth + 1, out);
    }
  }
  out += "\n" + std::string(2 * depth, ' ') + (is_object ? '}' : ']');
}

}  // namespace

std::string scenario_json_schema() {
  std::string text;
  print(file_schema().root(), 0, text);
  return text + "\n";
}

}  // namespace hassle::scenario
