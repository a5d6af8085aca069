#pragma once

#include "harness/simulation/active_faults.hpp"
#include "scenarios/network_faults.hpp"

#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hassle::harness {

/// What becomes of the next bytes of a stream, in their order.
struct flow_portion {
  enum class fate : std::uint8_t {
    pass,
    lose,  ///< The receiver never sees them; the sender does not notice.
    late,  ///< Whole messages: delivered after `delay` at a boundary; what is behind overtakes.
  };
  std::size_t bytes = 0;  ///< 0 for a cut by itself.
  fate what = fate::pass;
  net::duration delay{};  ///< Added to the path's; >= 0. What is behind it is no earlier (`pass`).
  bool boundary = true;   ///< Behind it, other messages may come in between.
  /// Behind it the connection ends so.
  std::optional<scenario::expiry_style> cut = std::nullopt;
  std::uint32_t by = 0;  ///< Who cuts; see `name_of`.
};

/// One direction of one connection in the hands of somebody who decides about its bytes beside the
/// faults. Pure: takes the time with each call. Portions are appended to `out`; over all calls they
/// add up to the bytes that were taken, as far as it has decided. What is undecided waits, which
/// must not be more than `undecided_max`.
class flow_shape {
 public:
  static constexpr std::size_t undecided_max = 160U << 10U;

  virtual ~flow_shape() = default;

  /// Asked once, at the beginning.
  virtual void begin(net::time_point now, std::vector<flow_portion>& out) = 0;
  /// `bytes` were read. They may be changed in place.
  virtual void took(std::span<char> bytes, net::time_point now, std::vector<flow_portion>& out) = 0;
  /// Nothing more will be read: decides about all that waits. The delay of the FIN.
  [[nodiscard]] virtual net::duration finish(net::time_point now,
                                             std::vector<flow_portion>& out) = 0;
  /// What was planned for later (delays, cuts) was forgotten, since the rules have changed.
  virtual void changed(net::time_point now, std::vector<flow_portion>& out) = 0;
  [[nodiscard]] virtual std::string name_of(std::uint32_t who) const = 0;
};

/// Both directions of a connection, by `direction`.
struct connection_shape {
  std::unique_ptr<flow_shape> to_server;
  std::unique_ptr<flow_shape> to_client;
};

}  // namespace hassle::harness
