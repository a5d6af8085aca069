#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace hassle::client {

/// Wanted subscriptions, and what to do so that they live (field failures
/// startup-dead-subscription, resubscribe-rejected, events-lost-in-gap, duplicate-delivery).
///
/// A subscription is wanted from `add` to `remove`. Each time that it is sent to Home Assistant is
/// a round, with a number of its own over the book's life; the session maps it to a message id.
///
///   asleep  -- session ready                                     --> due
///   due     -- taken to be sent                                  --> asked
///   asked   -- accepted, or an event                             --> live
///           -- accepted, where a snapshot comes first            --> asked: that event is awaited
///           -- rejected                                          --> waiting (full jitter)
///           -- rejected for good: unauthorized, invalid_format   --> refused
///   waiting -- delay over, or Home Assistant is RUNNING          --> due
///   refused -- refused_for is over: who may do what changes without a word      --> due
///           -- Home Assistant is RUNNING (while it starts, "invalid" may mean "not yet")  --> due
///   any     -- session lost                                      --> asleep
///
/// A live one is sent once more where it was accepted before RUNNING, when RUNNING is reached,
/// where no event came for quiet_limit, every resync_interval if it has a snapshot, and where
/// `renew` asks for it: the first time at once, and if that was needed again within retry_cap,
/// after the delays of a rejected one. It is replaced without a hole: the old round's events count
/// until the new round is accepted or speaks; then the old one is unsubscribed and its events are
/// dropped. A rejected replacement leaves the old round as it was, and is tried again.
///
/// Without `mirror` each is sent once per session and a rejection is final for it: no retry, no
/// second round at RUNNING, no look at its silence, and nobody hears of a gap; an ordinary client's
/// subscriptions. A quiet subscription's renewal tells no gap: whether something was missed, only a
/// snapshot can say.
/// Pure; `now` must not go backwards.
class subscription_book {
 public:
  using handle = std::uint32_t;
  using round = std::uint64_t;

  /// What was refused for good is asked for again after so long: a line in Home Assistant's log,
  /// and nobody has to restart anything when a right is granted after all.
  static constexpr duration refused_for = 5min;

  explicit subscription_book(const std::optional<mirror_config>& settings);

  /// What a subscription is like.
  struct traits {
    /// It may be silent for ever (a trigger, a rare event): silence does not make it suspect.
    bool may_be_quiet = false;
    /// What it needs may not be there before RUNNING: it is sent again then.
    bool needs_running = true;
    /// Home Assistant tells at once, in the first event, all there is: a round without it is dead,
    /// though it was accepted.
    bool snapshot_first = false;
    bool operator==(const traits&) const = default;
  };
  /// Wants one more. Empty: there are subscriptions_max already.
  [[nodiscard]] std::optional<handle> add(traits like);
  /// Does not want it any more; a live round is unsubscribed by a later `take_due`.
  void remove(handle which);

  /// A live one is to be made anew: there is reason to doubt that it told everything. Nothing
  /// otherwise, where a new round is on its way or will be, or without `mirror`.
  void renew(handle which, net::time_point now, net::random_stream& random);

  enum class todo : std::uint8_t { subscribe, unsubscribe };
  struct action {
    todo what{};
    handle which = 0;
    round number = 0;  ///< subscribe: the new round's. unsubscribe: the one that ends.
    bool operator==(const action&) const = default;
  };
  /// What is to be sent on the session now, in this order, each exactly once. Empty without a
  /// session.
  [[nodiscard]] std::vector<action> take_due(net::time_point now);
  /// When take_due has something to give, at the latest; `never` = not before something happens.
  [[nodiscard]] net::time_point next() const noexcept;

  void on_session_ready(bool running);
  /// `last_byte`: until when the session is known to have lived: gaps begin there.
  void on_session_lost(net::time_point last_byte);
  /// Home Assistant is RUNNING now.
  void on_running(net::time_point now);
  /// Whether it is, on the session that there is.
  [[nodiscard]] bool running() const noexcept { return running_; }

  /// Events were missed: between the last moment at which the subscription is known to have been
  /// alive and its acceptance.
  struct gap {
    net::time_point from;
    net::time_point to;
    bool operator==(const gap&) const = default;
  };
  /// Home Assistant's answer to a round. Answers to rounds that are over change nothing, nor does a
  /// failure of a live one that was accepted (an event that could not be serialised, reference
  /// §3.3). `error_code`: Home Assistant's, or "timeout" where no answer or no snapshot came in
  /// time: that round is unsubscribed besides, as is one that was accepted. A gap is told when the
  /// subscription lives again after a lost session; never at its first time.
  std::optional<gap> on_accepted(round number, net::time_point now);
  void on_rejected(round number, std::string_view error_code, net::time_point now,
                   net::random_stream& random);

  /// An event came for this round: whether it is to be delivered. May tell a gap, as on_accepted,
  /// where the event is quicker than the result, or is the snapshot. (Other events than a snapshot
  /// are not to be given to a round that waits for one.)
  struct event_verdict {
    bool deliver = false;
    handle which = 0;
    std::optional<gap> missed;
  };
  event_verdict on_event(round number, net::time_point now);

  enum class phase : std::uint8_t { asleep, due, asked, live, waiting, refused };
  /// Of a wanted one.
  [[nodiscard]] phase phase_of(handle which) const;
  /// Whether all that are wanted live: "recovered", where "reconnected" is not enough.
  [[nodiscard]] bool all_live() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return wanted_.size(); }

 private:
  struct entry {
    traits like;
    phase now = phase::asleep;
    round asked = 0;                            ///< The round without an answer yet; 0 = none.
    round live = 0;                             ///< The round whose events count; 0 = none.
    bool asked_early = false;                   ///< `asked` was sent before RUNNING…
    bool asked_accepted = false;                ///< It was accepted, its snapshot is missing.
    bool live_early = false;                    ///< …and `live` was.
    bool answered = false;                      ///< `live` was accepted, not only heard of.
    unsigned rejections = 0;                    ///< In a row.
    unsigned renewals = 0;                      ///< In a row: not retry_cap apart.
    std::optional<net::time_point> renewed_at;  ///< For when the last one was meant.
    net::time_point due_at = net::never;        ///< Of waiting, refused; live: of replacing it.
    net::time_point asked_at{};                 ///< When it was asked for, or got live, last.
    net::time_point last_event{};               ///< Or its acceptance.
    std::optional<net::time_point> dead_since;  ///< Set between a loss and the next acceptance.
  };

  std::optional<gap> become_live(entry& which, round number, net::time_point now);
  void wait_or_refuse(entry& which, bool for_good, net::time_point now, net::random_stream& random);
  void end_round(handle which, round number);
  [[nodiscard]] net::time_point due_at(const entry& which) const noexcept;

  bool retries_;
  duration retry_base_{0};
  duration retry_cap_{0};
  duration quiet_limit_ = no_limit;
  duration resync_interval_ = no_limit;
  std::size_t most_;
  bool has_session_ = false;
  bool running_ = false;
  handle last_handle_ = 0;
  round last_round_ = 0;
  std::map<handle, entry> wanted_;
  std::map<round, handle> rounds_;  ///< Asked or live on this session.
  std::vector<action> endings_;     ///< Unsubscriptions to be sent.
};

}  // namespace hassle::client
