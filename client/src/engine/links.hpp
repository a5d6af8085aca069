#pragma once

#include "../cores/connection_choice.hpp"
#include "../cores/vanguard.hpp"
#include "link.hpp"

#include <hassle/client/status.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

/// The slots of the client: pool.size of them, or one. All are kept connected from the first need
/// on. Gives a connection to who needs one, or a place to wait for it.
class links final : private link_listener {
 public:
  /// `user` hears of sessions that can be used; `connected` is called when one can be used for
  /// commands.
  links(engine_context& shared, waiting_room& room, dialler& ways, tokens& keys, session_user& user,
        std::function<void()> connected);
  links(const links&) = delete;
  links& operator=(const links&) = delete;

  /// From now on connections are needed.
  void want();
  /// Waits until the first attempt has led to something.
  [[nodiscard]] asio::awaitable<void> first_attempt();

  /// The connection for the next command; null = none will do now. Not `except`, and none from
  /// which nothing came after `heard_after`.
  [[nodiscard]] std::shared_ptr<session> choose(
      const session* except = nullptr, net::time_point heard_after = net::time_point::min());

  /// What can be hoped for where there is none.
  enum class outlook : std::uint8_t {
    connecting,
    starting,  ///< One is connected to a Home Assistant that is not RUNNING.
    full,      ///< All have as many commands out as they may.
    refused,
    spent,  ///< Without `reconnect`: there was one attempt.
    stopped,
  };
  [[nodiscard]] outlook look() const;
  /// Waits until something about the connections is different. While somebody waits, an attempt is
  /// made more often than the delays say, by one slot.
  [[nodiscard]] asio::awaitable<net::wait_end> wait(waiter& mine, net::time_point until);
  /// Asks all connections that are suspect for a sign of life at once, and waits until one of them
  /// gives it or ends, or something else is different.
  [[nodiscard]] asio::awaitable<net::wait_end> await_life(waiter& mine, net::time_point until);
  /// Whether it is not known if a connection lives on which it was still asked whether Home
  /// Assistant runs.
  [[nodiscard]] bool unsure() const;
  /// From the dial until Home Assistant takes the token, as it was last.
  [[nodiscard]] duration connecting_takes() const noexcept {
    return surroundings_.connecting_takes;
  }

  [[nodiscard]] const client_status& status() const noexcept { return status_; }
  void on_status(std::function<void(const client_status&)> hears);
  void on_breaker(std::string_view state);
  [[nodiscard]] const std::string& last_error() const noexcept { return status_.last_error; }

  /// Ends all waits for a next attempt, and `refused`.
  void retry();
  void on_thaw();

  /// Ends everything: shared.stopping is set. Then `join`.
  void stop();
  [[nodiscard]] asio::awaitable<void> join() { return tasks_.join(); }

 private:
  net::time_point may_begin(const link& which) override;
  void on_link_changed(link& which) override;
  void on_session_up(const std::shared_ptr<session>& which) override;
  void on_session_running(const std::shared_ptr<session>& which) override;
  void on_session_down(const std::shared_ptr<session>& which) override;
  void on_failure(std::string_view why, client_trouble trouble) override;
  void be_in(client_trouble trouble);
  void heed_accepted_token();
  void judge(const session& which);

  [[nodiscard]] net::time_point demand();
  void wake_all();
  void update_status();
  void tell_status();
  [[nodiscard]] client_phase phase() const;

  engine_context& shared_;
  waiting_room& room_;
  session_user& user_;
  std::function<void()> connected_;
  link_surroundings surroundings_;
  std::size_t in_flight_max_;
  net::task_group tasks_;
  std::vector<std::unique_ptr<link>> slots_;
  vanguard ahead_;
  std::vector<vanguard::slot> standing_;  ///< Reused.
  std::vector<connection_candidate> candidates_;
  std::vector<waiter*> waiting_;
  std::size_t last_endpoint_ = 0;

  client_status status_;
  client_status told_;
  std::function<void(const client_status&)> hears_;
  net::timer telling_;
};

}  // namespace hassle::client
