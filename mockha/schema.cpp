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

std::string quoted(std::string_view key) { return python_text(json::value(key)); }

std::string line(std::string_view problem, std::string_view place, const json::value& got) {
  return fmt::format("{} @ data{}. Got {}", problem, place, python_text(got));
}

bool is_ids(const json::value& value) {
  if (value.is_string()) return true;
  return value.is_array() &&
         std::ranges::all_of(value.get_array(), [](const json::value& v) { return v.is_string(); });
}

void check_features(const json::object& features, std::string_view field,
                    std::vector<std::string>& problems) {
  for (const auto& member : features) {
    if (member.value().is_int64() || member.value().is_uint64()) continue;
    problems.push_back(line("expected int for dictionary value",
                            fmt::format("['{}'][{}]", field, quoted(member.key())),
                            member.value()));
  }
}

void check_target(const json::object& target, std::string_view field,
                  std::vector<std::string>& problems) {
  for (const auto& member : target) {
    const bool known = is_target_key(member.key());
    if (known && is_ids(member.value())) continue;
    // UNVERIFIED wording of the second: the real text differs from key to key.
    problems.push_back(line(known ? "expected str for dictionary value" : "extra keys not allowed",
                            fmt::format("['{}'][{}]", field, quoted(member.key())),
                            member.value()));
  }
}

void check_value(const command_field& field, const json::value& value,
                 std::vector<std::string>& problems) {
  // Nearly every command is valid: no text is built before something is wrong with it.
  const auto place = [&] { return fmt::format("[{}]", quoted(field.name)); };
  const auto expected = [&](std::string_view what) {
    problems.push_back(line(fmt::format("expected {} for dictionary value", what), place(), value));
  };
  switch (field.type) {
    case kind::text:
      if (!value.is_string()) expected("str");
      return;
    case kind::boolean:
      if (!value.is_bool()) expected("bool");
      return;
    case kind::dictionary:
      if (!value.is_object()) expected("dict");
      return;
    case kind::index:
      if (!value.is_int64() && !value.is_uint64()) {
        expected("int");
      } else if (value.is_int64() && value.get_int64() < 0) {
        problems.push_back(line("value must be at least 0 for dictionary value", place(), value));
      }
      return;
    case kind::features:
      if (!value.is_object()) return expected("a dictionary");
      return check_features(value.get_object(), field.name, problems);
    case kind::target:
      if (!value.is_object()) return expected("a dictionary");
      return check_target(value.get_object(), field.name, problems);
    case kind::entity_ids:
      if (!is_ids(value)) expected("str");
      return;
    case kind::number:
      if (!value.is_number()) expected("float");
      return;
    case kind::any:
      return;
  }
}

std::string sorted_lines(std::vector<std::string> problems) {
  std::ranges::sort(problems);
  return fmt::format("{}", fmt::join(problems, "\n"));
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

std::string command_violations(const json::object& command, std::span<const command_field> fields) {
  std::vector<std::string> problems;
  std::size_t known = 2;  // id and type, without which nothing gets here.
  for (const auto& field : fields) {
    if (const json::value* value = command.if_contains(field.name)) {
      ++known;
      check_value(field, *value, problems);
    } else if (field.required) {
      problems.push_back(line("required key not provided", fmt::format("[{}]", quoted(field.name)),
                              json::value()));
    }
  }
  if (known == command.size()) {
    return problems.empty() ? std::string() : sorted_lines(std::move(problems));
  }
  if (fields.empty()) return "extra keys not allowed. Got " + python_text(json::value(command));
  for (const auto& member : command) {
    const std::string_view key = member.key();
    if (key == "id" || key == "type" ||
        std::ranges::find(fields, key, &command_field::name) != fields.end()) {
      continue;
    }
    problems.push_back(
        line("extra keys not allowed", fmt::format("[{}]", quoted(key)), member.value()));
  }
  return sorted_lines(std::move(problems));
}

std::string auth_violations(const json::value& message) {
  const json::object* object = message.if_object();
  if (!object) return "expected a dictionary. Got " + python_text(message);
  std::vector<std::string> problems;
  const json::value* type = object->if_contains("type");
  if (!type) {
    problems.push_back(line("required key not provided", "['type']", json::value()));
  } else if (*type != json::value("auth")) {
    problems.push_back(line("not a valid value for dictionary value", "['type']", *type));
  }
  std::size_t secrets = 0;
  for (const auto& member : *object) {
    const std::string_view key = member.key();
    if (key == "type") continue;
    const std::string place = fmt::format("[{}]", quoted(key));
    if (key != "access_token" && key != "api_password") {
      problems.push_back(line("extra keys not allowed", place, member.value()));
      continue;
    }
    ++secrets;
    if (!member.value().is_string()) {
      problems.push_back(line("expected str for dictionary value", place, member.value()));
    }
  }
  if (secrets > 1) {  // UNVERIFIED wording.
    problems.push_back(line("two or more values in the same group of exclusion 'auth'", "[<auth>]",
                            json::value()));
  }
  return sorted_lines(std::move(problems));
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

std::expected<service_call, std::string> read_service_call(const json::object& command) {
  service_call call;
  call.domain = std::string_view(command.at("domain").get_string());
  call.service = std::string_view(command.at("service").get_string());
  const json::value* entities = nullptr;
  if (const json::value* data = command.if_contains("service_data")) {
    for (const auto& member : data->get_object()) {
      if (!is_target_key(member.key())) {
        call.data.insert_or_assign(member.key(), member.value());
        continue;
      }
      call.has_target = true;
      if (!is_ids(member.value())) {
        return std::unexpected(
            fmt::format("expected str for dictionary value @ data[{}]", quoted(member.key())));
      }
      if (member.key() == "entity_id") entities = &member.value();
    }
  }
  if (const json::value* target = command.if_contains("target")) {
    call.has_target = call.has_target || !target->get_object().empty();
    if (const json::value* ids = target->get_object().if_contains("entity_id")) entities = ids;
  }
  if (entities) (void)read_entity_ids(*entities, call.entities);
  if (call.entities.size() == 1 && call.entities.front() == "all") {
    call.all = true;
    call.entities.clear();
  } else if (call.entities.size() == 1 && call.entities.front() == "none") {
    call.entities.clear();
  }
  return call;
}

}  // namespace hassle::mockha
