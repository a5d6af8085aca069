#pragma once

#include "scenarios/network_faults.hpp"

#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hassle::harness {

class host;
struct way;

/// An address at which a host is, or was.
struct place {
  std::string address;
  scenario::address_family family = scenario::address_family::v4;
  const way* on = nullptr;
  bool vacant = false;           ///< Nobody is there any more: what is sent to it vanishes.
  std::uint32_t vacated_by = 0;  ///< Number of the fault's occurrence that is to blame for it.
};

/// A way to a host: addresses and names that lead over a path of its own.
struct way {
  std::string endpoint;    ///< What scopes of faults call it.
  std::size_t number = 0;  ///< 0: the first one of its host. Else of its own in the whole network.
  host* to = nullptr;
  std::optional<net::duration> latency;  ///< One way. Nothing: that of the network.
  bool named = false;                    ///< It has names that somebody gave it.
  std::uint32_t moved_by = 0;            ///< Number of the fault's occurrence that did it last.
  place* v4 = nullptr;
  place* v6 = nullptr;         ///< Null without IPv6.
  place* former_v4 = nullptr;  ///< Where nobody is any more, if anybody asked for such a place.
  place* former_v6 = nullptr;

  [[nodiscard]] place* at(scenario::address_family family) const noexcept {
    return family == scenario::address_family::v6 ? v6 : v4;
  }
  [[nodiscard]] place* former(scenario::address_family family) const noexcept {
    return family == scenario::address_family::v6 ? former_v6 : former_v4;
  }
};

/// Who has which names and addresses. Knows no time and no fault. What it hands out stays where it
/// is as long as the book. Thread-safety: single-threaded.
class address_book {
 public:
  /// With IPv6 every way has an address of each family.
  explicit address_book(bool ipv6) : ipv6_(ipv6) {}
  address_book(const address_book&) = delete;
  address_book& operator=(const address_book&) = delete;
  ~address_book() = default;

  /// The first way to a new host.
  const way& add_host(host& added, const std::string& name);
  /// A further name of a way. A name that exists is changed.
  void add_name(std::string name, const way& target);
  /// A further way, with a new name, which is also what scopes call it.
  const way& add_way(std::string name, host& target, std::optional<net::duration> latency);

  [[nodiscard]] const way* named(const std::string& name) const;
  [[nodiscard]] place* at_address(const std::string& address);
  [[nodiscard]] const way& first_of(std::size_t host_index) const { return *first_.at(host_index); }
  [[nodiscard]] std::deque<way>& ways() noexcept { return ways_; }
  [[nodiscard]] const std::deque<way>& ways() const noexcept { return ways_; }

  /// The host has a new address of that family on this way; the old one becomes vacant, for good.
  void move(way& which, scenario::address_family family, std::uint32_t fault);
  /// An address of the way at which nobody is: the one of the last move, or one that nobody ever
  /// had. Never null where the way has an address of that family.
  place& vacancy(const way& which, scenario::address_family family, std::uint32_t fault);

 private:
  place& make_place(std::string address, scenario::address_family family, const way& on);
  place& new_place(scenario::address_family family, const way& on);

  bool ipv6_;
  std::uint32_t further_ = 0;  // Addresses besides the first ones.
  std::deque<way> ways_;
  std::vector<const way*> first_;  // By the host's index.
  std::map<std::string, way*> names_;
  std::map<std::string, place> places_;
};

}  // namespace hassle::harness
