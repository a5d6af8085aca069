#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <cstdint>
#include <optional>

namespace hassle::client {

/// When the access token is refreshed and when there is no more point in trying (reference §1.3,
/// §8.1). It holds no secret: the token that was got last is the shell's, here it is a number.
///
///   idle       -- refresh_percent of the token's life over      --> refreshing
///              -- wanted, and less than margin is left          --> refreshing
///              -- auth_invalid                                  --> refreshing
///              -- auth_invalid for a fresh token never accepted --> refused
///   refreshing -- token came                                    --> idle
///              -- network, 5xx                                  --> waiting
///              -- 400, 401, 403                                 --> refused
///   waiting    -- delay over                                    --> refreshing
///   refused    -- retry(); the very token is accepted elsewhere  --> idle
///
/// One refresh at a time, whoever asks. Times are the steady clock's from the receipt of
/// expires_in, so that wall clock jumps are harmless. While refreshing fails, a token that is still
/// good is used on. Without a refresh token the first auth_invalid is final. Pure; copyable; `now`
/// must not go backwards.
class token_keeper {
 public:
  /// `has_access`: there is a token to begin with, number 1.
  token_keeper(const token_config& settings, bool has_access, net::time_point now) noexcept;

  enum class answer : std::uint8_t {
    use,      ///< Authenticate with the token `number`.
    refresh,  ///< The caller does the refresh, and reports on_refreshed or on_refresh_failed.
    wait,  ///< A refresh is under way, or its next try is not due: look again at `at` or when told.
    refused,  ///< For good, until retry(), or until an attempt under way proves it wrong.
  };
  struct decision {
    answer what{};
    std::uint32_t number = 0;         ///< Of `use`.
    net::time_point at = net::never;  ///< Of `wait`: `never` = until the refresh under way ends.
    bool operator==(const decision&) const = default;
  };

  /// Somebody is about to authenticate.
  [[nodiscard]] decision on_wanted(net::time_point now) noexcept;

  /// To be called at `next()`: `refresh` if the time has come to do so early, `wait` otherwise.
  [[nodiscard]] decision on_timer(net::time_point now) noexcept;
  [[nodiscard]] net::time_point next() const noexcept;

  /// A new token came, good for `expires_in` (absent or <= 0: not known). It has the number
  /// returned.
  std::uint32_t on_refreshed(std::optional<duration> expires_in, net::time_point now) noexcept;

  enum class failure : std::uint8_t {
    passing,    ///< Network, timeout, 5xx, 404, 429: tried again with full jitter.
    permanent,  ///< 400, 401 or 403: the refresh token is no good.
  };
  void on_refresh_failed(failure how, net::time_point now, net::random_stream& random);
  /// The refresh was cancelled: nobody knows its fate. Tried again when somebody asks.
  void on_refresh_cancelled() noexcept;

  /// What an HTTP status of the token service means; 200 must not be asked for.
  [[nodiscard]] static failure failure_of_status(unsigned http_status) noexcept;

  /// Home Assistant took the token `number`: if it had been refused meanwhile, that is void.
  void on_auth_ok(std::uint32_t number) noexcept;
  /// Home Assistant refused the token `number`. What the same caller should do next.
  [[nodiscard]] decision on_auth_invalid(std::uint32_t number, net::time_point now) noexcept;

  /// The clock may have stood still: the token's age is not known, it is refreshed before its next
  /// use. A refresh that is under way, which nobody could look after, is made again at once if it
  /// fails in passing, and one that was waited for is due.
  void on_thaw(net::time_point now) noexcept;

  /// Somebody wants it tried again after a permanent refusal, perhaps with a new access token.
  void retry(bool has_new_access, net::time_point now) noexcept;

  [[nodiscard]] bool refused() const noexcept { return phase_ == phase::refused; }
  [[nodiscard]] bool refreshing() const noexcept { return phase_ == phase::refreshing; }
  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }

  bool operator==(const token_keeper&) const = default;

 private:
  enum class phase : std::uint8_t { idle, refreshing, waiting, refused };

  [[nodiscard]] bool usable(net::time_point now) const noexcept;
  decision begin_refresh() noexcept;
  void take(std::optional<duration> expires_in, net::time_point now) noexcept;

  bool can_refresh_;
  unsigned percent_;
  duration margin_;
  duration retry_base_;
  duration retry_cap_;

  phase phase_ = phase::idle;
  std::uint32_t number_ = 0;                   ///< Of the current token; 0 = none yet.
  bool has_token_ = false;                     ///< And it was not refused.
  bool proven_ = false;                        ///< Home Assistant took it once.
  bool refreshed_ = false;                     ///< It came from a refresh.
  bool stale_ = false;                         ///< Its age is not known any more.
  bool refused_by_auth_ = false;               ///< What made it `refused`.
  bool slept_ = false;                         ///< In the refresh that is under way.
  std::optional<net::time_point> refresh_at_;  ///< Early; absent = lifetime not known.
  std::optional<net::time_point> good_until_;  ///< Margin taken off.
  unsigned failures_ = 0;                      ///< Refreshes in a row.
  net::time_point retry_at_{};
};

}  // namespace hassle::client
