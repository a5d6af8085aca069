#pragma once

#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hassle::harness {

namespace asio = boost::asio;

class host;

/// How the connections of a host end when its programs do.
enum class ending : std::uint8_t {
  silent,  ///< The machine is gone: peers hear nothing, ever.
  fin,
  reset,
};

/// The network between the hosts of a household: simulated, or of real sockets behind a relay.
///
/// Owns the hosts: add all of them, and their names, before anything runs. Must not be destroyed
/// before what runs on them. Thread-safety: single-threaded.
class lan {
 public:
  using stream_result = net::result<std::unique_ptr<net::byte_stream>>;
  using lookup_result = net::result<std::vector<net::endpoint>>;

  virtual ~lan() = default;

  /// A new machine, with a name that resolves and an address of its own. The name must be new.
  virtual host& add_host(std::string name) = 0;

  /// A further name for a host: "homeassistant.local". A name that exists is changed.
  virtual void add_name(std::string name, const host& target) = 0;

  /// A further way to a host: a new name, addresses of its own at which it resolves, and a path of
  /// its own with that latency (one way; nothing: the network's). Scopes of faults call it by its
  /// name, and the first way of every host `scenario::local_endpoint`.
  virtual void add_endpoint(std::string name, host& target,
                            std::optional<net::duration> latency = {}) = 0;

  /// Applies a network fault; false for kinds that are no business of the network's.
  virtual bool begin_fault(const scenario::fault& fault,
                           const scenario::planned_fault& occurrence) = 0;
  /// Lifts it. Cuts and lost state stay as they are.
  virtual bool end_fault(const scenario::fault& fault,
                         const scenario::planned_fault& occurrence) = 0;

  /// The programs of a host are gone: its connections and dials end, its listeners close.
  /// Outstanding operations end as `operation_aborted`.
  virtual void reset_host(host& which, ending how) = 0;

  /// Connections that programs of this host hold or dial.
  [[nodiscard]] virtual std::size_t connections_of(const host& which) const noexcept = 0;

  /// Ends what it runs itself, once nothing runs on its hosts any more.
  [[nodiscard]] virtual asio::awaitable<void> stop() { co_return; }

  // For hosts: as `net::world` has them.

  [[nodiscard]] virtual asio::awaitable<lookup_result> resolve(host& from, net::endpoint name) = 0;
  [[nodiscard]] virtual asio::awaitable<stream_result> connect(host& from, net::endpoint to) = 0;
  virtual net::result<std::unique_ptr<net::acceptor>> listen(host& where, net::endpoint local) = 0;
  virtual void on_thaw(host& which) = 0;
};

}  // namespace hassle::harness
