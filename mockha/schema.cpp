#include "mockha/schema.hpp"

#include "mockha/json_text.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace hassle::mockha {

namespace {

using kind = command_field::kind;

constexpr std::array target_keys =
    std::to_array<std::string_view>({"area_id", "device_id", "entity_id", "floor_id", "label_id"});

bool is_target_key(std::string_view key) { return std::ranges::binary_search(target_keys, key); }

bool is_ids(const json::value& value) {
  if (value.is_string()) return true;
  return value.is_array() &&
         std::ranges::all_of(value.get_array(), [](const json::value& v) { return v.is_string(); });
}

bool is_integer(const json::value& value) { return value.is_int64() || value.is_uint64(); }

message_path in(const command_field& field, std::string_view key) {
  return {std::string(field.name), std::string(key)};
}

// What is wrong with a command, in the words of one version.
class findings {
 public:
  explicit findings(wording how) : how_(how) {}

  [[nodiscard]] wording how() const noexcept { return how_; }
  [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
  void add(std::string line) { lines_.push_back(std::move(line)); }
  void bad(std::string_view problem, const message_path& at, const json::value& got) {
    add(bad_value(how_, problem, at, got));
  }
  void extra(const message_path& at, const json::value& got) { add(extra_key(how_, at, got)); }
  void missing(std::string_view key) { add(missing_key(how_, {std::string(key)})); }
  [[nodiscard]] std::string text() {
    std::ranges::sort(lines_);
    return fmt::format("{}", fmt::join(lines_, "\n"));
  }

 private:
  const wording how_;
  std::vector<std::string> lines_;
};

void check_features(const json::object& features, const command_field& field, findings& found) {
  for (const auto& member : features) {
    if (!is_integer(member.value())) {
      found.bad("expected int", in(field, member.key()), member.value());
    }
  }
}

void check_target(const json::object& target, const command_field& field, findings& found) {
  for (const auto& member : target) {
    if (!is_target_key(member.key())) {
      found.extra(in(field, member.key()), member.value());
    } else if (!is_ids(member.value())) {  // UNVERIFIED wording: it differs from key to key.
      found.bad("expected str", in(field, member.key()), member.value());
    }
  }
}

void check_filter(const json::object& filter, const command_field& field, findings& found) {
  constexpr std::array known =
      std::to_array<std::string_view>({"domains", "entities", "entity_globs"});
  for (const auto& member : filter) {
    if (!std::ranges::binary_search(known, std::string_view(member.key()))) {
      found.extra(in(field, member.key()), member.value());
    } else if (!is_ids(member.value())) {
      found.bad("expected str", in(field, member.key()), member.value());
    }
  }
}

// The type that a value should have had; empty if it has it.
std::string_view expected_instead(command_field::kind type, const json::value& value) {
  switch (type) {
    case kind::text:
    case kind::texts:
    case kind::entity_ids:
      if (type != kind::text && is_ids(value)) return {};
      return value.is_string() ? "" : "expected str";
    case kind::boolean:
      return value.is_bool() ? "" : "expected bool";
    case kind::dictionary:
      return value.is_object() ? "" : "expected dict";
    case kind::index:
    case kind::integer:
      return is_integer(value) ? "" : "expected int";
    case kind::number:
      return value.is_number() ? "" : "expected float";
    case kind::features:
    case kind::target:
    case kind::filter:
      return value.is_object() ? "" : "expected a dictionary";
    case kind::any:
      return {};
  }
  return {};
}

void check_value(const command_field& field, const json::value& value, findings& found) {
  // Nearly every command is valid: no text is built before something is wrong with it.
  if (const auto problem = expected_instead(field.type, value); !problem.empty()) {
    found.bad(problem, {std::string(field.name)}, value);
    return;
  }
  switch (field.type) {
    case kind::index:
      if (value.is_int64() && value.get_int64() < 0) {
        found.bad("value must be at least 0", {std::string(field.name)}, value);
      }
      return;
    case kind::features:
      return check_features(value.get_object(), field, found);
    case kind::target:
      return check_target(value.get_object(), field, found);
    case kind::filter:
      return check_filter(value.get_object(), field, found);
    default:
      return;
  }
}

void add_entity_id(std::vector<std::string>& to, std::string_view raw) {
  const auto begin = raw.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return;
  raw = raw.substr(begin, raw.find_last_not_of(" \t") - begin + 1);
  std::string id(raw);
  for (char& c : id) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  to.push_back(std::move(id));
}

// Keeps the first of equal ids, in time that a hostile list of a million cannot square.
void drop_duplicates(std::vector<std::string>& ids) {
  if (ids.size() < 2) return;
  std::set<std::string> seen;
  std::erase_if(ids, [&](const std::string& id) { return !seen.insert(id).second; });
}

void add_entity_ids(std::vector<std::string>& to, std::string_view list) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    add_entity_id(to, list.substr(at, comma - at));
    at = comma + 1;
  }
}

}  // namespace

std::string command_violations(const json::object& command, std::span<const command_field> fields,
                               wording how) {
  if (fields.empty()) {  // Without id and type nothing gets here.
    return command.size() == 2 ? std::string() : extra_keys(how, command);
  }
  findings found(how);
  for (const auto& member : command) {
    const std::string_view key = member.key();
    if (key == "id" || key == "type") continue;
    const auto field = std::ranges::find(fields, key, &command_field::name);
    if (field == fields.end()) {
      found.extra({std::string(key)}, member.value());
    } else {
      check_value(*field, member.value(), found);
    }
  }
  for (const auto& field : fields) {
    if (field.required && !command.contains(field.name)) found.missing(field.name);
  }
  return found.empty() ? std::string() : found.text();
}

std::string auth_violations(const json::value& message, wording how) {
  const json::object* object = message.if_object();
  findings found(how);
  if (!object) return bad_value(how, "expected a dictionary", {}, message);
  const json::value* type = object->if_contains("type");
  if (!type) {
    found.missing("type");
  } else if (*type != json::value("auth")) {
    found.bad("not a valid value", {"type"}, *type);
  }
  std::size_t secrets = 0;
  for (const auto& member : *object) {
    const std::string key(member.key());
    if (key == "type") continue;
    if (key != "access_token" && key != "api_password") {
      found.extra({key}, member.value());
      continue;
    }
    ++secrets;
    if (!member.value().is_string()) found.bad("expected str", {key}, member.value());
  }
  if (secrets > 1) {  // UNVERIFIED wording.
    found.add("two or more values in the same group of exclusion 'auth' @ data[<auth>]. Got None");
  }
  return found.text();
}

bool read_entity_ids(const json::value& from, std::vector<std::string>& into) {
  if (!is_ids(from)) return false;
  if (from.is_string()) {
    add_entity_ids(into, from.get_string());
  } else {
    for (const auto& id : from.get_array()) add_entity_id(into, id.get_string());
  }
  drop_duplicates(into);
  return true;
}

namespace {

// Where the ids under a target's key go.
std::vector<std::string>& ids_under(std::string_view key, service_call& call) {
  if (key == "entity_id") return call.entities;
  if (key == "device_id") return call.devices;
  if (key == "area_id") return call.areas;
  if (key == "floor_id") return call.floors;
  return call.labels;
}

void read_ids(std::string_view key, const json::value& from, service_call& call) {
  std::vector<std::string>& ids = ids_under(key, call);
  ids.clear();  // The target goes over the data.
  if (key == "entity_id") {
    (void)read_entity_ids(from, ids);
  } else if (from.is_string()) {
    ids.emplace_back(from.get_string());
  } else {
    for (const auto& id : from.get_array()) ids.emplace_back(id.get_string());
    drop_duplicates(ids);
  }
  const bool none = ids.size() == 1 && ids.front() == "none";
  if (none) ids.clear();
}

}  // namespace

std::expected<service_call, std::string> read_service_call(const json::object& command,
                                                           wording how) {
  std::expected<service_call, std::string> read;  // Returned as it stands: calls are large.
  service_call& call = *read;
  call.domain = std::string_view(command.at("domain").get_string());
  call.service = std::string_view(command.at("service").get_string());
  if (const json::value* data = command.if_contains("service_data")) {
    for (const auto& member : data->get_object()) {
      if (!is_target_key(member.key())) {
        call.data.insert_or_assign(member.key(), member.value());
        continue;
      }
      call.has_target = true;
      if (!is_ids(member.value())) {
        read = std::unexpected(
            without_value(bad_value(how, "expected str", {std::string(member.key())}, {})));
        return read;
      }
      read_ids(member.key(), member.value(), call);
    }
  }
  if (const json::value* target = command.if_contains("target")) {
    call.has_target = call.has_target || !target->get_object().empty();
    for (const auto& member : target->get_object()) read_ids(member.key(), member.value(), call);
  }
  if (call.entities.size() == 1 && call.entities.front() == "all") {
    call.all = true;
    call.entities.clear();
  }
  return read;
}

}  // namespace hassle::mockha
