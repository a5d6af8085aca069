#pragma once

#include "../answer_cache.hpp"
#include "../cores/breaker_core.hpp"
#include "../cores/idempotency_rules.hpp"
#include "../cores/retry_budget.hpp"
#include "call_state.hpp"
#include "context.hpp"
#include "effect_lookup.hpp"
#include "links.hpp"
#include "mirror.hpp"
#include "turns.hpp"
#include "waiting_room.hpp"

#include <hassle/client/command.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace hassle::client {

/// The way of a command, from the caller to Home Assistant and back:
///
///   limit -- its turn -- a connection -- a sign of life -- the breaker -- send -- answer
///         -- (asked twice, sent again, looked up) -- mirror, cache
///
/// `send` is that way, in one place; everything that is not needed while all is well has a
/// coroutine of its own, so that the usual way has no other frame than send's.
class caller {
 public:
  /// `states` may be null.
  caller(engine_context& shared, waiting_room& room, links& connections, mirror* states);
  caller(const caller&) = delete;
  caller& operator=(const caller&) = delete;

  /// The command's outcome, at `limit` less deadline.margin at the latest.
  [[nodiscard]] asio::awaitable<outcome> send(command what, net::time_point limit);

  /// A connection can be used: the cause of the failures may be gone.
  void on_connected();
  /// The access token is another: who we are may be different.
  void on_new_user() noexcept;
  /// shared.stopping is set: wakes everybody who waits here.
  void stop();

 private:
  using call = call_state;
  class permit_return;

  [[nodiscard]] net::time_point deadline_of(net::time_point limit) const noexcept;

  // Each ends the call, or lets it go on. Those that wait are for when it is not the usual way.
  asio::awaitable<void> await_turn(call& mine);
  [[nodiscard]] std::shared_ptr<session> best_connection(const call& mine);
  [[nodiscard]] std::shared_ptr<session> ready_connection(const call& mine);
  [[nodiscard]] net::time_point patience_of(const call& mine) const;
  asio::awaitable<std::shared_ptr<session>> await_connection(call& mine);
  asio::awaitable<void> await_life(call& mine);
  [[nodiscard]] bool breaker_lets_pass(call& mine);
  asio::awaitable<void> await_breaker(call& mine);
  [[nodiscard]] bool begin(call& mine, const std::shared_ptr<session>& use);
  [[nodiscard]] bool take_answer(call& mine);
  asio::awaitable<void> await_answer(call& mine, net::wait_end how);
  void hedge(call& mine);
  asio::awaitable<void> after_failure(call& mine);
  [[nodiscard]] bool may_retry(call& mine, command_effect effect);
  asio::awaitable<void> look_up(call& mine);
  void degrade(call& mine);

  [[nodiscard]] bool is_read(const command& what) const;
  void record(call& mine, breaker_core::result how);
  void give_back_permit(call& mine) noexcept;
  void tell_breaker(breaker_state before);
  asio::awaitable<outcome> ask(boost::json::object body, net::time_point until);

  engine_context& shared_;
  waiting_room& room_;
  links& links_;
  mirror* mirror_;
  duration answer_limit_;
  duration send_least_;
  unsigned attempts_max_;
  std::optional<turns> turns_;
  std::optional<retry_budget> budget_;
  std::optional<breaker_core> breaker_;
  net::random_stream random_;
  std::vector<waiter*> at_breaker_;
  std::vector<waiter*> looking_up_;
  std::optional<idempotency_rules> rules_;
  std::optional<effect_lookup> lookup_;
  std::optional<answer_cache> cache_;
};

}  // namespace hassle::client
