#pragma once

#include <hassle/net/http.hpp>
#include <hassle/net/time.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace hassle::mockha {

// What a fault makes of a connection while it comes into being.

struct go_on {};
/// The stream stays open and nothing is ever said on it again, whether or not the fault goes on:
/// until the peer's end is read (`reads`), the process ends, or `at_most` has passed (then RST).
struct stay_silent {
  bool reads = false;  ///< What comes in is read and thrown away; else the peer feels backpressure.
  net::duration at_most = std::chrono::hours(1);  ///< > 0
};
struct cut_off {
  bool reset = false;  ///< RST; else FIN.
};
/// Instead of Home Assistant's own answer. Of requests only: elsewhere the connection goes on.
struct answer_with {
  net::http_response answer;
  net::duration after{};  ///< >= 0
  bool close = true;      ///< The connection ends behind the answer.
};
/// Bytes instead of an answer, then silence. Of requests only.
struct say_instead {
  std::string bytes;
};
/// Nothing is read until so long has passed; then it goes on. Of accepted streams only.
struct come_later {
  net::duration by{};  ///< > 0
};
using stage_verdict =
    std::variant<go_on, stay_silent, cut_off, answer_with, say_instead, come_later>;

/// The faults in force, as far as arriving connections ask them. `connection` is the journal's
/// number.
class stage_judge {
 public:
  /// A stream has been accepted; nothing was read from it. With TLS: before its handshake.
  [[nodiscard]] virtual stage_verdict on_accepted(std::uint32_t connection) = 0;
  /// A request has been read, an upgrade or another; asked before Home Assistant is.
  [[nodiscard]] virtual stage_verdict on_request(std::uint32_t connection,
                                                 const net::http_request& asked) = 0;
  /// The answer 101 has been sent; nothing was said on the WebSocket.
  [[nodiscard]] virtual stage_verdict on_upgraded(std::uint32_t connection) = 0;

 protected:
  ~stage_judge() = default;
};

}  // namespace hassle::mockha
