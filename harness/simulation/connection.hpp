#pragma once

#include "harness/simulation/address_book.hpp"
#include "harness/simulation/byte_pipe.hpp"
#include "harness/simulation/lan.hpp"
#include "harness/simulation/link.hpp"
#include "harness/simulation/retransmission.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "harness/simulation/wire_tap.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hassle::harness {

class host;
class connection;

/// The two ends of a connection. The client is the one who dialed.
enum class side : std::uint8_t { client, server };
[[nodiscard]] constexpr side other(side s) noexcept {
  return s == side::client ? side::server : side::client;
}
/// The way that segments of `s` travel.
[[nodiscard]] constexpr direction from(side s) noexcept {
  return s == side::client ? direction::to_server : direction::to_client;
}

/// What a connection tells the network.
class connection_owner {
 public:
  virtual ~connection_owner() = default;

  /// The handshake is complete. False if nobody listens any more.
  virtual bool offer(connection& arrived) = 0;
  /// A fault affected the connection for the first time.
  virtual void on_hit(std::uint32_t connection_id, const active_fault& fault) = 0;
  /// A fault or a middlebox made the connection unusable.
  virtual void on_cut(std::uint32_t connection_id, std::string_view why) = 0;
  /// Nothing is left to happen on it, and no stream refers to it.
  virtual void on_finished(connection& which) = 0;
};

/// One TCP connection between two hosts, as applications see it.
///
/// Each direction is a pipe with one pending event: the arrival of its first segment, or the next
/// retransmission. A segment that is lost holds back all that is behind it, until the schedule of
/// retransmissions finds the way clear; whoever sends without acknowledgement for too long gets
/// `timed_out`. Acknowledgements are implicit: they take no time, and they are lost where the way
/// back is blocked at the instant of arrival. RST is sent once.
/// Thread-safety: single-threaded. Must not outlive the world, its hosts and its link.
class connection {
 public:
  struct party {
    host* where;
    const place* at;
  };
  struct parties {
    simulated_world& world;
    connection_owner& owner;
    link& path;
    const tcp_settings& tcp;
    const scenario::middlebox& box;
    party client;
    party server;
    route way;
    std::size_t client_on_link;  ///< Which of the link's two ends the client is.
    std::uint64_t jitter_seed;
    wire_tap* tap = nullptr;  ///< Null: nobody listens in.
  };

  connection(const parties& who, std::uint16_t server_port, std::vector<std::uint32_t> hits);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  [[nodiscard]] std::uint32_t id() const noexcept { return way_.connection; }
  [[nodiscard]] std::uint16_t server_port() const noexcept { return server_port_; }
  [[nodiscard]] host& at(side s) noexcept { return *end_of(s).where; }
  [[nodiscard]] const place* at_place(side s) const noexcept {
    return ends_[static_cast<std::size_t>(s)].at;
  }
  [[nodiscard]] const link& path() const noexcept { return *who_.path_; }
  [[nodiscard]] const route& way() const noexcept { return way_; }

  /// A stream refers to this end, or a listener's backlog.
  [[nodiscard]] bool held(side s) const noexcept {
    return ends_[static_cast<std::size_t>(s)].attached;
  }

  // The operations of net::byte_stream.
  void read_some(side s, asio::mutable_buffer into, net::byte_stream::handler done);
  void write_some(side s, std::span<const asio::const_buffer> from, net::byte_stream::handler done);
  void shutdown_send(side s) noexcept;
  void close(side s) noexcept;  ///< The stream is gone afterwards. RST if bytes are unread.
  void reset(side s) noexcept;  ///< The stream is gone afterwards.

  // What befalls it.
  /// The state at `s` is lost without a word; whoever sends to it gets RST.
  void forget(side s, const active_fault& fault);
  /// The program at `s` is gone, though the stream object is not: all its operations end as
  /// aborted.
  void end_program(side s, ending how);
  /// A middlebox or fault ends it for both.
  void cut(scenario::expiry_style style, const active_fault& fault);
  /// One of its addresses is nobody's any more: nothing passes.
  void lose(const active_fault& fault);
  /// For the fault of that number, bytes count from now on.
  void count_from_here(std::uint32_t fault) { limits_.count_from_here(fault); }
  /// The path has become faster: what waits for the wire leaves earlier.
  void hasten();
  /// The host at `s` runs again.
  void thaw(side s);
  /// Destroys pending handlers without calling them.
  void abandon() noexcept;

 private:
  enum class end_state : std::uint8_t {
    open,
    orphan,    ///< Closed by its program; what was sent is still retransmitted.
    gone,      ///< No state: answers with RST.
    vanished,  ///< No machine: answers with nothing.
  };

  struct end {
    host* where = nullptr;
    const place* at = nullptr;
    end_state state = end_state::open;
    bool attached = true;  ///< A stream or a listener's backlog refers to it.
    bool fin_sent = false;
    bool fin_received = false;
    bool failure_told = false;
    error_code failure;
    asio::mutable_buffer read_into;
    net::byte_stream::handler read_done;
    std::vector<asio::const_buffer> write_from;
    net::byte_stream::handler write_done;
  };

  /// One direction.
  struct flow {
    byte_pipe pipe;
    net::time_point last_arrival{};
    jitter_random random;
    event_id event = 0;  ///< Arrival, retransmission, or arrival of one.
    event_id rst = 0;    ///< An RST on its way.
    bool rst_answers =
        false;            ///< That RST answers a segment, which will be sent again if it is lost.
    bool parked = false;  ///< A retransmission is due, but the sender is frozen.
    bool unacknowledged = false;  ///< All has arrived, but the sender does not know.
    bool boxed = false;           ///< A middlebox has taken the sender's place.
    std::optional<retransmission> retry;
  };

  struct surroundings {
    simulated_world* world_;
    connection_owner* owner_;
    link* path_;
    const tcp_settings* tcp_;
    const scenario::middlebox* box_;
    std::size_t client_on_link_;
    wire_tap* tap_;
  };

  [[nodiscard]] end& end_of(side s) noexcept { return ends_[static_cast<std::size_t>(s)]; }
  [[nodiscard]] flow& flow_from(side s) noexcept { return flows_[static_cast<std::size_t>(s)]; }
  [[nodiscard]] net::time_point now() const noexcept { return who_.world_->now(); }
  void tap(side s, reports::wire_kind kind, std::size_t bytes = 0) {
    if (who_.tap_ != nullptr) who_.tap_->add(id(), s == side::client, kind, bytes);
  }

  // Towards the programs (connection_ends.cpp).
  void complete(side s, net::byte_stream::handler& done, error_code ec, std::size_t bytes);
  void close_state(side s);
  void reset_state(side s);
  std::size_t take(side s, std::span<const asio::const_buffer> from);
  void wake_reader(side s);
  void wake_writer(side s);
  void abort_operations(side s, error_code ec);
  void fail(side s, error_code ec);
  void settle();

  // Along the path (connection.cpp).
  [[nodiscard]] link::sender sender(side s) const noexcept;
  link::passage passage(side s, std::size_t bytes);
  void transmit(side s, segment_kind kind, std::size_t bytes);
  void arm_arrival(side s);
  bool passes(side s, std::size_t bytes = 0);
  bool acknowledged(side s);
  void on_arrival(side s);
  bool arrive_all(side s, net::time_point until);
  void arrive_one(side s);
  void arrive_at_closed(side s);
  void begin_retry(side s, net::time_point sent);
  void schedule_retry(side s);
  void on_retransmit(side s);
  void on_retransmission(side s);
  void stop_sending(side s) noexcept;
  void send_rst(side s, bool answers);
  void on_rst(side s);
  void hit(const active_fault& fault);

  // What faults do to segments (connection_faults.cpp).
  void note_delays(side s, std::size_t bytes);
  bool add_slices(side s, const link::passage& p, segment_kind kind, std::size_t bytes);
  void corrupt_next(side s);
  [[nodiscard]] bool usable() const noexcept;
  bool prepare_cut(side s);
  void finish_cut();

  // The middlebox (connection_cut.cpp).
  void arm_box();
  void on_box_timer();
  void sever(scenario::expiry_style style, std::string_view why);
  void send_box_fin(side towards);
  void send_box_rst(side towards, net::duration after);

  surroundings who_;
  route way_;
  std::uint16_t server_port_;
  bool swallowed_ = false;  ///< A middlebox forgot it: nothing passes any more.
  bool severed_ = false;
  bool finished_ = false;
  net::time_point established_;
  net::time_point last_traffic_;
  event_id box_event_ = 0;
  std::array<end, 2> ends_;
  std::array<flow, 2> flows_;
  std::vector<std::uint32_t> hits_;  // Occurrences of faults that were told already.
  fault_dice dice_;
  byte_limits limits_;
  struct due_cut {
    std::uint32_t fault;
    side sender;  // Of the segment that was one too many.
  };
  std::optional<due_cut> cut_now_;
};

}  // namespace hassle::harness
