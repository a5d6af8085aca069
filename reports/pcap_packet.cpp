#include "reports/pcap_packet.hpp"

#include <arpa/inet.h>

#include <cassert>
#include <utility>

namespace hassle::reports {
namespace {

constexpr std::size_t ipv4_header = 20;
constexpr std::size_t tcp_header = 20;
constexpr std::uint8_t tcp_protocol = 6;
constexpr std::uint8_t hops = 64;
constexpr std::uint16_t window = 65535;
constexpr std::size_t tcp_checksum_at = 16;
constexpr std::size_t ipv4_checksum_at = 10;

void put8(std::string& out, unsigned value) { out += static_cast<char>(value); }
void put16(std::string& out, std::uint32_t value) {
  put8(out, value >> 8U & 0xffU);
  put8(out, value & 0xffU);
}
void put32(std::string& out, std::uint32_t value) {
  put16(out, value >> 16U);
  put16(out, value & 0xffffU);
}

// In network order.
std::string address_bytes(const std::string& text, bool six) {
  std::string bytes(six ? 16 : 4, '\0');
  if (::inet_pton(six ? AF_INET6 : AF_INET, text.c_str(), bytes.data()) != 1) {
    bytes.assign(bytes.size(), '\0');
  }
  return bytes;
}

void set16(std::string& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<char>(value >> 8U);
  bytes[at + 1] = static_cast<char>(value & 0xffU);
}

// Without its checksum.
std::string tcp_bytes(const tcp_segment& s) {
  std::string out;
  out.reserve(tcp_header + s.payload.size());
  put16(out, s.from_client ? s.client_port : s.of->server_port);
  put16(out, s.from_client ? s.of->server_port : s.client_port);
  put32(out, s.sequence);
  put32(out, s.ack ? s.acknowledged : 0);
  put8(out, tcp_header / 4 << 4U);
  put8(out, (s.fin ? 1U : 0U) | (s.syn ? 2U : 0U) | (s.reset ? 4U : 0U) | (s.push ? 8U : 0U) |
                (s.ack ? 16U : 0U));
  put16(out, s.reset ? 0 : window);
  put32(out, 0);  // Checksum, urgent pointer.
  return out.append(s.payload);
}

struct addresses {
  std::string from;
  std::string to;
};

std::string ipv4_head(const addresses& who, std::size_t size) {
  std::string out;
  put16(out, 0x4500);
  put16(out, static_cast<std::uint32_t>(ipv4_header + size));
  put32(out, 0x4000);  // No identification, and never in fragments.
  put8(out, hops);
  put8(out, tcp_protocol);
  put16(out, 0);
  out += who.from + who.to;
  set16(out, ipv4_checksum_at, internet_checksum(out));
  return out;
}

std::string ipv6_head(const addresses& who, std::size_t size) {
  std::string out;
  put32(out, 0x60000000);
  put16(out, static_cast<std::uint32_t>(size));
  put8(out, tcp_protocol);
  put8(out, hops);
  return out + who.from + who.to;
}

}  // namespace

std::uint16_t internet_checksum(std::string_view bytes, std::uint32_t before) {
  std::uint64_t sum = before;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << 8U;
    if (i + 1 < bytes.size()) sum += static_cast<unsigned char>(bytes[i + 1]);
  }
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

std::string ip_packet(const tcp_segment& segment) {
  const bool six = segment.of->client.find(':') != std::string::npos;
  addresses who{.from = address_bytes(segment.of->client, six),
                .to = address_bytes(segment.of->server, six)};
  if (!segment.from_client) std::swap(who.from, who.to);
  std::string tcp = tcp_bytes(segment);
  // The sum goes over a head that is made up: addresses, size, protocol.
  const std::uint32_t made_up = static_cast<std::uint16_t>(~internet_checksum(who.from + who.to)) +
                                static_cast<std::uint32_t>(tcp.size()) + tcp_protocol;
  set16(tcp, tcp_checksum_at, internet_checksum(tcp, made_up));
  const std::string head = six ? ipv6_head(who, tcp.size()) : ipv4_head(who, tcp.size());
  assert(head.size() + tcp.size() <= ip_packet_size_max);
  return head + tcp;
}

}  // namespace hassle::reports
