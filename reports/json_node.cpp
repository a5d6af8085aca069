#include "reports/json_node.hpp"

#include <fmt/format.h>

#include <utility>

namespace hassle::reports {

namespace json = boost::json;

wrong_json::wrong_json(std::string_view path, std::string_view message)
    : std::runtime_error(path.empty() ? std::string(message)
                                      : fmt::format("{}: {}", path, message)) {}

json_node::json_node(const json::value& value, std::string path)
    : value_(&value), path_(std::move(path)) {}

void json_node::wrong(std::string_view message) const { throw wrong_json(path_, message); }

const json::object& json_node::object() const {
  if (const json::object* found = value_->if_object()) return *found;
  wrong("is not an object");
}

const json::array& json_node::array() const {
  if (const json::array* found = value_->if_array()) return *found;
  wrong("is not an array");
}

std::string json_node::text() const {
  if (const json::string* found = value_->if_string()) return {found->data(), found->size()};
  wrong("is not a string");
}

bool json_node::boolean() const {
  if (const bool* found = value_->if_bool()) return *found;
  wrong("is neither true nor false");
}

double json_node::number() const {
  boost::system::error_code failed;
  const auto number = value_->to_number<double>(failed);
  if (failed) wrong("is not a number");
  return number;
}

json_node json_node::at(std::string_view key) const {
  std::string path = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  const json::value* found = object().if_contains(key);
  if (found == nullptr) throw wrong_json(path, "is missing");
  return json_node(*found, std::move(path));
}

json_node json_node::at(std::size_t index) const {
  return json_node(array().at(index), fmt::format("{}[{}]", path_, index));
}

}  // namespace hassle::reports
