#pragma once

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

namespace hassle::harness {

/// Listens in a world, dials another place for each connection that comes, and does to the bytes
/// between the two what the faults of the network say.
///
/// Connections are counted from 1 as they come, for the scopes of faults; events call them by the
/// number that the client knows them by. `stop` and `join` it before it dies.
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
  /// Is told of each connection that comes, by the client's own number.
  void tell_of_arrivals(std::function<void(std::uint32_t client_id)> to) {
    on_arrival_ = std::move(to);
  }
  /// The client of a connection that upstream knows by this number, by the client's own number.
  [[nodiscard]] std::optional<std::uint32_t> client_of(std::uint32_t upstream_id) const;
  /// The machine of this client (its own number) is gone: the server hears nothing, ever.
  void forget_client(std::uint32_t client_id);

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
  asio::awaitable<void> serve(std::unique_ptr<net::byte_stream> client);
  asio::awaitable<bool> reachable(relay_line& line);
  asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> dial();
  asio::awaitable<void> expire(std::uint32_t connection, std::uint32_t fault, net::duration age);
  void strike(const active_fault& fault);
  void limit_age(std::uint32_t connection, const active_fault& fault);
  void on_hit(std::uint32_t connection, const active_fault& fault) override;
  void on_cut(std::uint32_t connection, std::string_view why) override;

  net::world* world_;
  net::endpoint upstream_;
  net::endpoint local_;
  std::uint64_t seed_;
  recorder record_;
  shaper shaper_;
  std::function<void(std::uint32_t)> on_arrival_;
  relay_settings settings_;
  active_faults faults_;
  link path_;
  std::map<std::string, std::uint32_t> begun_;  // Occurrences of each fault, for their seeds.
  net::acceptor* listening_ = nullptr;          // Its task owns it.
  std::uint32_t last_connection_ = 0;
  std::map<std::uint32_t, std::uint32_t> known_as_;  // What the client calls a connection.
  std::map<std::uint32_t, relayed_connection*> open_;
  std::map<std::uint32_t, std::uint32_t> dialed_as_;  // What the server calls a connection.
  std::uint64_t relayed_ = 0;                         // Over connections that are gone.
  net::task_group tasks_;
};

}  // namespace hassle::harness
