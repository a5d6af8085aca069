#include <hassle/protocol/message.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <memory>
#include <utility>

namespace hassle::protocol {

namespace json = boost::json;

namespace {

// A value takes many times the two bytes of its text: more than so many are not read. Homes with
// tens of thousands of entities have a tenth of it. Commas within strings count as well.
constexpr std::size_t values_max = 4'000'000;
// Messages of one frame. Home Assistant keeps at most 4,096 for a client.
constexpr std::size_t batch_max = 65'536;

// Most messages are smaller than this: they are parsed on the stack and only a payload is
// copied out. Larger ones (get_states) are parsed into an arena that their payload keeps alive, so
// that thousands of small values are neither allocated nor freed one by one.
constexpr std::size_t small_text_max = 256;
constexpr std::size_t stack_bytes = 16 * small_text_max;
constexpr std::size_t parser_bytes = 2048;
// Values of a home's states take about so many bytes per byte of text.
constexpr std::size_t arena_per_text = 4;

server_message::kind kind_of(std::string_view type) {
  using enum server_message::kind;
  if (type == "result") return result;
  if (type == "event") return event;
  if (type == "pong") return pong;
  if (type == "auth_required") return auth_required;
  if (type == "auth_ok") return auth_ok;
  if (type == "auth_invalid") return auth_invalid;
  return unknown;
}

std::string_view string_or_empty(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  const json::string* text = found ? found->if_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

std::int64_t integer_or_zero(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  const std::int64_t* number = found ? found->if_int64() : nullptr;
  return number ? *number : 0;
}

// Takes a value over into `memory`: by a move where it lives there already, else by a copy.
std::shared_ptr<const json::value> take(json::object& from, std::string_view key,
                                        const json::storage_ptr& memory) {
  json::value* found = from.if_contains(key);
  if (found == nullptr) return nullptr;
  return std::make_shared<const json::value>(std::move(*found), memory);
}

void read_result(json::object& from, const json::storage_ptr& memory, server_message& into) {
  const json::value* success = from.if_contains("success");
  into.success = success && success->is_bool() && success->get_bool();
  if (into.success) {
    into.payload = take(from, "result", memory);
    return;
  }
  const json::value* error = from.if_contains("error");
  if (error && error->is_object()) {
    into.error_code = string_or_empty(error->get_object(), "code");
    into.error_message = string_or_empty(error->get_object(), "message");
  }
}

bool read_message(json::value& from, const json::storage_ptr& memory, server_message& into) {
  json::object* object = from.if_object();
  const json::value* type = object ? object->if_contains("type") : nullptr;
  if (!type || !type->is_string()) return false;

  into.what = kind_of(type->get_string());
  into.id = integer_or_zero(*object, "id");
  switch (into.what) {
    case server_message::kind::result:
      read_result(*object, memory, into);
      return true;
    case server_message::kind::event:
      into.payload = take(*object, "event", memory);
      return true;
    case server_message::kind::auth_required:
    case server_message::kind::auth_ok:
      into.ha_version = string_or_empty(*object, "ha_version");
      return true;
    case server_message::kind::auth_invalid:
      into.error_message = string_or_empty(*object, "message");
      return true;
    case server_message::kind::pong:
    case server_message::kind::unknown:
      return true;
  }
  assert(false);
  return false;
}

/// Parses in `memory`; payloads end up in `payload_memory`, which may be the same.
std::expected<std::vector<server_message>, parse_failure> read_frame(
    std::string_view text, json::storage_ptr memory, const json::storage_ptr& payload_memory) {
  json::parse_options options;
  options.max_depth = depth_max;
  std::array<unsigned char, parser_bytes> scratch;
  json::parser parser(json::storage_ptr(), options, scratch.data(), scratch.size());
  parser.reset(std::move(memory));
  boost::system::error_code ec;
  parser.write(text, ec);
  if (ec) return std::unexpected(parse_failure::not_json);
  json::value frame = parser.release();
  if (frame.is_array() && frame.get_array().size() > batch_max) {
    return std::unexpected(parse_failure::not_a_message);
  }

  std::vector<server_message> messages;
  if (json::array* batch = frame.if_array()) {
    messages.resize(batch->size());
    for (std::size_t n = 0; n < batch->size(); ++n) {
      if (!read_message((*batch)[n], payload_memory, messages[n])) {
        return std::unexpected(parse_failure::not_a_message);
      }
    }
    return messages;
  }
  if (!read_message(frame, payload_memory, messages.emplace_back())) {
    return std::unexpected(parse_failure::not_a_message);
  }
  return messages;
}

}  // namespace

std::expected<std::vector<server_message>, parse_failure> parse_server_frame(
    std::string_view text) {
  if (text.size() > values_max && std::ranges::count(text, ',') > std::ptrdiff_t{values_max}) {
    return std::unexpected(parse_failure::not_json);
  }
  if (text.size() > small_text_max) {
    const auto arena =
        json::make_shared_resource<json::monotonic_resource>(arena_per_text * text.size());
    return read_frame(text, arena, arena);
  }
  // Left uninitialised on purpose: clearing it would cost more than the parsing.
  std::array<unsigned char, stack_bytes> stack;
  json::monotonic_resource memory(stack.data(), stack.size());
  return read_frame(text, &memory, json::storage_ptr());
}

std::string auth_message(std::string_view access_token) {
  return R"({"type":"auth","access_token":)" + json::serialize(json::string(access_token)) + "}";
}

std::string command_message(std::int64_t id, const json::object& body) {
  assert(!body.contains("id"));
  std::string text = R"({"id":)" + std::to_string(id);
  if (body.empty()) return text + "}";
  text += ',';
  text.append(json::serialize(body), 1);  // Without its opening brace.
  return text;
}

json::object call_service_body(std::string_view domain, std::string_view service,
                               std::string_view entity_id) {
  json::object body;
  body.reserve(4);
  body["type"] = "call_service";
  body["domain"] = domain;
  body["service"] = service;
  body["target"] = json::object{{"entity_id", entity_id}};
  return body;
}

}  // namespace hassle::protocol
