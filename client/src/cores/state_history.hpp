#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

struct mirrored_state;

/// What the last changes of a mirror replaced: with it the state that an entity had some moments
/// ago can be told, without anything being copied when that moment came.
///
/// A ring of bounded size, its texts are reused. Pure.
class state_history {
 public:
  /// A restart of Home Assistant changes every entity of a home at once; larger ones are rare.
  static constexpr std::size_t entries_max = 4096;
  /// Longer texts, which Home Assistant does not make (reference §7.2), are kept as empty ones.
  static constexpr std::size_t text_max = 255;

  explicit state_history(std::size_t most = entries_max);

  /// This entity is about to become different. `before`: null = it was not there.
  void note(std::string_view entity_id, const mirrored_state* before);

  /// How many changes there were, ever: marks a moment.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  /// Valid until the next `note`.
  struct version {
    bool existed = false;
    std::string_view state;
    std::string_view context_id;
    std::string_view user_id;
  };
  /// What an entity was from that moment on, before each of its changes since, the oldest first:
  /// the first one is what it was then, and if there is none it is as it was. Empty: too long ago.
  [[nodiscard]] std::optional<std::vector<version>> since(std::string_view entity_id,
                                                          std::uint64_t moment) const;

 private:
  struct entry {
    std::string entity_id;
    bool existed = false;
    std::string state;
    std::string context_id;
    std::string user_id;
  };

  std::size_t most_;
  std::uint64_t count_ = 0;
  std::vector<entry> ring_;  ///< The change with number n is at n % most_.
};

}  // namespace hassle::client
