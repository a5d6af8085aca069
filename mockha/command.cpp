#include "mockha/command.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace hassle::mockha {

namespace {

// What a client sent is cut: nobody needs its four megabytes in a journal.
void append_cut(std::string& to, std::string_view text) {
  constexpr std::size_t part_max = 64;
  std::size_t size = std::min(text.size(), part_max);
  const auto inside_character = [&] {
    return size > 0 && size < text.size() &&
           (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U;
  };
  while (inside_character()) --size;
  to += text.substr(0, size);
}

std::string_view text_of(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  return found && found->is_string() ? std::string_view(found->get_string()) : "?";
}

// The first entity of a call, however it was written; empty if there is none.
std::string_view first_entity(const json::object& command) {
  for (const std::string_view where : {"target", "service_data"}) {
    const json::value* part = command.if_contains(where);
    const json::value* ids =
        part && part->is_object() ? part->get_object().if_contains("entity_id") : nullptr;
    if (ids && ids->is_array() && !ids->get_array().empty()) ids = &ids->get_array().front();
    if (!ids || !ids->is_string()) continue;
    const std::string_view id = ids->get_string();
    return id.substr(0, id.find(','));
  }
  return {};
}

}  // namespace

const command_entry* find_command(std::string_view type) {
  // By length first: most of the steps of a search then compare numbers only.
  const auto by_length = [](const command_entry* e) { return std::pair(e->type.size(), e->type); };
  static const std::vector<const command_entry*> all = [&] {
    std::vector<const command_entry*> entries;
    for (const auto table : {core_commands(), auth_commands(), frontend_commands(),
                             integration_commands(), registry_commands(), automation_commands()}) {
      for (const auto& entry : table) entries.push_back(&entry);
    }
    std::ranges::sort(entries, {}, by_length);
    return entries;
  }();
  const auto found = std::ranges::lower_bound(all, std::pair(type.size(), type), {}, by_length);
  return found != all.end() && (*found)->type == type ? *found : nullptr;
}

std::string describe_command(std::string_view type, const json::object& command) {
  std::string text;
  if (type != "call_service") {
    append_cut(text, type);
    return text;
  }
  append_cut(text, text_of(command, "domain"));
  text += '.';
  append_cut(text, text_of(command, "service"));
  if (const auto entity = first_entity(command); !entity.empty()) {
    text += ' ';
    append_cut(text, entity);
  }
  return text;
}

failure plain_failure(std::string code, std::string message) {
  return {.code = std::move(code),
          .message = std::move(message),
          .translation_key = {},
          .translation_domain = {},
          .translation_placeholders = {}};
}

}  // namespace hassle::mockha
