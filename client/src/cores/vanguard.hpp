#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace hassle::client {

/// Which slots of a pool may try to connect while it is not known that it works.
///
/// Where no connection stands, one slot goes ahead and the others hold: so that a server that is
/// away, refuses a token or drops everybody after authentication sees one client's attempts, not as
/// many as the pool is large (field failures flapping-connect-close, auth-retry-ip-ban,
/// reconnect-storm). The others follow when the first connection is good: at once where it came at
/// the first attempt, else when it has lived for jitter.stable_after.
///
/// Without `jitter` everybody goes at once. Pure; `now` must not go backwards.
class vanguard {
 public:
  explicit vanguard(const std::optional<jitter_config>& settings) noexcept;

  struct slot {
    /// It will do nothing by itself: its token is refused, or there was one attempt only.
    bool out = false;
    /// Since when its connection stands; absent = it has none.
    std::optional<net::time_point> up_since;
    /// Attempts before that one that led to no stable connection.
    unsigned failures = 0;
  };
  /// When the slot may begin an attempt, as things are: `now`, later, or `never`. To be asked
  /// again when something is different. The first to ask goes ahead.
  [[nodiscard]] net::time_point may_begin(std::size_t which, std::span<const slot> all,
                                          net::time_point now) noexcept;

 private:
  bool holds_;
  duration stable_after_{0};
  std::optional<std::size_t> ahead_;
};

}  // namespace hassle::client
