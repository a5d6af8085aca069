#pragma once

#include "../cores/breaker_core.hpp"
#include "effect_lookup.hpp"
#include "session.hpp"
#include "turns.hpp"
#include "waiting_room.hpp"

#include <hassle/client/command.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace hassle::client {

/// A command on its way, in the frame of `caller::send`.
struct call_state {
  call_state(const command& wanted, net::time_point now, net::time_point limit)
      : what(wanted), until(limit), round_began(now) {}
  call_state(const call_state&) = delete;
  call_state& operator=(const call_state&) = delete;

  /// Sent, and not forgotten: a late answer is as good as a new one.
  struct attempt {
    std::shared_ptr<session> on;
    session::expectation answer;
    net::time_point sent_at{};

    [[nodiscard]] bool waits() const noexcept {
      return answer.now() == session::expectation::phase::waiting;
    }
  };

  const command& what;
  net::time_point until;  ///< The caller's limit, less the margin.
  waiter wakes;           ///< For whatever it waits for.
  turns::place turn{wakes};
  /// What is out: a first try and its hedge, or a try and the one that it repeats.
  std::array<attempt, 2> attempts;
  std::optional<breaker_core::permit> permit;  ///< Of the round.
  net::time_point round_began;                 ///< A round: from a send to its outcome.
  net::time_point answer_until = net::never;   ///< Of the round.
  net::time_point hedge_at = net::never;
  net::time_point first_sent{};
  effect_mark before;
  unsigned sends = 0;
  call_stages stages;
  bool over = false;
  outcome result;  ///< So far.

  [[nodiscard]] bool waits() const noexcept { return attempts[0].waits() || attempts[1].waits(); }
  [[nodiscard]] net::time_point next() const noexcept {
    return std::min({until, answer_until, hedge_at});
  }
  /// Where the next send goes: nobody waits there, or for longer than in the other one.
  [[nodiscard]] attempt& place_for_next() noexcept {
    if (!attempts[0].waits()) return attempts[0];
    if (!attempts[1].waits()) return attempts[1];
    return attempts[0].sent_at <= attempts[1].sent_at ? attempts[0] : attempts[1];
  }
  /// The connection that was used last; null = none.
  [[nodiscard]] const session* last_used() const noexcept {
    return (attempts[0].sent_at >= attempts[1].sent_at ? attempts[0] : attempts[1]).on.get();
  }

  [[nodiscard]] net::time_point last_sent() const noexcept {
    return std::max(attempts[0].sent_at, attempts[1].sent_at);
  }

  /// It cannot go on. What is known of an earlier send says more than that.
  void end(outcome_kind kind, std::string_view detail) {
    over = true;
    if (sends == 0) fail(kind, detail);
  }
  /// It ends whatever was before.
  void end_at_once(std::string_view detail) {
    over = true;
    fail(outcome_kind::connection, detail);
  }
  void fail(outcome_kind kind, std::string_view detail) {
    result = {};
    result.kind = kind;
    result.detail = detail;
  }
};

}  // namespace hassle::client
