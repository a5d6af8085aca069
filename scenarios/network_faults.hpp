#pragma once

#include "scenarios/distribution.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace hassle::scenario {

/// How an ageing or idle connection dies at a middlebox.
enum class expiry_style : std::uint8_t {
  silent,  ///< The mapping is forgotten: segments vanish in both directions.
  reset,   ///< Both ends get RST.
  fin,     ///< Both ends get FIN, as from a proxy that shuts down politely on TCP level.
};

/// Which segments, seen from the one who dialled.
enum class flow : std::uint8_t { both, to_server, to_client };

enum class address_family : std::uint8_t { any, v4, v6 };

/// The part of the network that a fault of it reaches.
struct path_scope {
  std::string endpoint;  ///< Only the way to the endpoint of this name. Empty: all ways.
  address_family family = address_family::any;  ///< Only addresses of this family.

  bool operator==(const path_scope&) const = default;
};

// What the network can do wrong, one struct for each kind of fault. P: it concerns segments on
// their way, C: connections, N: names. `fault_scope::connections` counts those dialled after it
// began.

struct partition_fault {  ///< P. No segment passes.
  using direction = flow;
  flow blocked = flow::both;
};
struct cut_fault {  ///< C. Existing connections become unusable; new ones work.
  expiry_style how = expiry_style::silent;
};
struct forget_fault {
};  ///< C. Half-open: the server's host forgets its connections, sends nothing.
struct blackhole_fault {};  ///< C. Connects get no answer.
struct latency_fault {      ///< P. The path becomes slower.
  duration_distribution added;
};
/// P. Segments are lost, which TCP shows as delay and finally as ETIMEDOUT. The model of Gilbert
/// and Elliott: the path is good or bad, each direction of each connection by itself, and may
/// change its mind with each segment. Without `to_bad` it is bad all the time: losses are
/// independent.
struct loss_fault {
  flow direction = flow::both;
  double chance = 0.1;           ///< Of losing a segment while bad. In [0, 1].
  double otherwise = 0;          ///< While good. In [0, 1].
  std::optional<double> to_bad;  ///< Chance to turn bad with a segment. In [0, 1].
  double to_good = 0.2;          ///< Chance to turn good again. In (0, 1].
};
/// P. Bytes are changed on their way, and TCP's checksum does not notice.
struct corrupt_fault {
  flow direction = flow::both;
  double chance = 0.01;     ///< Of each segment. In [0, 1].
  std::uint32_t bytes = 1;  ///< Changed in such a segment. > 0
};
/// P. Segments are cut into slices that arrive one by one.
struct slice_fault {
  flow direction = flow::both;
  std::uint32_t bytes = 1;                       ///< Of a slice, at most. > 0
  duration gap = std::chrono::milliseconds(10);  ///< From a slice to the next. >= 0
};
/// C. A connection becomes unusable after so many bytes (both ways together) or so long, whatever
/// its traffic; counted from the begin of the fault or of the connection, whichever is later.
/// Exactly one of the two is given.
struct cut_after_fault {
  static constexpr std::uint64_t bytes_default = 65536;  ///< Where neither is given.
  std::optional<std::uint64_t> bytes;
  std::optional<duration> age;
  expiry_style how = expiry_style::silent;
};
struct throttle_fault {  ///< P. The path carries less.
  flow direction = flow::both;
  std::uint64_t bandwidth = 4096;  ///< Bytes per second, shared by all connections. > 0
};
/// P. What is larger does not pass and nobody is told: the black hole of path MTU discovery. A
/// write of more bytes is swallowed with all that comes behind it on its connection.
struct mtu_fault {
  flow direction = flow::both;
  std::uint32_t bytes = 1232;  ///< > 0. Field failure mtu-blackhole.
};
/// C. A random subset of the connections there are fails silently, one by one during the first half
/// of its time, and heals one by one in another order during the second half.
struct swizzle_fault {
  double chance = 0.5;  ///< Of each connection to be among them. In (0, 1].
};
/// N. The client's lookups of names go wrong.
struct dns_fault {
  enum class how : std::uint8_t {
    fail,    ///< Nobody knows the name (SERVFAIL).
    silent,  ///< No answer, until the resolver gives up.
    stale,   ///< The answer is an address at which nobody is any more.
  } how = how::fail;
};
/// C. The server's host has a new address from its begin on, for good; old connections die
/// silently. As long as the fault lasts, names still resolve to the old address, where nobody is.
struct move_fault {};
/// C. TLS handshakes go wrong. Only where the server speaks TLS.
struct tls_fault {
  enum class flaw : std::uint8_t {
    expired,     ///< The certificate's time is over.
    wrong_name,  ///< It is for another host.
    unknown_ca,  ///< Signed by somebody whom nobody trusts.
    stalled,     ///< The handshake is begun and never answered.
  } how = flaw::expired;
};

}  // namespace hassle::scenario
