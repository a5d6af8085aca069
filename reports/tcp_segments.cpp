#include "reports/tcp_segments.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

namespace hassle::reports {
namespace {

// Of a direction, from 0 at its SYN; numbers on the wire count from somewhere else.
struct direction {
  struct piece {
    std::uint64_t begin;
    std::string_view bytes;  // Empty: a FIN.
  };

  std::uint32_t initial = 0;
  std::uint64_t sent = 0;     // SYN and FIN count as one.
  std::uint64_t arrived = 0;  // As the other end says.
  std::vector<piece> pieces;  // In their order.

  [[nodiscard]] std::uint32_t on_wire(std::uint64_t number) const {
    return initial + static_cast<std::uint32_t>(number);
  }
};

// Spreads them over all numbers, the same everywhere.
std::uint32_t initial_number(std::uint32_t connection, bool from_client) {
  return (connection * 2 + (from_client ? 1U : 0U)) * 2654435761U;
}

// Wireshark takes it for IRC's, whatever the other port is.
constexpr std::uint16_t port_of_irc = 57000;

std::uint16_t port_after(std::uint16_t port) {
  if (port == 65535) return client_port_min;
  return static_cast<std::uint16_t>(port + 1 == port_of_irc ? port + 2 : port + 1);
}

class conversation {
 public:
  conversation(const wire_connection& who, std::uint16_t port)
      : who_(&who),
        port_(port),
        segment_max_(who.client.find(':') == std::string::npos ? segment_payload_max_v4
                                                               : segment_payload_max_v6) {
    for (const bool from_client : {true, false}) {
      way(from_client).initial = initial_number(who.number, from_client);
    }
  }

  void on(const wire_event& e, const std::function<void(const tcp_segment&)>& send) {
    direction& out = way(e.from_client);
    direction& in = way(!e.from_client);
    tcp_segment s = next(e);
    switch (e.kind) {
      case wire_kind::syn:
        s.syn = true;
        s.sequence = out.initial;
        if (e.from_client) {
          s.ack = false;
          s.acknowledged = 0;
        } else {
          in.arrived = std::max<std::uint64_t>(in.arrived, 1);
          s.acknowledged = in.on_wire(1);
        }
        out.sent = std::max<std::uint64_t>(out.sent, 1);
        break;
      case wire_kind::ack:
        if (e.count == 0) in.arrived = std::max<std::uint64_t>(in.arrived, 1);
        in.arrived = std::min(in.arrived + e.count, in.sent);
        s.acknowledged = in.on_wire(in.arrived);
        break;
      case wire_kind::data:
        return add_data(e, send);
      case wire_kind::again:
        again(s, out);
        break;
      case wire_kind::fin:
        s.fin = true;
        out.sent -= std::min<std::uint64_t>(e.count, out.sent);
        s.sequence = out.on_wire(out.sent);
        out.pieces.push_back({.begin = out.sent++, .bytes = {}});
        break;
      case wire_kind::reset:
        // Who refuses has heard of the SYN, and nothing else.
        if (in.arrived == 0) s.acknowledged = in.on_wire(1);
        s.reset = true;
        break;
    }
    send(s);
  }

 private:
  direction& way(bool from_client) { return ways_[from_client ? 0 : 1]; }

  // A segment without anything.
  tcp_segment next(const wire_event& e) {
    const direction& out = way(e.from_client);
    const direction& in = way(!e.from_client);
    return {.at = e.at,
            .of = who_,
            .client_port = port_,
            .from_client = e.from_client,
            .ack = true,
            .sequence = out.on_wire(out.sent),
            .acknowledged = in.on_wire(in.arrived),
            .payload = {}};
  }

  void add_data(const wire_event& e, const std::function<void(const tcp_segment&)>& send) {
    direction& out = way(e.from_client);
    for (std::string_view left = e.bytes; !left.empty();) {
      tcp_segment s = next(e);
      s.payload = left.substr(0, segment_max_);
      left.remove_prefix(s.payload.size());
      s.push = left.empty();
      out.pieces.push_back({.begin = out.sent, .bytes = s.payload});
      out.sent += s.payload.size();
      send(s);
    }
  }

  // The first piece that has not arrived; the last one where only word of it did not arrive.
  static void again(tcp_segment& s, const direction& out) {
    if (out.pieces.empty()) return;  // The handshake's last step.
    auto piece = std::ranges::upper_bound(out.pieces, out.arrived, {}, &direction::piece::begin);
    if (piece != out.pieces.begin()) piece = std::prev(piece);
    const bool is_over =
        out.arrived >= piece->begin + std::max<std::size_t>(piece->bytes.size(), 1);
    if (is_over && std::next(piece) != out.pieces.end()) ++piece;
    s.sequence = out.on_wire(piece->begin);
    s.payload = piece->bytes;
    s.fin = piece->bytes.empty();
    s.push = !s.fin;
  }

  const wire_connection* who_;
  std::uint16_t port_;
  std::size_t segment_max_;
  direction ways_[2];
};

}  // namespace

std::uint16_t send_segments(const wire_capture& capture, std::uint16_t first_port,
                            const std::function<void(const tcp_segment&)>& send) {
  std::map<std::uint32_t, conversation> all;
  std::uint16_t port = std::max(first_port, client_port_min);
  for (const wire_connection& each : capture.connections) {
    if (!all.try_emplace(each.number, each, port).second) continue;
    port = port_after(port);
  }
  for (const wire_event& each : capture.events) {
    if (const auto of = all.find(each.connection); of != all.end()) of->second.on(each, send);
  }
  return port;
}

}  // namespace hassle::reports
