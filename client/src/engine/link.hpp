#pragma once

#include "../cores/endpoint_order.hpp"
#include "../cores/link_core.hpp"
#include "context.hpp"
#include "dialler.hpp"
#include "session.hpp"
#include "tokens.hpp"
#include "waiting_room.hpp"

#include <hassle/client/status.hpp>
#include <hassle/net/task_group.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

/// What the slots of one pool share.
struct link_surroundings {
  engine_context& shared;
  waiting_room& room;
  dialler& ways;
  tokens& keys;
  endpoint_order order;
  net::random_stream random;
  duration connecting_takes{0};  ///< The last attempt that succeeded.
};

class link;

/// Hears of a slot's doings. Called from the slot's coroutine.
class link_listener {
 public:
  /// When the slot may begin an attempt: see `vanguard`. It asks again when it is poked.
  virtual net::time_point may_begin(const link& which) = 0;
  /// The phase, the session in use or whether it is RUNNING may be different now.
  virtual void on_link_changed(link& which) = 0;
  /// Authenticated, and asked whether it is RUNNING if that is asked at all.
  virtual void on_session_up(const std::shared_ptr<session>& which) = 0;
  virtual void on_session_running(const std::shared_ptr<session>& which) = 0;
  /// The last of it. It may be one that was replaced, and not be in use any more.
  virtual void on_session_down(const std::shared_ptr<session>& which) = 0;
  /// An attempt, or a connection, ended.
  virtual void on_failure(std::string_view why, client_trouble trouble) = 0;

 protected:
  ~link_listener() = default;
};

/// One supervised connection slot: carries out what its `link_core` decides, as one coroutine of
/// the group, from the first need until the group is stopped. Outlives that coroutine.
class link {
 public:
  link(link_surroundings& shared, link_listener& owner, net::task_group& tasks);
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  void want();
  /// Worth a try now: ends a wait, or `refused`.
  void retry();
  /// A command waits: true if an attempt begins.
  bool demand();
  /// The process was frozen: what stands is doubted, what failed meanwhile does not count.
  void on_thaw();
  /// Something outside of it changed that it may act upon: the preferred endpoint is up.
  void poke() { wake_.wake(); }

  [[nodiscard]] const link_core& core() const noexcept { return core_; }
  /// It would begin an attempt, and may not yet.
  [[nodiscard]] bool holds() const noexcept { return holds_; }
  /// Since when the current one is authenticated; absent = there is none.
  [[nodiscard]] std::optional<net::time_point> up_since() const noexcept {
    return current_ ? std::optional(up_since_) : std::nullopt;
  }
  /// The one in use; null = none. May be ended, or still be starting.
  [[nodiscard]] const std::shared_ptr<session>& current() const noexcept { return current_; }
  /// Home Assistant said that it is not RUNNING yet.
  [[nodiscard]] bool home_is_starting() const noexcept {
    return core_.now() == link_core::phase::starting && told_up_;
  }

 private:
  /// How an attempt to get an authenticated session ended.
  struct attempt {
    enum class end : std::uint8_t { none, up, dial_failed, auth_invalid, lost, cancelled };
    end how = end::none;
    std::shared_ptr<session> made;
    dial_failure why = dial_failure::network;
    std::optional<duration> retry_after;
    std::uint32_t token = 0;
  };
  struct race;

  asio::awaitable<void> run();
  asio::awaitable<link_core::step> sleep(net::time_point at);
  asio::awaitable<bool> await_leave();
  asio::awaitable<link_core::step> fetch_token();
  asio::awaitable<link_core::step> establish();
  asio::awaitable<void> attempt_at(std::size_t endpoint, tokens::access token, bool of_slot,
                                   attempt& into);
  asio::awaitable<void> run_race(attempt& into);
  asio::awaitable<void> run_racer(race& all, std::size_t which);
  link_core::step conclude(attempt& made);
  link_core::step judge(attempt& made);
  link_core::step counted(link_core::step next, bool slept);

  asio::awaitable<link_core::step> ask_running();
  asio::awaitable<bool> is_running(std::shared_ptr<session> which);
  asio::awaitable<void> await_running(std::shared_ptr<session> which);
  void bring_up();

  asio::awaitable<link_core::step> serve();
  [[nodiscard]] net::time_point return_at() const;
  asio::awaitable<void> return_home();
  void move_to(std::shared_ptr<session> fresh);
  asio::awaitable<void> drain(std::shared_ptr<session> old);
  asio::awaitable<void> bury(std::shared_ptr<session> dead);
  link_core::step lose();

  [[nodiscard]] net::time_point now() const { return shared_.shared.now(); }
  [[nodiscard]] net::time_point within(duration deadline_config::* own) const;

  link_surroundings& shared_;
  link_listener& owner_;
  net::task_group& tasks_;
  link_core core_;
  bool begun_ = false;  ///< Its coroutine was started.
  tokens::access token_;
  std::shared_ptr<session> current_;
  bool holds_ = false;
  bool slept_in_attempt_ = false;        ///< The one that is under way.
  unsigned stalls_ = 0;                  ///< Connections in a row that died within a message.
  net::time_point up_since_{};           ///< Of the current one.
  bool told_up_ = false;                 ///< Of the current one.
  net::time_point return_not_before_{};  ///< The last return of this slot failed.
  waiter wake_;
};

}  // namespace hassle::client
