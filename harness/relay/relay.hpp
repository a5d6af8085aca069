#pragma once

#include "harness/relay/handshake.hpp"
#include "harness/relay/relayed_connection.hpp"
#include "reports/journal.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/net/task_group.hpp>
#include <hassle/net/world.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

/// Listens in a world, dials another place for each connection that comes, and does to the bytes
/// between the two what the faults of the network say.
///
/// Connections are counted from 1 as they are announced or come, for the scopes of faults and in
/// events. `stop` and `join` it before it dies.
/// Thread-safety: single-threaded.
class relay final : private relay_watcher {
 public:
  /// Fills in `at`.
  using recorder = std::function<void(reports::event)>;

  /// `path` is the network that it plays where no fault is in force; `seed` is what all its random
  /// draws are made from.
  relay(net::world& world, net::endpoint upstream, const scenario::network& path,
        std::uint64_t seed, recorder record, const relay_settings& settings = {});
  /// Makes the shape of a connection by its number.
  using shaper = std::function<connection_shape(std::uint32_t)>;
  /// For the connections that come from now on.
  void shape_with(shaper by) { shaper_ = std::move(by); }
  /// The rules of the shapes have changed.
  void reshape();
  relay(const relay&) = delete;
  relay& operator=(const relay&) = delete;
  ~relay() override;

  /// Begins to listen; port 0 picks a free one.
  [[nodiscard]] error_code listen(net::endpoint local);
  [[nodiscard]] const net::endpoint& local_endpoint() const noexcept { return local_; }
  /// Closes the listener, so that connects are refused. `listen(local_endpoint())` reopens it.
  void refuse() noexcept;

  /// Connections that come from now on are for this place.
  void forward_to(net::endpoint upstream) { upstream_ = std::move(upstream); }
  /// Is told the number of each connection that comes without having been announced.
  void tell_of_strangers(std::function<void(std::uint32_t number)> to) {
    on_stranger_ = std::move(to);
  }
  /// A number that no connection has, for one of which the relay knows nothing any more.
  [[nodiscard]] std::uint32_t take_number() noexcept { return ++last_connection_; }
  /// The number of a connection that upstream knows by this one.
  [[nodiscard]] std::optional<std::uint32_t> number_of(std::uint32_t upstream_id) const;
  /// The machine of this connection's client is gone: the server hears nothing, ever.
  void forget_client(std::uint32_t number);

  /// Somebody in this world dials, and lets the relay say how the handshake goes: on real sockets
  /// the kernel would have answered at once. Returns the number of the connection. The path is then
  /// asked through `handshake_of` until it has ended; `begin_connect` if it is through, before the
  /// socket connects, and `end_connect` in any case, with what the relay sees as its peer's number.
  /// `asleep` tells which of its ends stand still.
  [[nodiscard]] std::uint32_t announce(relay_line::sleepers asleep = {});
  [[nodiscard]] handshake& handshake_of(std::uint32_t number) {
    return *announced_.at(number)->over_path;
  }
  void begin_connect(std::uint32_t number);
  void end_connect(std::uint32_t number, std::optional<std::uint32_t> peer);
  /// Machines that stood still go on.
  void thaw();
  [[nodiscard]] bool listening() const noexcept { return listening_ != nullptr; }

  /// Whether `begin_fault` takes its kind.
  [[nodiscard]] static bool can_play(const scenario::fault& what);
  /// Puts a fault in force; false for kinds that a relay cannot do.
  [[nodiscard]] bool begin_fault(const scenario::fault& fault,
                                 const scenario::planned_fault& occurrence);
  void end_fault(const scenario::planned_fault& occurrence);

  /// Refuses, and ends all connections.
  void stop() noexcept;
  [[nodiscard]] asio::awaitable<void> join() { return tasks_.join(); }

  [[nodiscard]] std::size_t open_connections() const noexcept { return open_.size(); }
  /// So many have come, those that were reset included.
  [[nodiscard]] std::uint32_t connections() const noexcept { return last_connection_; }
  /// Bytes that were passed on, both ways together.
  [[nodiscard]] std::uint64_t relayed_bytes() const noexcept;

 private:
  asio::awaitable<void> accept_all(std::unique_ptr<net::acceptor> acceptor);
  struct dial {
    dial(relay& of, const route& way) : line(of.path_, of, way) {}
    relay_line line;
    std::optional<handshake> over_path;  // Of one that was announced.
    bool connecting = false;
  };
  void welcome(std::unique_ptr<net::byte_stream> client);
  asio::awaitable<void> serve(std::unique_ptr<net::byte_stream> client,
                              std::unique_ptr<dial> known);
  asio::awaitable<void> relay_between(dial& known, std::unique_ptr<net::byte_stream> client);
  [[nodiscard]] route next_route();
  [[nodiscard]] std::uint64_t jitter_of(std::uint32_t number) const;
  asio::awaitable<bool> reachable(relay_line& line);
  asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> dial_upstream();
  asio::awaitable<void> expire(std::uint32_t connection, std::uint32_t fault, net::duration age);
  void strike(const active_fault& fault);
  void limit_age(std::uint32_t connection, const active_fault& fault);
  asio::awaitable<void> watch_box(std::uint32_t connection);
  void on_hit(std::uint32_t connection, const active_fault& fault) override;
  void on_cut(std::uint32_t connection, std::string_view why) override;

  net::world* world_;
  net::endpoint upstream_;
  net::endpoint local_;
  std::uint64_t seed_;
  recorder record_;
  shaper shaper_;
  std::function<void(std::uint32_t)> on_stranger_;
  relay_settings settings_;
  active_faults faults_;
  scenario::middlebox box_;
  link path_;
  std::map<std::string, std::uint32_t> begun_;  // Occurrences of each fault, for their seeds.
  net::acceptor* listening_ = nullptr;          // Its task owns it.
  std::uint32_t last_connection_ = 0;
  std::size_t served_ = 0;
  std::map<std::uint32_t, std::unique_ptr<dial>> announced_;
  std::size_t connecting_ = 0;                       // Of them, whose sockets connect.
  std::map<std::uint32_t, std::uint32_t> expected_;  // Numbers of those that are to come, by peer.
  std::vector<std::unique_ptr<net::byte_stream>> unknown_;  // They may be announced ones.
  std::map<std::uint32_t, relayed_connection*> open_;
  std::map<std::uint32_t, std::uint32_t> dialed_as_;  // What the server calls a connection.
  std::uint64_t relayed_ = 0;                         // Over connections that are gone.
  net::task_group tasks_;
};

}  // namespace hassle::harness
