#pragma once

#include "harness/simulation/active_faults.hpp"
#include "harness/simulation/address_book.hpp"
#include "harness/simulation/connection.hpp"
#include "harness/simulation/host.hpp"
#include "harness/simulation/lan.hpp"
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
#include <tuple>
#include <utility>
#include <vector>

namespace hassle::harness {

/// The network of one simulated world: hosts, names, listeners, dials, connections, and what goes
/// wrong between them.
///
/// Every pair of hosts is joined by a link with the same properties, and by one more for each
/// further endpoint of either. Faults apply to all links between different hosts, as far as their
/// scopes reach. Owns the hosts: add all of them, and their names, before anything runs.
/// Thread-safety: single-threaded. The world must outlive it.
class network final : public lan, private connection_owner {
 public:
  /// Fills in `at`. Must not begin or end faults before it has returned.
  using recorder = std::function<void(reports::event)>;
  network(simulated_world& world, const scenario::network& path, recorder record,
          tcp_settings tcp = {});
  network(const network&) = delete;
  network& operator=(const network&) = delete;
  ~network() override;

  host& add_host(std::string name) override;
  void add_name(std::string name, const host& target) override;
  void add_endpoint(std::string name, host& target,
                    std::optional<net::duration> latency = {}) override;
  bool begin_fault(const scenario::fault& fault,
                   const scenario::planned_fault& occurrence) override;
  bool end_fault(const scenario::fault& fault, const scenario::planned_fault& occurrence) override;
  void reset_host(host& which, ending how) override;

  /// Writes down from now on what goes over the wires. The tap outlives the network.
  void tap(wire_tap& into) noexcept { tap_ = &into; }

  /// Destroys whatever waits in this network and its world, without running it. Programs that are
  /// suspended are freed; task groups would still wait for them.
  void abandon() noexcept;

  [[nodiscard]] std::size_t connections_of(const host& which) const noexcept override;
  [[nodiscard]] std::size_t open_connections() const noexcept { return connections_.size(); }
  [[nodiscard]] const tcp_settings& tcp() const noexcept { return tcp_; }

  [[nodiscard]] asio::awaitable<lookup_result> resolve(host& from, net::endpoint name) override;
  [[nodiscard]] asio::awaitable<stream_result> connect(host& from, net::endpoint to) override;
  net::result<std::unique_ptr<net::acceptor>> listen(host& where, net::endpoint local) override;
  void on_thaw(host& which) override;

  // For the acceptors that this hands out.
  void accept(std::uint32_t listener_id, net::completion<stream_result> done);
  void cancel_accept(std::uint32_t listener_id);
  [[nodiscard]] bool listening(std::uint32_t listener_id) const noexcept {
    return listeners_.contains(listener_id);
  }
  void close_listener(std::uint32_t listener_id) noexcept;

 private:
  std::uint32_t dial(host& from, net::endpoint to, net::completion<stream_result> done);
  void cancel_dial(std::uint32_t id);
  std::uint32_t look_up(host& from, net::endpoint name, net::completion<lookup_result> done);
  void cancel_lookup(std::uint32_t id);

  /// A connect that is not complete.
  struct pending_dial {
    host* client;
    host* server;
    const place* at;  // The server's.
    net::endpoint to;
    route way;
    fault_dice dice{1};
    net::time_point began;
    std::size_t retransmissions = 0;
    event_id timer = 0;
    bool parked = false;  // A SYN is due, but the host is frozen.
    std::vector<std::uint32_t> hits;
    jitter_random random;
    net::completion<stream_result> done;
  };
  /// A name that is not resolved because of a fault.
  struct pending_lookup {
    host* from;
    const way* asked;
    std::uint16_t port;
    std::vector<net::endpoint> known{};  // What there was to hear.
    bool again = false;                  // It was asked twice.
    event_id timer = 0;
    net::completion<lookup_result> done;
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
  void tap_dial(std::uint32_t id, const pending_dial& d);
  void send_syn(std::uint32_t id);
  void on_syn_timer(std::uint32_t id);
  void on_syn(std::uint32_t id);
  void on_syn_answer(std::uint32_t id, bool welcome);
  void fail_dial(std::uint32_t id, error_code ec);
  void establish(std::uint32_t id);
  bool lost(pending_dial& d, const active_fault* fault);
  bool lost_at_vacancy(pending_dial& d);
  net::time_point travel(pending_dial& d, direction way);

  // network_names.cpp
  struct findings;
  [[nodiscard]] const active_fault* misleads(const way& asked,
                                             scenario::address_family family) const;
  [[nodiscard]] findings ask(const host& from, const way& asked, std::uint16_t port) const;
  void postpone(std::uint32_t id, const findings& found);
  void ask_again(std::uint32_t id);
  void end_lookup(std::uint32_t id);

  // network_faults.cpp
  void strike(const active_fault& fault);
  void begin_dns(const active_fault& fault);
  void begin_move(const active_fault& fault);
  [[nodiscard]] bool serves(const host& which) const;
  void begin_swizzle(const active_fault& fault, net::duration lasts);
  void set_failing(std::uint32_t fault, std::uint32_t connection, bool fails);
  void begin_cut_after(const active_fault& fault);
  void limit_age(const connection& c);
  void limit_age(const connection& c, const active_fault& fault);
  void unthrottle(std::uint32_t fault);

  [[nodiscard]] socket_listener* find_listener(const host& where, std::uint16_t port);
  link& path_of(const host& a, const host& b, const way& over);
  [[nodiscard]] static bool reaches(const active_fault& fault, const connection& c) noexcept {
    return !c.path().loopback() && fault.reaches(c.way());
  }
  void record(reports::event_kind kind, std::uint32_t connection, std::string text,
              std::int64_t value = 0);
  void hand_over(connection& c, net::completion<stream_result>& waiter);

  simulated_world* world_;
  scenario::network settings_;
  tcp_settings tcp_;
  recorder record_;
  std::uint64_t jitter_seed_;
  active_faults faults_;
  std::map<std::string, std::uint32_t> begun_;  // Occurrences of each fault, for their seeds.
  std::vector<std::unique_ptr<host>> hosts_;
  address_book book_;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, link>
      links_;  // By the smaller index first, then the way's number.
  std::uint32_t next_lookup_ = 0;
  std::map<std::uint32_t, pending_lookup> lookups_;
  std::uint32_t next_connection_ = 0;
  std::uint32_t next_listener_ = 0;
  dials dials_;
  std::map<std::uint32_t, socket_listener> listeners_;
  std::map<std::uint32_t, std::unique_ptr<connection>> connections_;
  wire_tap* tap_ = nullptr;
};

/// "connection refused", "timed out", ...: the same words on every platform, for journals.
[[nodiscard]] std::string error_text(const error_code& ec);

}  // namespace hassle::harness
