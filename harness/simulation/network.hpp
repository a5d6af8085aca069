#pragma once

#include "harness/simulation/connection.hpp"
#include "harness/simulation/host.hpp"
#include "harness/simulation/link.hpp"
#include "harness/simulation/retransmission.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "reports/journal.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/net/waiting.hpp>
#include <hassle/net/world.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness {

/// The network of one simulated world: hosts, names, listeners, dials, connections, and what goes
/// wrong between them.
///
/// Every pair of hosts is joined by a link with the same properties; faults apply to all links
/// between different hosts (`reaches` is where that would be told apart). Owns the hosts: add all
/// of them before anything runs. Thread-safety: single-threaded. The world must outlive it.
class network final : private connection_owner {
 public:
  using recorder = std::function<void(reports::event)>;  ///< Fills in `at`.
  using stream_result = net::result<std::unique_ptr<net::byte_stream>>;

  network(simulated_world& world, const scenario::network& path, recorder record,
          tcp_settings tcp = {});
  network(const network&) = delete;
  network& operator=(const network&) = delete;
  ~network() override;

  /// A new machine, with a name that resolves and an address of its own. The name must be new.
  host& add_host(std::string name);

  /// A further name for a host: "homeassistant.local". A name that exists is changed.
  void add_name(std::string name, const host& target);

  /// Applies a network fault; false for kinds that are no business of the network's.
  bool begin_fault(const scenario::fault& fault, const scenario::planned_fault& occurrence);
  /// Lifts it. Cuts and lost state stay as they are.
  bool end_fault(const scenario::fault& fault, const scenario::planned_fault& occurrence);

  /// The programs of a host are gone: its connections and dials end, its listeners close.
  /// Outstanding operations end as `operation_aborted`.
  void reset_host(host& which, ending how);

  /// Destroys whatever waits in this network and its world, without running it. Programs that are
  /// suspended are freed; task groups would still wait for them.
  void abandon() noexcept;

  [[nodiscard]] std::size_t open_connections() const noexcept { return connections_.size(); }
  [[nodiscard]] const tcp_settings& tcp() const noexcept { return tcp_; }

  // For host, and for the streams and acceptors that this hands out.
  std::uint32_t dial(host& from, net::endpoint to, net::completion<stream_result> done);
  void cancel_dial(std::uint32_t id);
  net::result<std::unique_ptr<net::acceptor>> listen(host& where, net::endpoint local);
  [[nodiscard]] std::optional<std::string> address_of(const std::string& name) const;
  void on_thaw(host& which);
  void accept(std::uint32_t listener_id, net::completion<stream_result> done);
  void cancel_accept(std::uint32_t listener_id);
  [[nodiscard]] bool listening(std::uint32_t listener_id) const noexcept {
    return listeners_.contains(listener_id);
  }
  void close_listener(std::uint32_t listener_id) noexcept;

 private:
  /// A connect that is not complete.
  struct pending_dial {
    host* client;
    host* server;  // Null if nobody has that address.
    net::endpoint to;
    net::time_point began;
    std::size_t retransmissions = 0;
    event_id timer = 0;
    bool parked = false;  // A SYN is due, but the host is frozen.
    std::vector<std::uint32_t> hits;
    jitter_random random;
    net::completion<stream_result> done;
  };
  struct socket_listener {
    host* where;
    std::uint16_t port;
    std::deque<connection*> backlog;
    net::completion<stream_result> waiter;
  };
  using dials = std::map<std::uint32_t, pending_dial>;

  // connection_owner
  bool offer(connection& arrived) override;
  void on_hit(std::uint32_t connection_id, const active_fault& fault) override;
  void on_cut(std::uint32_t connection_id, std::string_view why) override;
  void on_finished(connection& which) override;

  // network_dial.cpp
  void send_syn(std::uint32_t id);
  void on_syn_timer(std::uint32_t id);
  void on_syn(std::uint32_t id);
  void on_syn_answer(std::uint32_t id, bool welcome);
  void fail_dial(std::uint32_t id, error_code ec);
  void establish(std::uint32_t id);
  bool lost(pending_dial& d, std::uint32_t id, const active_fault* fault);
  net::time_point travel(pending_dial& d, bool to_server);

  [[nodiscard]] socket_listener* find_listener(const host& where, std::uint16_t port);
  link& path_of(const host& a, const host& b);
  [[nodiscard]] bool reaches(const connection& c) const noexcept { return !c.path().loopback(); }
  void record(reports::event_kind kind, std::uint32_t connection, std::string text,
              std::int64_t value = 0);
  void hand_over(connection& c, net::completion<stream_result>& waiter);

  simulated_world* world_;
  scenario::network settings_;
  tcp_settings tcp_;
  recorder record_;
  std::uint64_t jitter_seed_;
  active_faults faults_;
  std::vector<std::unique_ptr<host>> hosts_;
  std::map<std::string, host*> names_;                         // And addresses.
  std::map<std::pair<std::size_t, std::size_t>, link> links_;  // By the smaller index first.
  std::uint32_t next_connection_ = 0;
  std::uint32_t next_listener_ = 0;
  dials dials_;
  std::map<std::uint32_t, socket_listener> listeners_;
  std::map<std::uint32_t, std::unique_ptr<connection>> connections_;
};

/// "connection refused", "timed out", ...: the same words on every platform, for journals.
[[nodiscard]] std::string error_text(const error_code& ec);

}  // namespace hassle::harness
