#pragma once

#include "mockha/fault_engine.hpp"
#include "mockha/outbox.hpp"
#include "mockha/session_core.hpp"
#include "mockha/status.hpp"

#include <hassle/net/time.hpp>
#include <hassle/net/websocket.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::mockha {

class connection_owner;

/// Where a session comes from.
struct session_origin {
  std::string address;     ///< Of the client, without a port; empty if it is not known.
  std::string user_agent;  ///< Of the upgrade request; ASCII, cut to 200 bytes.
  bool deflate = false;    ///< permessage-deflate was agreed upon.
};

/// The shell of one session: turns the core's actions into calls, and frames and time into its
/// inputs. Decides nothing. Owned by the server until `on_ended`.
class connection final : public net::websocket_events {
 public:
  connection(std::uint64_t key, net::time_source& time, connection_owner& owner,
             surroundings& around, std::unique_ptr<net::websocket> socket,
             session_origin origin = {});
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Speaks and listens from now on. To be called once, not while the server is stalled.
  void begin();
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  [[nodiscard]] bool ending() const noexcept { return ended_here_; }
  void perform(actions wanted);
  /// Something has happened on the bus.
  void hear(const bus_event& event);

  void pause();
  /// The server stood still for so long, and goes on.
  void resume(net::duration stalled);

  /// Carries nothing any more, in either direction, for ever; no timer of its own ends it. May be
  /// called instead of `begin`.
  void fall_silent();

  /// How its bytes travel from now on.
  void apply(const transport_faults& how);

  /// Sends a message as soon as the client can take it. `on_sent` or `on_unsent` tells what became
  /// of it. With coalescing, all messages of one turn of the event loop go in one frame.
  void transmit(send_text message);
  /// Ends the connection from the server's side, once: Close 1000 or another code, or a cut.
  enum class style : std::uint8_t { close, fin, reset };
  void end(style how, std::uint16_t code, std::string why);
  /// Cuts what is left of it, if anything.
  void cut() { socket_->abort(); }

  /// Unique in the server, unlike `id`: clients on two real machines may share a port number.
  [[nodiscard]] std::uint64_t key() const noexcept { return key_; }
  [[nodiscard]] std::uint32_t id() const noexcept { return socket_->connection_id(); }
  [[nodiscard]] const session_core& core() const noexcept { return core_; }
  [[nodiscard]] session_core& core() noexcept { return core_; }
  /// What there is to be said about it, but for the user's name.
  [[nodiscard]] connection_status status() const;
  [[nodiscard]] const session_origin& origin() const noexcept { return origin_; }
  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
  /// No message may go out before, lest it overtake one that is delayed.
  net::time_point not_before{};

 private:
  void on_text(std::string_view message) override;
  void on_binary(std::string_view message) override;
  void on_bytes() override;
  void on_drained() override;
  void on_end(const net::websocket_end& end) override;
  void on_timer();
  void read_or_not();
  void speak_again();
  void gather(send_text message);
  void flush_batch();
  void arm();
  void hand_over(std::vector<send_text> messages);
  void hand_over_text(std::string text, const std::vector<send_text>& messages);
  [[nodiscard]] bool put(std::string text);
  void flush();

  const std::uint64_t key_;
  net::time_source& time_;
  connection_owner& owner_;
  const session_origin origin_;
  session_core core_;
  std::unique_ptr<net::websocket> socket_;
  outbox outbox_;
  net::timer turn_end_;  // With coalescing: when the outbox is emptied.
  bool turn_open_ = false;
  net::timer timer_;
  net::time_point armed_for_ = net::never;
  const net::time_point since_;
  std::uint64_t received_ = 0;  // Messages.
  std::uint64_t sent_ = 0;
  struct held {
    bool binary = false;
    std::string message;
  };
  std::vector<held> held_;  // Messages that were read already when the stall began.
  bool silent_ = false;
  bool swallowed_ = false;  ///< Something was to be sent while it was silent.
  net::time_point silent_since_{};
  transport_faults transport_;
  std::vector<send_text> batch_;  // Messages that wait for an array to be full.
  net::timer batch_timer_;
  bool begun_ = false;
  bool ended_here_ = false;
};

/// The server, as far as its connections need it.
class connection_owner {
 public:
  virtual void on_send(connection& from, send_text message) = 0;
  /// The message has been handed to the socket; its text is gone.
  virtual void on_sent(connection& to, const send_text& message) = 0;
  /// … or was dropped, because the connection is ending.
  virtual void on_unsent(connection& to, const send_text& message) = 0;
  virtual void on_end_wish(connection& from, end_session wish) = 0;
  virtual void on_service(connection& from, const run_service& wanted) = 0;
  virtual void on_lost_answer(connection& from, std::uint64_t id) = 0;
  virtual void on_fire(connection& from, publish_event wanted) = 0;
  /// Everybody who is connected by this token is to be thrown out.
  virtual void on_revoked(connection& from, const revoked_token& which) = 0;
  virtual void on_login(connection& from, bool good) = 0;
  virtual void on_note(connection& from, note n) = 0;
  virtual void on_bytes(connection& from) = 0;
  /// Subscriptions came or went.
  virtual void on_watch_changed() = 0;
  /// The connection is over and is to be destroyed.
  virtual void on_ended(connection& from) = 0;
  [[nodiscard]] virtual bool stalled() const = 0;
  /// Home Assistant's clock.
  [[nodiscard]] virtual wall_time wall_now() const = 0;

 protected:
  ~connection_owner() = default;
};

}  // namespace hassle::mockha
