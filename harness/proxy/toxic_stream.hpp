#pragma once

#include "harness/proxy/frame_scanner.hpp"
#include "harness/proxy/toxic.hpp"
#include "harness/relay/flow_shape.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hassle::harness {

/// What the toxics of a proxy do to one direction of one connection. Pure.
///
/// Which connections a toxic takes, what it does to which message and byte depend on the seed, the
/// toxic's name, the connection's number and what was sent, and on nothing else; jitter is drawn
/// for each read, or for each message while an `ha_frames` looks at them.
class toxic_stream final : public flow_shape {
 public:
  /// A toxic has touched this connection for the first time.
  using hit_teller = std::function<void(const toxic&, std::uint32_t connection)>;

  struct place {
    direction way = direction::to_client;
    std::uint32_t connection = 0;
    std::uint64_t seed = 0;
  };

  /// `toxics` are those of the proxy, in their order: they outlive it, and it is told when they
  /// change.
  toxic_stream(const std::vector<toxic>& toxics, const place& at,
               std::shared_ptr<conversation> shared, hit_teller tell);

  void begin(net::time_point now, std::vector<flow_portion>& out) override;
  void took(std::span<char> bytes, net::time_point now, std::vector<flow_portion>& out) override;
  net::duration finish(net::time_point now, std::vector<flow_portion>& out) override;
  void changed(net::time_point now, std::vector<flow_portion>& out) override;
  [[nodiscard]] std::string name_of(std::uint32_t who) const override;

 private:
  struct under {
    jitter_random random;
    bool takes = false;  // This connection.
    bool told = false;
    net::time_point since{};
    net::time_point wire_free{};  // bandwidth
    std::int64_t passed = 0;      // limit_data: bytes; ha_frames: matching messages.
    std::int64_t done = 0;        // ha_frames: delayed or lost.
    bool closing = false;         // reset_peer
    bool in_unit = false;         // ha_frames: loses the parts of this message.
  };

  template <class Visitor>
  void for_each(Visitor visit);
  under& state_of(const toxic& t, net::time_point now);
  void hit(const toxic& t, under& u);
  void pass_units(net::time_point now, std::vector<flow_portion>& out);
  flow_portion judged(const scanned_unit& unit);
  void judge(const scanned_unit& unit, const toxic& t, under& u, flow_portion& into);
  void shape(flow_portion next, net::time_point now, std::vector<flow_portion>& out);
  void slice(const flow_portion& next, std::vector<flow_portion>& out);
  [[nodiscard]] bool looks();

  const std::vector<toxic>* toxics_;
  place at_;
  std::shared_ptr<conversation> shared_;
  hit_teller tell_;
  frame_scanner scanner_;
  std::vector<scanned_unit> units_;  // Empty between calls.
  std::map<std::uint32_t, under> states_;
};

}  // namespace hassle::harness
