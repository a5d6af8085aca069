#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace hassle::client {

/// Whether one ready connection lives: when to ping it, when to give it up, whether to use it
/// untested.
///
///   alive  -- silent for health.interval --> ping out  -- any byte --> alive
///   alive  -- probe before use           --> ping out  -- silent for the limit --> dead
///
/// Any received byte is life, not only the pong; only after a thaw, when what is read may have lain
/// in the buffer since before it, bytes prove nothing until the pong comes, or the limit is over
/// and some came later than at once. The limit for a ping is health.life_limit, for a probe
/// probe.probe_limit, or twice the time that pings take on this connection, up to
/// health.life_limit. When half of it is over, Home Assistant is asked by a command, for there are
/// servers and proxies that answer no Ping frames; a connection on which that helped is asked so
/// from then on. A timer that comes too late (by more than probe.thaw_lateness; the process was
/// frozen) condemns nobody: bytes may be waiting unread, so a new ping goes out instead. One ping
/// is out at a time. Without `health` it never pings by itself; without `probe` it uses an idle
/// connection untested and takes late timers at their word. Pure; copyable; `now` must not go
/// backwards.
class liveness {
 public:
  /// The connection became ready at `now`.
  liveness(const std::optional<health_config>& health, const std::optional<probe_config>& probe,
           net::time_point now) noexcept;

  enum class action : std::uint8_t {
    none,
    send_ping,
    ask,  ///< Send a command that does nothing: the ping that is out may never be answered.
    give_up,
  };

  /// To be called at `next()`, or later; after what is readable has been read.
  [[nodiscard]] action on_timer(net::time_point now) noexcept;
  /// The limit of pings from now on, instead of health.life_limit.
  void set_life_limit(duration limit) noexcept { life_limit_ = limit; }
  /// When on_timer has something to do; `never` = not before the next call of another function.
  [[nodiscard]] net::time_point next() const noexcept;

  /// Bytes came, whatever they say.
  void on_bytes(net::time_point now) noexcept;
  /// The pong to the last ping came; on_bytes need not be called for it.
  void on_pong(net::time_point now) noexcept;

  /// The process was frozen or the machine asleep: what was known of the connection is worth
  /// nothing.
  void on_thaw(net::time_point now) noexcept;

  /// Whether a command should not be sent before a byte was seen: idle for idle_limit, thawed, or a
  /// ping is out for longer than probe_limit.
  [[nodiscard]] bool suspect(net::time_point now) const noexcept;

  /// A command is about to use a suspect connection: `send_ping` or `ask` for the first one, `none`
  /// for those that may wait for the same ping's fate with it. Its limit is that of a probe from
  /// now at the latest.
  [[nodiscard]] action on_probe(net::time_point now) noexcept;

  [[nodiscard]] net::time_point last_byte() const noexcept { return last_byte_; }
  [[nodiscard]] bool ping_out() const noexcept { return due_.has_value(); }

  /// From the last byte of a link that dies silently until it is given up, unless nothing bounds
  /// it.
  [[nodiscard]] static std::optional<duration> worst_detection(
      const std::optional<health_config>& health) noexcept;

  bool operator==(const liveness&) const = default;

 private:
  action ping(net::time_point now, duration limit) noexcept;
  void be_alive(net::time_point last_byte) noexcept;
  /// On a slow link a probe of probe_limit would end one good connection after the other.
  [[nodiscard]] duration probe_for() const noexcept;

  std::optional<duration> interval_;
  duration life_limit_{0};
  bool probing_ = false;  ///< The `probe` layer is on.
  duration idle_limit_{0};
  duration probe_limit_{0};
  duration lateness_{0};

  net::time_point last_byte_;
  bool thawed_ = false;                    ///< And no proof of life since.
  bool heard_ = false;                     ///< Bytes came since the ping that is out.
  std::optional<net::time_point> pinged_;  ///< When the ping that is out was sent…
  std::optional<net::time_point> due_;     ///< …and until when a byte is waited for.
  net::time_point ask_at_ = net::never;    ///< `never`: asked already, or no ping is out.
  bool asked_ = false;                     ///< Since the ping that is out.
  bool pings_ignored_ = false;             ///< Only asking helped.
  duration pings_take_{0};                 ///< The slowest, those of long ago forgotten.
};

/// Notices that the process was frozen or the machine asleep, in which no ping ran. The steady
/// clock may have stood still meanwhile (suspend) or run on (freeze), so two signs are looked at:
/// the wall clock ran ahead of the steady clock, or a timer came late. A wall clock that is set
/// forward looks like a suspend: the price is one needless probe; set backwards it says nothing.
/// Pure.
class suspend_watch {
 public:
  suspend_watch(const probe_config& settings, net::time_point now,
                std::chrono::system_clock::time_point wall) noexcept;

  /// To be called now and then, at least before a connection is used. `expected`: when this should
  /// have been called, `never` if at no particular time. True once for each thaw.
  [[nodiscard]] bool on_look(net::time_point now, std::chrono::system_clock::time_point wall,
                             net::time_point expected = net::never) noexcept;

 private:
  duration lateness_;
  net::time_point last_;
  std::chrono::system_clock::time_point last_wall_;
};

}  // namespace hassle::client
