#pragma once

#include "mockha/entity.hpp"
#include "mockha/wording.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// A service call as a client asked for it, its form checked already.
struct service_call {
  std::string domain;
  std::string service;
  std::vector<std::string> entities;  ///< Without duplicates, in the order given.
  std::vector<std::string> devices;   ///< … and so are these.
  std::vector<std::string> areas;
  std::vector<std::string> floors;
  std::vector<std::string> labels;
  std::vector<std::string>
      reached;              ///< Entities not named, but behind a device, area, floor, label.
  bool all = false;         ///< entity_id "all".
  bool has_target = false;  ///< Some target key was there, be it an empty list.
  json::object data;        ///< service_data without its target.
};

/// "light.turn_on light.kitchen": what journals call it (the first entity only).
[[nodiscard]] std::string describe(const service_call& call);

/// The `error` of a failed result.
struct failure {
  std::string code;
  std::string message;
  std::string translation_key;  ///< Empty: no translation fields.
  std::string translation_domain;
  json::object translation_placeholders;
};

/// What a service accepts in its data.
struct service_field {
  enum class kind : std::uint8_t { text, number, boolean, any };

  std::string_view name;
  kind type = kind::any;
  bool required = false;
  double min = -1e9;  ///< Of a number.
  double max = 1e9;
};

/// A service of Home Assistant that is known to the mock.
struct service {
  enum class reach : std::uint8_t {
    own_domain,  ///< Acts on the named entities of its domain.
    any_domain,  ///< homeassistant.turn_on…: hands over to the service of each entity's domain.
    scene,       ///< Writes the states that the scene holds.
    stamp,       ///< Writes when it was called: a button.
    script,      ///< Runs what the named scripts or automations hold.
    own_script,  ///< Runs one script, which is called as the service is, and ends with it.
    sequence,    ///< Runs a sequence that the call holds.
    nothing,     ///< Has no entities.
  };
  /// Whether it has something to say.
  enum class response : std::uint8_t { none, optional, only };
  /// What it does to the process, after its result.
  enum class wish : std::uint8_t { nothing, restart, stop };
  using effect = std::expected<state_update, failure> (*)(const entity&, const json::object& data);
  using answer = std::expected<json::value, failure> (*)(const entity*, const json::object& data,
                                                         wall_time now);

  std::string_view domain;
  std::string_view name;
  reach reaches = reach::own_domain;
  effect act = nullptr;  ///< Of own_domain; nothing: it changes no state.
  std::span<const service_field> fields;
  response responds = response::none;
  answer respond = nullptr;  ///< What it says, of each entity or (with null) of all.
  bool admin_only = false;   ///< Others are refused: home_assistant_error, "Unauthorized".
  wish wishes = wish::nothing;

  /// There already while Home Assistant is still loading its integrations.
  [[nodiscard]] bool is_core() const noexcept {
    return domain == "homeassistant" || domain == "persistent_notification";
  }
};

/// Those of all homes, sorted by domain and name. A home has more: its scripts.
[[nodiscard]] std::span<const service> services();

/// Looks a service up as Home Assistant does: lower-cased where it is not found as it stands.
[[nodiscard]] const service* find_service(std::string_view domain, std::string_view name);

/// What the service's own schema says against this call; empty if nothing. One problem a line.
[[nodiscard]] std::string schema_violations(const service& of, const service_call& call,
                                            wording how = wording::classic);

/// The result of get_services, without what a home adds.
[[nodiscard]] std::string services_json(bool core_only);

/// Appends `"turn_on":{"fields":{…},…}`.
void append_service(std::string& to, const service& s);

/// What the result is if the response that was asked for cannot be had, or one is needed and was
/// not asked for; nothing if all is well.
[[nodiscard]] std::optional<failure> response_problem(const service& of, bool wants_response);

}  // namespace hassle::mockha
