#pragma once

#include "scenarios/scenario.hpp"

#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness {

/// Which way a segment travels, seen from the connection: the one who dialed is the client.
enum class direction : std::uint8_t { to_server, to_client };
[[nodiscard]] constexpr direction opposite(direction d) noexcept {
  return d == direction::to_server ? direction::to_client : direction::to_server;
}

/// Whether a fault of that flow concerns segments of that direction.
[[nodiscard]] constexpr bool concerns(scenario::flow flow, direction d) noexcept {
  using enum scenario::flow;
  return flow == both || flow == (d == direction::to_server ? to_server : to_client);
}

/// A generator of eight bytes for Boost.Random's distributions (splitmix64): each direction of each
/// connection has its own, so that traffic on one never changes the jitter of another.
class jitter_random {
 public:
  using result_type = std::uint64_t;
  explicit jitter_random(std::uint64_t seed = 0) noexcept : state_(seed) {}
  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return ~result_type{0}; }
  result_type operator()() noexcept;

  /// True with that probability.
  bool chance(double probability) noexcept;
  /// Uniform in [0, below). `below` > 0.
  std::uint64_t below(std::uint64_t below) noexcept;

 private:
  std::uint64_t state_;
};

/// What the scope of a fault looks at: a connection, or what is to become one.
struct route {
  std::string_view endpoint;  ///< Outlives it.
  scenario::address_family family = scenario::address_family::v4;
  std::uint32_t connection = 0;
};

/// A network fault that is in force.
struct active_fault {
  std::uint32_t number = 0;  ///< Of the occurrence in the plan.
  std::string name;
  scenario::fault_parameters what;
  net::duration amount{};
  scenario::path_scope way{};
  /// Only these connections, counted from 1 as they are dialed on its way. Empty: all. Sorted.
  std::vector<std::uint32_t> only{};
  std::uint64_t seed = 0;  ///< Of its own random draws.

  std::uint32_t dialed = 0;              ///< So many on its way since it began.
  std::vector<std::uint32_t> chosen{};   ///< The connections that `only` picked. Sorted.
  std::vector<std::uint32_t> failing{};  ///< Swizzle: the connections that fail now.

  [[nodiscard]] bool on_its_way(std::string_view endpoint,
                                scenario::address_family family) const noexcept;
  [[nodiscard]] bool reaches(const route& r) const noexcept;
};

/// The random draws of faults about the segments of one connection: a stream for each fault and
/// direction, so that no fault changes the draws of another.
class fault_dice {
 public:
  /// `salt` tells apart what has the same number: 0 for a connection, 1 for its dial.
  explicit fault_dice(std::uint32_t salt = 0) noexcept : salt_(salt) {}

  struct die {
    std::uint32_t fault;
    direction way;
    jitter_random random;
    bool bad = false;  ///< Of Gilbert and Elliott's two states.
  };
  die& of(const active_fault& fault, direction d, const route& r);

 private:
  std::uint32_t salt_;
  std::vector<die> dice_;
};

/// The faults in force, in the order of their beginning.
///
/// Each answers for one segment at a time; the first that objects wins. They see which way it goes,
/// never the program at either end. Those who throw dice do so for each segment that they might
/// touch, whether or not another has objected already.
class active_faults {
 public:
  void begin(active_fault fault) { list_.push_back(std::move(fault)); }
  void end(std::uint32_t number);
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  [[nodiscard]] active_fault* find(std::uint32_t number) noexcept;

  /// A connection is being dialed.
  void note_dial(const route& r);

  /// The fault that swallows a segment of so many bytes, if any.
  [[nodiscard]] const active_fault* swallows(const route& r, direction d, std::size_t bytes,
                                             fault_dice& dice) const {
    return first_verdict({r, d, carries::data, bytes}, dice);
  }
  /// The fault that swallows a SYN, if any: those of `swallows`, and black holes.
  [[nodiscard]] const active_fault* swallows_connect(const route& r, fault_dice& dice) const {
    return first_verdict({r, direction::to_server, carries::syn, 0}, dice);
  }
  /// The fault that swallows an acknowledgement. One that loses only some is none: later ones make
  /// good for them.
  [[nodiscard]] const active_fault* swallows_acknowledgement(const route& r, direction d,
                                                             fault_dice& dice) const {
    return first_verdict({r, d, carries::acknowledgement, 0}, dice);
  }

  /// The fault that slices what is sent in a direction: the first of them.
  [[nodiscard]] const active_fault* slices(const route& r, direction d) const;

  /// Changes bytes of a segment (not empty) that arrives, and calls `hit(fault)` for those that do.
  template <class Visitor>
  void corrupt(const route& r, direction d, std::span<char> bytes, fault_dice& dice,
               Visitor&& hit) const {
    for_each<scenario::corrupt_fault>(
        r, [&](const active_fault& fault, const scenario::corrupt_fault& corrupt) {
          if (!concerns(corrupt.direction, d)) return;
          jitter_random& random = dice.of(fault, d, r).random;
          if (!random.chance(corrupt.chance)) return;
          hit(fault);
          change(bytes, corrupt.bytes, random);
        });
  }

  /// Calls `visit(fault, parameters)` for the faults of a kind that reach a connection.
  template <class Kind, class Visitor>
  void for_each(const route& r, Visitor&& visit) const {
    for (const active_fault& fault : list_) {
      const auto* kind = std::get_if<Kind>(&fault.what);
      if (kind != nullptr && fault.reaches(r)) visit(fault, *kind);
    }
  }
  [[nodiscard]] const std::vector<active_fault>& all() const noexcept { return list_; }

 private:
  enum class carries : std::uint8_t { data, syn, acknowledgement };
  struct question {
    const route& who;
    direction way;
    carries what;
    std::size_t bytes;
  };
  [[nodiscard]] const active_fault* first_verdict(const question& q, fault_dice& dice) const;
  static void change(std::span<char> bytes, std::uint32_t times, jitter_random& random);

  std::vector<active_fault> list_;
};

/// What a connection has carried, both ways together, for the faults that cut it after so much.
class byte_limits {
 public:
  void carried(std::uint64_t bytes) noexcept { carried_ += bytes; }
  /// For the fault of that number, bytes count from now on.
  void count_from_here(std::uint32_t fault) { counts_.push_back({fault, carried_}); }

  struct cut {
    std::uint32_t fault;
    std::uint64_t room;  ///< So many bytes still pass.
  };
  /// The fault, if any, that cuts the connection within or behind the next `bytes` (> 0).
  [[nodiscard]] std::optional<cut> within(const active_faults& active, const route& r,
                                          std::uint64_t bytes) const;

 private:
  struct count {
    std::uint32_t fault;
    std::uint64_t carried;  // Before it began.
  };
  std::uint64_t carried_ = 0;
  std::vector<count> counts_;
};

}  // namespace hassle::harness
