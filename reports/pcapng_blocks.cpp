#include "reports/pcapng_blocks.hpp"

#include <algorithm>

namespace hassle::reports {
namespace {

constexpr std::uint32_t section_header_block = 0x0a0d0d0a;
constexpr std::uint32_t interface_block = 1;
constexpr std::uint32_t statistics_block = 5;
constexpr std::uint32_t packet_block = 6;
constexpr std::uint16_t link_raw_ip = 101;

// Options; each block has numbers of its own from 2 on.
constexpr std::uint16_t option_end = 0;
constexpr std::uint16_t option_comment = 1;
constexpr std::uint16_t section_application = 4;
constexpr std::uint16_t interface_name = 2;
constexpr std::uint16_t interface_description = 3;
constexpr std::uint16_t interface_resolution = 9;
constexpr std::uint16_t statistics_received = 4;
constexpr std::uint16_t statistics_dropped = 5;

void put(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i & 0xffU);
}
void put16(std::string& out, std::uint16_t value) { put(out, value, 2); }
void put32(std::string& out, std::uint64_t value) { put(out, value & 0xffffffffU, 4); }
// Most significant half first.
void put_halves(std::string& out, std::uint64_t value) {
  put32(out, value >> 32U);
  put32(out, value);
}

void pad(std::string& out) { out.resize((out.size() + 3) / 4 * 4, '\0'); }

void put_option(std::string& out, std::uint16_t code, std::string_view value) {
  if (value.empty()) return;
  put16(out, code);
  put16(out, static_cast<std::uint16_t>(value.size()));
  out += value;
  pad(out);
}

// Not within a character.
std::string_view cut(std::string_view text) {
  if (text.size() <= pcapng_text_max) return text;
  std::size_t size = pcapng_text_max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
  return text.substr(0, size);
}

void put_text(std::string& out, std::uint16_t code, std::string_view text) {
  put_option(out, code, cut(text));
}

void end_options(std::string& body, std::size_t began) {
  if (body.size() == began) return;
  put16(body, option_end);
  put16(body, 0);
}

// `body`: with its size a multiple of 4.
void append_block(std::string& out, std::uint32_t type, std::string_view body) {
  const std::size_t size = body.size() + 12;
  put32(out, type);
  put32(out, size);
  out += body;
  put32(out, size);
}

std::uint64_t stamp(std::chrono::nanoseconds at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(at.count(), 0));
}

}  // namespace

void append_section_header(std::string& out, std::string_view application,
                           std::string_view comment) {
  std::string body;
  put32(body, 0x1a2b3c4d);
  put16(body, 1);
  put16(body, 0);
  put(body, ~std::uint64_t{0}, 8);  // Its size is not told.
  const std::size_t options = body.size();
  put_text(body, option_comment, comment);
  put_text(body, section_application, application);
  end_options(body, options);
  append_block(out, section_header_block, body);
}

void append_interface(std::string& out, std::string_view name, std::string_view description,
                      std::size_t packet_size_max) {
  std::string body;
  put16(body, link_raw_ip);
  put16(body, 0);
  put32(body, packet_size_max);
  const std::size_t options = body.size();
  put_text(body, interface_name, name);
  put_text(body, interface_description, description);
  put_option(body, interface_resolution, "\x09");  // Powers of ten.
  end_options(body, options);
  append_block(out, interface_block, body);
}

void append_packet(std::string& out, std::uint32_t interface, std::chrono::nanoseconds at,
                   std::string_view packet, std::string_view comment) {
  std::string body;
  put32(body, interface);
  put_halves(body, stamp(at));
  put32(body, packet.size());
  put32(body, packet.size());
  body += packet;
  pad(body);
  const std::size_t options = body.size();
  put_text(body, option_comment, comment);
  end_options(body, options);
  append_block(out, packet_block, body);
}

void append_statistics(std::string& out, std::uint32_t interface, std::chrono::nanoseconds at,
                       std::uint64_t received, std::uint64_t left_out) {
  std::string body;
  put32(body, interface);
  put_halves(body, stamp(at));
  const auto number = [](std::uint64_t value) {
    std::string bytes;
    put(bytes, value, 8);
    return bytes;
  };
  const std::size_t options = body.size();
  put_option(body, statistics_received, number(received));
  put_option(body, statistics_dropped, number(left_out));
  end_options(body, options);
  append_block(out, statistics_block, body);
}

}  // namespace hassle::reports
