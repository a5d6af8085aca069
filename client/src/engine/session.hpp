#pragma once

#include "../cores/backoff_schedule.hpp"
#include "../cores/liveness.hpp"
#include "context.hpp"
#include "session_channel.hpp"
#include "waiting_room.hpp"

#include <hassle/client/command.hpp>
#include <hassle/net/gate.hpp>
#include <hassle/net/websocket.hpp>
#include <hassle/protocol/message.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

/// One WebSocket connection after the upgrade: authenticated, used, ended. Never used again.
///
/// It matches answers to commands (`correlation`), routes events to subscriptions, watches over its
/// life (`health`, `probe`), and takes nothing from a server without a bound: what is no message,
/// what is for nobody and messages that never end lead to the end of the session, with a reason.
///
///   opening -- authenticate() --> authenticating -- auth_ok --> ready -- … --> ended
///
/// Kept alive by whoever uses it. Thread-safety: single-threaded.
class session final : public session_channel,
                      public net::websocket_events,
                      public std::enable_shared_from_this<session> {
 public:
  /// Without `correlation` a bound is still needed; it is far above what a naive client reaches.
  static constexpr std::size_t in_flight_max_default = 1024;

  session(engine_context& shared, waiting_room& room, std::unique_ptr<net::websocket> socket,
          std::size_t endpoint, std::uint32_t attempt);
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session();

  // ---- Authentication

  enum class auth_end : std::uint8_t {
    ok,
    invalid,    ///< Refused by Home Assistant, in its own words: `refusal`.
    failed,     ///< Lost or too late: `end_reason`.
    cancelled,  ///< By the caller; the session is dropped.
  };
  /// Begins to read, and authenticates. The token goes to the wire and is forgotten. Call once.
  [[nodiscard]] asio::awaitable<auth_end> authenticate(std::string access_token,
                                                       net::time_point until);
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  [[nodiscard]] const std::string& ha_version() const noexcept { return ha_version_; }

  // ---- Commands

  /// A command that was sent and whose answer is waited for, in the frame of whoever waits.
  /// Destroying it ends the interest: a late answer is discarded.
  class expectation {
   public:
    enum class phase : std::uint8_t { none, waiting, answered, not_json, lost };

    expectation() = default;
    expectation(const expectation&) = delete;
    expectation& operator=(const expectation&) = delete;
    ~expectation() { forget(); }

    void forget() noexcept;
    /// Forgets, and may be used again.
    void reset() noexcept {
      forget();
      phase_ = phase::none;
    }
    [[nodiscard]] phase now() const noexcept { return phase_; }
    /// Of `answered`.
    [[nodiscard]] protocol::server_message& message() noexcept { return message_; }
    [[nodiscard]] std::int64_t id() const noexcept { return id_; }

   private:
    friend session;
    session* owner_ = nullptr;  ///< While it waits.
    waiter* wakes_ = nullptr;
    std::int64_t id_ = 0;
    phase phase_ = phase::none;
    protocol::server_message message_;
  };

  /// Why a command was certainly not sent.
  enum class send_failure : std::uint8_t { ended, too_many_in_flight, send_queue_full };

  /// Sends a command now; `wakes` is woken when `into` knows more. `into` must be `none`.
  [[nodiscard]] std::expected<void, send_failure> send(const boost::json::object& body,
                                                       std::uint32_t tag, expectation& into,
                                                       waiter& wakes);

  /// The outcome of an expectation that is over, or of one that is given up: `how`.
  [[nodiscard]] outcome settle(expectation& over, std::uint32_t tag, net::wait_end how);

  /// Sends and waits: the bare way of a command.
  [[nodiscard]] asio::awaitable<outcome> call(const command& what, net::time_point until);

  // ---- Life

  /// Not ended, and authenticated.
  [[nodiscard]] bool is_ready() const noexcept override { return phase_ == phase::ready; }
  /// Not to be used before a sign of life.
  [[nodiscard]] bool suspect(net::time_point now) const noexcept {
    return distrusted_ || live_->suspect(now);
  }
  /// Asks for a sign of life, if nobody has; `wakes` is woken when there is one, or at the end.
  class life_wait {
   public:
    life_wait(std::shared_ptr<session> of, waiter& wakes);

   private:
    std::shared_ptr<session> of_;
    listed among_;
  };
  /// A command sent at `sent_at` was not answered: if nothing came since, the session is suspect,
  /// or ended where there is no layer `probe` that could test it.
  void distrust(net::time_point sent_at);
  void on_thaw();

  /// Woken at the end, if there is one to wake; null = none. Outlives it or is taken away.
  void watch(waiter* wakes) noexcept { watcher_ = wakes; }
  /// Opened when nothing of the connection is outstanding any more.
  [[nodiscard]] net::gate& over() noexcept { return over_; }
  [[nodiscard]] const std::string& end_reason() const noexcept { return end_reason_; }
  /// What its end means for the next one.
  [[nodiscard]] ready_end how_it_ended() const noexcept { return how_it_ended_; }
  /// A message was too big for one of the two.
  [[nodiscard]] bool too_big() const noexcept { return too_big_; }
  /// One of the two did not understand what the other sent.
  [[nodiscard]] bool not_understood() const noexcept { return not_understood_; }
  /// It died in the middle of a message.
  [[nodiscard]] bool stalled() const noexcept { return how_it_ended_ == ready_end::useless; }
  [[nodiscard]] bool ended() const noexcept { return phase_ == phase::ended; }

  /// Ends it at once.
  void drop(std::string_view why);
  /// Ends it with a Close frame, and waits for the peer's at most as long as a WebSocket does.
  void close(std::string_view why);

  [[nodiscard]] std::size_t endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return waiting_.size(); }
  [[nodiscard]] net::time_point last_used() const noexcept { return last_used_; }
  /// Home Assistant is RUNNING, or nobody asked. Set by the link.
  bool running = false;
  bool in_recovery_mode = false;  ///< Set by the link.

  // ---- session_channel

  [[nodiscard]] std::optional<std::int64_t> subscribe(const boost::json::object& body,
                                                      session_sink& hears) override;
  void forget(std::int64_t id) noexcept override { sinks_.erase(id); }
  void unsubscribe(std::int64_t id) override;
  [[nodiscard]] std::uint32_t number() const noexcept override { return number_; }
  [[nodiscard]] net::time_point last_byte() const noexcept override;
  [[nodiscard]] bool recovery_mode() const noexcept override { return in_recovery_mode; }

 private:
  enum class phase : std::uint8_t { opening, authenticating, ready, ended };

  void on_text(std::string_view text) override;
  void on_ping() override { note_message(); }
  void on_pong(std::string_view payload) override;
  void on_bytes() override;
  void on_end(const net::websocket_end& end) override;

  void on_auth_message(const protocol::server_message& message);
  void become_ready();
  void on_message(protocol::server_message& message);
  void on_not_a_message(net::time_point since);
  void hand_over(std::vector<expectation*>::iterator which, protocol::server_message& message);
  void discard(const protocol::server_message& message);
  void note_life();
  bool writing_stalls(net::time_point now);
  void note_sent() {
    ++sent_messages_;
    if (socket_->queued() <= 1) written_at_ = shared_.now();
  }
  void note_message() {
    last_message_ = last_byte_;
    within_message_ = false;
  }
  void obey(liveness::action what);
  void ask();
  void arm();
  void on_timer();
  void become_ended(std::string_view why);
  void judge(const net::websocket_end& end);

  engine_context& shared_;
  waiting_room& room_;
  std::unique_ptr<net::websocket> socket_;
  std::size_t endpoint_;
  std::uint32_t attempt_;
  std::uint32_t number_;
  phase phase_ = phase::opening;

  std::string access_token_;  ///< Until it was sent. Secret.
  std::string refusal_;
  std::string ha_version_;
  waiter* authenticating_ = nullptr;

  bool by_id_;
  std::size_t in_flight_max_;
  std::size_t inbox_max_;
  std::int64_t last_id_ = 0;
  std::vector<expectation*> waiting_;          ///< In the order of their ids.
  std::deque<protocol::server_message> kept_;  ///< Without `correlation`: came before a question.
  std::map<std::int64_t, session_sink*> sinks_;
  unsigned not_messages_ = 0;  ///< In a row.
  unsigned strays_ = 0;        ///< Messages for nobody, in a row.
  net::time_point last_used_{};

  std::optional<liveness> live_;  ///< From `ready` on.
  bool distrusted_ = false;       ///< Until the next sign of life.
  net::time_point last_byte_{};
  net::time_point last_message_{};            ///< A whole one, or a pong.
  bool within_message_ = false;               ///< Bytes came since.
  std::optional<net::time_point> pinged_at_;  ///< The ping that is out.
  std::string ping_payload_;                  ///< Its number.
  std::uint32_t pings_ = 0;
  std::uint64_t sent_messages_ = 0;
  std::uint64_t written_ = 0;     ///< Of those, when it was looked last…
  net::time_point written_at_{};  ///< …and since when it is so.
  net::timer timer_;
  net::time_point armed_at_ = net::never;
  std::vector<waiter*> probing_;

  std::string end_reason_;
  ready_end how_it_ended_ = ready_end::lost;
  bool too_big_ = false;
  bool not_understood_ = false;
  waiter* watcher_ = nullptr;
  net::gate over_;
};

/// What an answer of Home Assistant amounts to.
[[nodiscard]] outcome outcome_of(protocol::server_message& answer);

}  // namespace hassle::client
