#pragma once

#include "mockha/context.hpp"
#include "mockha/json_text.hpp"
#include "mockha/wall_time.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// What Home Assistant knows about an entity at one time.
struct entity_state {
  std::string state;
  json::object attributes;    ///< In the order in which they are shown.
  wall_time last_changed{};   ///< The state string changed.
  wall_time last_updated{};   ///< … or an attribute did.
  wall_time last_reported{};  ///< … or the same was written again.
  context cause;
};

/// An attribute's new value; null is a value, nothing removes it.
struct attribute_update {
  std::string name;
  std::optional<json::value> value;
};

/// What is written to an entity at once.
struct state_update {
  std::string state;
  std::vector<attribute_update> attributes;  ///< Those not named stay as they are.
};

/// What is collected about a change, because somebody wants to hear of it.
struct watch {
  bool operator==(const watch&) const = default;

  bool states = false;  ///< Both states as JSON, for state_changed.
  bool diffs = false;   ///< The difference in compressed form, for subscribe_entities.
};

/// A change that happened to an entity. The texts are there if they were asked for.
struct entity_change {
  std::string entity_id;
  std::string old_json = "null";  ///< "null": the entity is new.
  std::string new_json = "null";  ///< "null": it is gone.
  std::string diff_json;          ///< `{"c":{…}}`, `{"a":{…}}` or `{"r":[…]}`.
  wall_time at{};                 ///< last_updated of the new state.
  context cause;
};

/// One entity with its serialised forms, which are made at most once per change.
class entity {
 public:
  entity(std::string id, entity_state state) : id_(std::move(id)), now_(std::move(state)) {}

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] std::string_view domain() const noexcept {
    return std::string_view(id_).substr(0, id_.find('.'));
  }
  [[nodiscard]] const entity_state& now() const noexcept { return now_; }

  /// The state object of get_states.
  [[nodiscard]] const std::string& full_json() const;
  /// The compressed state of subscribe_entities.
  [[nodiscard]] const std::string& compressed_json() const;

  /// Writes a state. Nothing if it is what it was; then only last_reported moves.
  std::optional<entity_change> write(state_update update, const context& cause, wall_time at,
                                     watch wanted);

  /// Replaces everything, as if the entity had just been added (`added`) or had changed.
  entity_change replace(entity_state by, bool added, watch wanted);

  /// What its end is to those who watch.
  [[nodiscard]] entity_change farewell(const context& cause, wall_time at, watch wanted) const;

 private:
  entity_change describe(const entity_state& before, bool added, watch wanted,
                         std::string before_json);

  std::string id_;
  entity_state now_;
  mutable std::string full_json_;
  mutable std::string compressed_json_;
};

/// What Home Assistant shows of an entity between its start and the start of the integration:
/// unavailable, with `restored` and what the registry remembers.
[[nodiscard]] entity_state restored(const entity_state& of, wall_time at, context cause);

/// The same while the device is out of reach: unavailable, with what is remembered.
[[nodiscard]] entity_state out_of_reach(const entity_state& of, wall_time at, context cause);

}  // namespace hassle::mockha
