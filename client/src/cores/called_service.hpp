#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

/// A call_service command, read as Home Assistant reads it (reference §4.3). The body outlives it.
struct called_service {
  std::string domain;   ///< Lower case.
  std::string service;  ///< Lower case.
  /// Named in target or, where that names none, in service_data; texts with commas are split.
  std::vector<std::string> entities;
  /// "all", or areas, devices, floors or labels are meant as well.
  bool more_than_entities = false;
  const boost::json::object* data = nullptr;  ///< service_data; null = none.

  /// Empty if the body is no call_service with a domain and a service.
  [[nodiscard]] static std::optional<called_service> of(const boost::json::object& body);
};

/// ASCII only, as names of domains, services and entities are.
[[nodiscard]] std::string lower_case(std::string_view text);
/// "light" of "light.desk".
[[nodiscard]] std::string_view domain_of(std::string_view entity_id) noexcept;

}  // namespace hassle::client
