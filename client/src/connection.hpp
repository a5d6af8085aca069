#pragma once

#include "answer_book.hpp"
#include "health_watch.hpp"

#include <hassle/client/command.hpp>
#include <hassle/client/config.hpp>
#include <hassle/client/observer.hpp>
#include <hassle/net/gate.hpp>
#include <hassle/net/websocket.hpp>
#include <hassle/net/world.hpp>
#include <hassle/protocol/message.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::client {

class connection;

/// What all parts of one client share. Outlives them.
struct context {
  net::world& world;
  const config& settings;
  observer* telemetry;
  std::uint32_t attempts = 0;
  /// Connections whose last event is still to come, in the order of their birth: kept alive here.
  std::vector<std::shared_ptr<connection>> open_connections;
  net::gate all_closed;  ///< Opened by the last one, once `stopping`.
  bool stopping = false;

  void tell(const client_event& event) const {
    if (telemetry != nullptr) telemetry->on_event(event);
  }
};

/// Limits of one attempt. `never` = as long as it takes. Where the `deadline` layer is on, each
/// stage has a limit of its own besides.
struct attempt_limits {
  net::time_point dial = net::never;  ///< Resolve, TCP and upgrade together end by then.
  net::time_point all = net::never;   ///< Everything, authentication included, ends by then.
};

/// One connection to Home Assistant: dialled, authenticated, used for commands, ended. Never
/// reused.
///
/// The connection-scoped layers live here: how answers are matched (`correlation`) and the pings
/// (`health`).
class connection final : public net::websocket_events,
                         public std::enable_shared_from_this<connection> {
 public:
  explicit connection(context& shared);
  ~connection();

  /// Dials and authenticates. Call once; on failure the connection is of no further use.
  [[nodiscard]] asio::awaitable<std::expected<void, outcome>> open(attempt_limits limits);

  /// Sends a command and waits for its answer until `until`.
  [[nodiscard]] asio::awaitable<outcome> call(const command& what, net::time_point until);

  /// Ends it at once, for a reason of ours.
  void drop(std::string_view why);

  [[nodiscard]] bool is_open() const noexcept { return phase_ == phase::ready; }
  /// Open, and with a recent pong where `health` is on.
  [[nodiscard]] bool is_healthy() const noexcept;

 private:
  enum class phase : std::uint8_t { dialling, authenticating, ready, ended };

  struct waiter {
    net::gate answered;
    std::optional<protocol::server_message> message;
    bool not_json = false;
  };
  /// Un-registers a waiter when its command ends, however it ends.
  class waiting;

  void on_text(std::string_view text) override;
  void on_pong(std::string_view payload) override;
  void on_end(const net::websocket_end& end) override;

  asio::awaitable<net::result<std::unique_ptr<net::websocket>>> dial(attempt_limits limits,
                                                                     std::string& stage);
  asio::awaitable<std::expected<void, outcome>> authenticate(net::time_point until);
  [[nodiscard]] net::time_point stage_limit(net::time_point bound,
                                            duration deadline_config::* own) const;
  void become_ready();
  void become_ended(std::string_view why);
  void on_auth_message(const protocol::server_message& message);
  void on_answer(protocol::server_message message);
  void on_unparsable();
  void hand_over(std::int64_t id, protocol::server_message message);
  void watch_health();
  outcome settle(const command& what, waiter& mine, net::wait_end how);

  context& shared_;
  std::unique_ptr<net::websocket> socket_;
  phase phase_ = phase::dialling;
  std::uint32_t number_ = 0;  ///< Of the stream, for the observer.
  std::uint32_t attempt_ = 0;
  std::int64_t last_id_ = 0;
  answer_book book_;
  std::map<std::int64_t, waiter*> waiters_;
  std::deque<protocol::server_message> kept_;  ///< Messages nobody waited for (next_message).
  net::gate auth_done_;
  std::string auth_refusal_;
  std::string end_reason_;
  std::optional<health_watch> health_;
  net::timer health_timer_;
};

/// Keeps a connection in use. When the last user of it lets go, it is dropped: as in the report's
/// listings, where a connection that was replaced lives on for the commands still waiting on it.
class connection_user {
 public:
  explicit connection_user(std::shared_ptr<connection> used) : used_(std::move(used)) {}
  connection_user(const connection_user&) = delete;
  connection_user& operator=(const connection_user&) = delete;
  ~connection_user() { used_->drop("no longer used"); }

  [[nodiscard]] connection* operator->() const noexcept { return used_.get(); }

 private:
  std::shared_ptr<connection> used_;
};
using connection_ref = std::shared_ptr<connection_user>;

}  // namespace hassle::client
