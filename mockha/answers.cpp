#include "mockha/answers.hpp"

#include "mockha/json_text.hpp"

#include <fmt/format.h>

namespace hassle::mockha::answers {

namespace {

// What follows is made for every message: no format string is read for it.
void append_number(std::string& to, std::uint64_t number) {
  const fmt::format_int digits(number);
  to.append(digits.data(), digits.size());
}

void append_result(std::string& to, std::uint64_t id) {
  to += R"({"id":)";
  append_number(to, id);
  to += R"(,"type":"result","success":true,"result":)";
}

}  // namespace

std::string auth_required(std::string_view version) {
  return fmt::format(R"({{"type":"auth_required","ha_version":"{}"}})", version);
}

std::string auth_ok(std::string_view version) {
  return fmt::format(R"({{"type":"auth_ok","ha_version":"{}"}})", version);
}

std::string auth_invalid(std::string_view message) {
  std::string text = R"({"type":"auth_invalid","message":)";
  append_string(text, message);
  text += '}';
  return text;
}

std::string pong(std::uint64_t id) {
  std::string text;
  text.reserve(48);
  text += R"({"id":)";
  append_number(text, id);
  text += R"(,"type":"pong"})";
  return text;
}

std::string result(std::uint64_t id, std::string_view value) {
  std::string text;
  text.reserve(value.size() + 64);
  append_result(text, id);
  text += value;
  text += '}';
  return text;
}

std::string service_result(std::uint64_t id, const context& cause,
                           const std::optional<std::string>& response) {
  std::string text;
  text.reserve(208 + (response ? response->size() : 0));
  append_result(text, id);
  text += R"({"context":)";
  append_context(text, cause);
  if (response) {
    text += R"(,"response":)";
    text += *response;
  }
  text += "}}";
  return text;
}

std::string error(std::string_view id, std::string_view code, std::string_view message) {
  std::string text = R"({"id":)";
  text += id;
  text += R"(,"type":"result","success":false,"error":{"code":)";
  append_string(text, code);
  text += R"(,"message":)";
  append_string(text, message);
  text += "}}";
  return text;
}

std::string error(std::uint64_t id, const failure& why) {
  std::string text = error(fmt::format_int(id).c_str(), why.code, why.message);
  if (why.translation_key.empty()) return text;
  text.resize(text.size() - 2);  // Reopens the error object.
  text += R"(,"translation_key":)";
  append_string(text, why.translation_key);
  text += R"(,"translation_placeholders":)";
  append_json(text, why.translation_placeholders);
  text += R"(,"translation_domain":)";
  append_string(text, why.translation_domain);
  text += "}}";
  return text;
}

std::string event(std::string_view event, std::uint64_t subscription) {
  std::string text;
  text.reserve(event.size() + 64);
  text += R"({"type":"event","event":)";
  text += event;
  text += R"(,"id":)";
  append_number(text, subscription);
  text += '}';
  return text;
}

std::string id_first_event(std::uint64_t subscription, std::string_view event) {
  std::string text;
  text.reserve(event.size() + 64);
  text += R"({"id":)";
  append_number(text, subscription);
  text += R"(,"type":"event","event":)";
  text += event;
  text += '}';
  return text;
}

std::string snapshot(const home& of, const std::function<bool(std::string_view)>& wanted) {
  std::string text = R"({"a":{)";
  of.append_compressed(text, wanted);
  text += "}}";
  return text;
}

}  // namespace hassle::mockha::answers
