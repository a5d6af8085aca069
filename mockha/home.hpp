#pragma once

#include "mockha/bus_event.hpp"
#include "mockha/context.hpp"
#include "mockha/entity.hpp"
#include "mockha/registry_entries.hpp"
#include "mockha/script.hpp"
#include "mockha/services.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// How much of the home is there while Home Assistant starts.
enum class presence : std::uint8_t {
  absent,    ///< No integration is loaded: no entities, core services only.
  restored,  ///< Every entity is unavailable, as the registry remembers it.
  real,
};

/// What a home begins as: a fixture.
struct home_plan {
  struct item {
    std::string entity_id;
    std::string state;
    json::object attributes;
  };
  struct scene_part {
    std::string entity_id;
    state_update update;
  };
  std::vector<item> entities;                             ///< Ids are unique.
  std::map<std::string, std::vector<scene_part>> scenes;  ///< By the scene's entity id.

  // The registries; an entity that is not `registered` gets an entry without device and area.
  std::vector<floor_entry> floors;
  std::vector<area_entry> areas;
  std::vector<label_entry> labels;
  std::vector<device_entry> devices;
  std::vector<entity_entry> registered;

  /// What scripts and automations do, by entity id.
  std::map<std::string, std::shared_ptr<const script>> scripts;
  std::map<std::string, failure> raising;  ///< What calls on an entity fail with, by entity id.
};

/// The names that `find_home` knows.
[[nodiscard]] std::span<const std::string_view> home_names();

/// The fixture of this name, or null. It lives as long as the program. Thread-safe.
[[nodiscard]] const home_plan* find_home(std::string_view name);

/// A home's entities and what services do to them. Knows no connection and no clock: times are
/// handed in. Equal calls at equal times give equal homes.
///
/// Lives on while Home Assistant "restarts": only its presence changes.
/// Thread-safety: single-threaded.
class home {
 public:
  /// What a service call did.
  struct outcome {
    context cause;
    std::optional<failure> failed;
    bool effective = false;  ///< Something was reached: an entity, or a service without entities.
    std::vector<entity_change> changes;
    std::optional<std::string> response;  ///< JSON, if one was asked for.
    service::wish wish = service::wish::nothing;

    // Of scripts.
    struct said {
      std::size_t before = 0;  ///< The change that it comes before.
      bus_event event;
    };
    std::vector<said> events;
    struct paused {
      std::chrono::microseconds after{};
      script_run rest;
    };
    std::vector<paused> later;  ///< To be resumed then.
    bool waits = false;         ///< The call has ended only when the first of `later` has.

    /// What is to be published, in order.
    [[nodiscard]] std::vector<bus_event> to_publish() const;
  };

  home(const home_plan& plan, context_source contexts, wall_time now);

  [[nodiscard]] presence there() const noexcept { return there_; }
  /// How many entities there are to be seen now.
  [[nodiscard]] std::size_t size() const noexcept;
  /// Nothing if there is no such entity now. In the fixture's order.
  [[nodiscard]] const entity* find(std::string_view id) const;
  [[nodiscard]] const std::vector<entity>& entities() const noexcept { return entities_; }

  /// The service of this name, if it exists at present. Lives as long as the home.
  [[nodiscard]] const service* service_named(std::string_view domain, std::string_view name) const;

  /// Runs a service. `called` must exist and the call must satisfy its schema.
  /// Missing and unavailable entities are passed over, as Home Assistant does.
  /// A response is given only if it is wanted and the service has one.
  outcome execute(const service& called, const service_call& call, std::string_view user_id,
                  wall_time now, watch wanted, bool wants_response = false);

  /// Goes on with a script that has paused. Does nothing if it was ended meanwhile.
  outcome resume(script_run rest, wall_time now, watch wanted);

  /// Moves on in a restart: what was removed or added or has changed by it.
  std::vector<entity_change> become(presence next, wall_time now, watch wanted);

  /// While entities are restored: those that have a default show it, until their own state is
  /// known. None of these changes ever happened.
  std::vector<entity_change> show_defaults(wall_time now, watch wanted);

  // What integrations, users and faults do to entities. During a restart it is noted, and seen when
  // the home is back.

  /// Writes a state with all its attributes; makes the entity if there is none (`id` must be an
  /// entity id). Nothing if it is what it was.
  std::optional<entity_change> set(std::string_view id, std::string state, json::object attributes,
                                   wall_time now, watch wanted);
  /// Nothing if there is no such entity.
  std::optional<entity_change> remove(std::string_view id, wall_time now, watch wanted);
  /// The one goes, the other comes. Nothing if there is no `from` or there is a `to` already.
  std::vector<entity_change> rename(std::string_view from, std::string_view to, wall_time now,
                                    watch wanted);
  /// The devices of all entities that match (`light.*`) are out of reach: their entities are
  /// unavailable, calls on them succeed and do nothing.
  std::vector<entity_change> make_unavailable(std::string_view pattern, wall_time now,
                                              watch wanted);
  /// They are back, as they were.
  std::vector<entity_change> make_available(std::string_view pattern, wall_time now, watch wanted);
  /// From now on calls on entities that match fail with this; the newest pattern wins.
  void make_raise(std::string_view pattern, failure with);
  /// Ends that; false if nothing was raised for this very pattern.
  bool stop_raising(std::string_view pattern);

  [[nodiscard]] context make_context(wall_time now, std::string user_id = {}) {
    return contexts_.make(now, std::move(user_id));
  }

  /// The result of get_states; made once per change.
  [[nodiscard]] const std::string& states_json() const;
  /// Appends `"light.desk":{…},…` of all entities, or of those that `wanted` accepts.
  void append_compressed(std::string& to,
                         const std::function<bool(std::string_view)>& wanted = {}) const;
  /// The result of get_services at present.
  [[nodiscard]] const std::string& services_json() const;
  /// The domains that exist, sorted.
  [[nodiscard]] std::vector<std::string_view> domains() const;

 private:
  struct doing;  // A service call under way.
  void act_on(entity& target, doing& d);
  void activate(entity& scene, doing& d);
  void write(entity& target, state_update update, doing& d);
  void write(entity& target, state_update update, wall_time now, watch wanted, outcome& done);
  outcome execute_as(context cause, const service& called, const service_call& call, wall_time now,
                     watch wanted, bool wants_response);

  // Scripts: see home_scripts.cpp.
  void start_script(entity& target, doing& d, bool waits);
  void start_sequence(doing& d);
  void take_step(const script_step& step, script_run& run, wall_time now, watch wanted,
                 outcome& done, bool& ended);
  void call_from(const script_step& step, script_run& run, wall_time now, watch wanted,
                 outcome& done);
  void finish(const script_run& run, wall_time now, watch wanted, outcome& done);
  void end_scripts();
  static void fail(doing& d, failure why);
  [[nodiscard]] entity* find_real(std::string_view id);
  [[nodiscard]] std::optional<std::size_t> index_of(std::string_view id) const;
  [[nodiscard]] const failure* raised_by(std::string_view id) const;
  std::optional<entity_change> replace(std::size_t n, entity_state by, watch wanted);
  void erase(std::size_t n);

  std::vector<entity> entities_;
  std::map<std::string, std::size_t, std::less<>> by_id_;
  std::map<std::string, std::vector<home_plan::scene_part>> scenes_;
  std::vector<entity_state> real_;  // What a restart hides, in the order of `entities_`.
  std::map<std::string, entity_state, std::less<>> hidden_;  // What `unavailable` hides, by id.
  struct raise {
    std::string pattern;
    failure with;
  };
  std::vector<raise> raising_;
  std::map<std::string, std::shared_ptr<const script>, std::less<>> scripts_;  // By entity.
  std::map<std::string, service, std::less<>> script_services_;  // By name; they view their keys.
  std::set<std::string, std::less<>> running_;  // Scripts and automations on their way.
  mutable std::string services_json_;
  presence there_ = presence::real;
  context_source contexts_;
  mutable std::string states_json_;
};

}  // namespace hassle::mockha
