#pragma once

#include "harness/relay/relay.hpp"
#include "harness/simulation/host.hpp"
#include "harness/simulation/lan.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "reports/journal.hpp"

#include <hassle/net/real_world.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hassle::harness {

class real_stream;

/// Why a scenario cannot be carried out on real sockets; nothing if it can.
[[nodiscard]] std::optional<std::string> not_in_the_real_world(const scenario::scenario& what);

/// The network of a household on loopback: whoever dials reaches the relay, and behind it the host
/// that listens. One host may listen.
///
/// Connections are numbered from 1 as they are dialed, at both ends, as in the simulated network,
/// and a connect takes as long as there: the kernel is asked once its handshake would be through.
/// The world and the context outlive it. Thread-safety: single-threaded.
class real_network final : public lan {
 public:
  using recorder = std::function<void(reports::event)>;

  real_network(simulated_world& world, asio::io_context& sockets, const scenario::network& path,
               recorder record);
  real_network(const real_network&) = delete;
  real_network& operator=(const real_network&) = delete;
  ~real_network() override;

  host& add_host(std::string name) override;
  void add_name(std::string name, const host& target) override;
  /// Never: `not_in_the_real_world` says so.
  void add_endpoint(std::string name, host& target,
                    std::optional<net::duration> latency = {}) override;
  bool begin_fault(const scenario::fault& fault,
                   const scenario::planned_fault& occurrence) override;
  bool end_fault(const scenario::fault& fault, const scenario::planned_fault& occurrence) override;
  void reset_host(host& which, ending how) override;
  [[nodiscard]] std::size_t connections_of(const host& which) const noexcept override;
  [[nodiscard]] asio::awaitable<lookup_result> resolve(host& from, net::endpoint name) override;
  [[nodiscard]] asio::awaitable<stream_result> connect(host& from, net::endpoint to) override;
  net::result<std::unique_ptr<net::acceptor>> listen(host& where, net::endpoint local) override;
  void on_thaw(host&) override { relay_->thaw(); }
  [[nodiscard]] asio::awaitable<void> stop() override;

  /// From now on who comes to the relay comes from another process.
  void expect_strangers();
  /// Their machine is gone: the server hears nothing of them, ever.
  void forget_strangers();

  /// Where a client in another process finds the server.
  [[nodiscard]] const net::endpoint& dialed() const noexcept { return relay_->local_endpoint(); }

 private:
  class guarded_acceptor;
  friend class real_stream;

  void on_stranger(std::uint32_t number);
  void refuse() noexcept;
  [[nodiscard]] asio::awaitable<error_code> shake_hands(host& from, std::uint32_t number);
  [[nodiscard]] asio::awaitable<stream_result> dial(host& from, std::uint32_t number);
  [[nodiscard]] asio::awaitable<std::uint32_t> number_of_accepted(std::uint32_t upstream_id);

  simulated_world* world_;
  asio::io_context* sockets_;
  recorder record_;
  net::real_world machine_;
  std::vector<std::unique_ptr<host>> hosts_;
  host* relay_host_ = nullptr;
  std::unique_ptr<relay> relay_;
  const host* server_ = nullptr;                    // Who listens.
  std::set<std::uint32_t> strangers_;               // Those that may still be there.
  std::optional<asio::ip::tcp::socket> kept_port_;  // The relay's, where strangers know it.
  std::map<const host*, std::size_t> dials_;
  std::vector<real_stream*> streams_;
};

}  // namespace hassle::harness
