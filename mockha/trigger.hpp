#pragma once

#include "mockha/json_text.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// A trigger of an automation: of state or of events.
struct trigger {
  enum class kind : std::uint8_t { state, event };

  kind what = kind::state;
  std::string id;         ///< Its number, unless it was given a name.
  std::size_t index = 0;  ///< Its place in the list, from 0.
  std::optional<std::string> alias;
  bool enabled = true;

  // Of state.
  std::vector<std::string> entities;
  std::optional<std::vector<std::string>> from;  ///< Empty: any, but it must change.
  std::optional<std::vector<std::string>> to;
  std::optional<std::vector<std::string>> not_from;
  std::optional<std::vector<std::string>> not_to;
  std::optional<std::string> attribute;
  std::optional<std::chrono::microseconds> lasting;  ///< `for`

  // Of events.
  std::vector<std::string> event_types;
  json::object event_data;  ///< What the event's data must hold.
};

/// One, or a list. The error is the validation's: `Invalid trigger 'x' specified`.
[[nodiscard]] std::expected<std::vector<trigger>, std::string> read_triggers(
    const json::value& config);

/// What a state trigger compares of a state object (null: there is none): its state or attribute.
[[nodiscard]] std::optional<std::string> watched_value(const trigger& t, const json::value& state);

/// Whether a change of an entity sets it off; `for` is not looked at.
[[nodiscard]] bool fires(const trigger& t, std::string_view entity_id, const json::value& from,
                         const json::value& to);
/// Whether what set it off still is as it was, in a later state of the entity.
[[nodiscard]] bool lasts(const trigger& t, const json::value& from, const json::value& to,
                         const json::value& now);
/// Whether an event sets it off; `event` is its envelope.
[[nodiscard]] bool fires(const trigger& t, const json::object& event);

/// `{"variables":{"trigger":{…}},"context":…}`
[[nodiscard]] std::string firing(const trigger& t, std::string_view entity_id,
                                 const json::value& from, const json::value& to);
[[nodiscard]] std::string firing(const trigger& t, const json::object& event);

}  // namespace hassle::mockha
