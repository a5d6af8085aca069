#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

class state_history;

/// One entity as Home Assistant last told it (reference §4.4).
struct mirrored_state {
  std::string state;
  boost::json::object attributes;
  std::string context_id;
  std::string parent_id;    ///< Empty = null.
  std::string user_id;      ///< Empty = null.
  double last_changed = 0;  ///< Seconds since 1970, by Home Assistant's clock.
  double last_updated = 0;

  bool operator==(const mirrored_state&) const = default;
};

/// A difference that an event made.
struct mirror_change {
  enum class kind : std::uint8_t { added, changed, removed } what{};
  std::string entity_id;
  std::string from;  ///< The state before; empty for added.
  std::string to;    ///< The state now; empty for removed.
  /// Home Assistant was not RUNNING yet: `unavailable`, defaults and restored values come and go
  /// then, nobody has switched anything (field failure startup-false-transitions).
  bool while_starting = false;

  bool operator==(const mirror_change&) const = default;
};

/// Whether somebody or something in the home did that: not a start's coming and going, not a device
/// that is away or back (unavailable, unknown). What programs act upon; the rest is for keeping up
/// to date.
[[nodiscard]] bool is_user_event(const mirror_change& change) noexcept;

/// The states of a home, kept up to date by a subscribe_entities subscription.
///
/// The first event after `on_subscribed` is the snapshot: it replaces everything, and what was
/// different is reported as if it had been told one by one. The events after it change single
/// entities. Where `doubt` is on, a snapshot that has lost nearly all (mirror_config::
/// shrink_percent) replaces nothing: what was known stays, not live, and nothing is taken in until
/// the next snapshot. While no subscription lives the states stay readable, with their age.
/// Entities beyond entities_max are not taken in, and counted. What cannot be understood is skipped
/// and counted, the rest of the event is applied. Pure; `now` must not go backwards. An entity
/// costs 1-2 KB.
class state_mirror {
 public:
  using states_map = std::map<std::string, mirrored_state, std::less<>>;

  explicit state_mirror(const mirror_config& settings);

  /// A (new) subscription was accepted: the next event is its snapshot.
  void on_subscribed() noexcept { snapshot_next_ = true; }
  /// The subscription is not alive any more; `last_byte`: until when it is known to have been.
  void on_lost(net::time_point last_byte) noexcept;
  /// An event is missing, maybe the snapshot itself: none is taken for it, and the states are not
  /// true any more, until the next subscription's.
  void on_missed(net::time_point at) noexcept;
  /// What is known is not kept up to date from here on; no effect if it is not live.
  void become_stale(net::time_point last_true) noexcept;
  /// Whether Home Assistant is RUNNING: for mirror_change::while_starting.
  void on_running(bool running) noexcept { running_ = running; }

  /// Which snapshots are not believed, off at first. `all`: Home Assistant says that it is in
  /// recovery mode, so that none is that has less in it than was known.
  enum class doubt : std::uint8_t { none, shrunken, all };
  void on_doubt(doubt which) noexcept { doubt_ = which; }
  /// The last snapshot was not believed.
  [[nodiscard]] bool doubtful() const noexcept { return doubtful_; }

  /// What changes replace is noted there; null = nowhere. Outlives this.
  void keep(state_history* into) noexcept { history_ = into; }

  /// An event of the subscription: {"a":…}, {"c":…}, {"r":…}, or several of them. `changes`:
  /// what
  /// became different is appended, in the order of the event, for a snapshot in the order of the
  /// ids; null = nobody wants to know, which is quicker.
  void apply(const boost::json::value& event, std::vector<mirror_change>* changes);

  /// Valid until the next `apply`. Null = no such entity.
  [[nodiscard]] const mirrored_state* find(std::string_view entity_id) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return states_.size(); }
  /// Ordered by entity id.
  [[nodiscard]] const states_map& all() const noexcept { return states_; }

  /// A snapshot was taken, and its subscription lives: reads are as good as asking.
  [[nodiscard]] bool live() const noexcept { return live_; }
  /// Until when the states are known to have been true; absent while live, and before the first
  /// snapshot.
  [[nodiscard]] std::optional<net::time_point> true_at() const noexcept {
    return live_ ? std::nullopt : true_at_;
  }
  /// How long ago the states were known to be true: 0 while live; absent = no snapshot ever, or
  /// older than age_max.
  [[nodiscard]] std::optional<duration> age(net::time_point now) const noexcept;

  /// Counters, over its life.
  struct counts {
    std::uint64_t events = 0;
    std::uint64_t snapshots = 0;
    std::uint64_t not_understood = 0;  ///< Parts of events.
    std::uint64_t unknown_entity = 0;  ///< Changes of entities that are not there.
    std::uint64_t no_room = 0;
    std::uint64_t doubted = 0;  ///< Snapshots.
    bool operator==(const counts&) const = default;
  };
  [[nodiscard]] const counts& counted() const noexcept { return counts_; }

 private:
  void add_all(const boost::json::object& added, std::vector<mirror_change>* changes);
  void change_all(const boost::json::value& changed, std::vector<mirror_change>* changes);
  void remove_all(const boost::json::value& removed, std::vector<mirror_change>* changes);
  void replace_all(const boost::json::object& snapshot, std::vector<mirror_change>* changes);
  void remember(std::string_view entity_id, const mirrored_state* before) const;
  void note_differences(const states_map& old, std::vector<mirror_change>* changes) const;
  void note(std::vector<mirror_change>* into, mirror_change::kind what, std::string_view entity_id,
            std::string_view from, std::string_view to) const;

  [[nodiscard]] bool believes(std::size_t entities) const noexcept;

  std::size_t entities_max_;
  duration age_max_;
  unsigned shrink_percent_;
  doubt doubt_ = doubt::none;
  bool doubtful_ = false;
  states_map states_;
  bool snapshot_next_ = false;
  bool live_ = false;
  bool running_ = true;
  std::optional<net::time_point> true_at_;  ///< Until when the states are known to have been true.
  counts counts_;
  state_history* history_ = nullptr;
};

/// A state as get_states has it (reference §7.2), for reads that the mirror answers. Times are ISO
/// 8601 in UTC with microseconds; last_reported is not known to the mirror and given as
/// last_updated.
[[nodiscard]] boost::json::object state_object(std::string_view entity_id,
                                               const mirrored_state& state,
                                               boost::json::storage_ptr memory = {});

}  // namespace hassle::client
