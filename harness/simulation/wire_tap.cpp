#include "harness/simulation/wire_tap.hpp"

#include <algorithm>
#include <cassert>
#include <string>

namespace hassle::harness {

void wire_tap::add_connection(std::uint32_t number, std::string_view client,
                              std::string_view server, std::uint16_t server_port) {
  if (!takes(sizeof(reports::wire_connection))) return;
  assert(into_.connections.empty() || into_.connections.back().number < number);
  into_.connections.push_back({.number = number,
                               .client = std::string(client),
                               .server = std::string(server),
                               .server_port = server_port});
}

void wire_tap::add(std::uint32_t connection, bool from_client, reports::wire_kind kind,
                   std::size_t count) {
  if (!takes(sizeof(reports::wire_event))) return;
  push(connection, from_client, kind).count = static_cast<std::uint32_t>(count);
}

void wire_tap::add_data(std::uint32_t connection, bool from_client,
                        std::span<const net::asio::const_buffer> from, std::size_t size) {
  if (!takes(sizeof(reports::wire_event) + size)) return;
  std::string& bytes = push(connection, from_client, reports::wire_kind::data).bytes;
  bytes.reserve(size);
  for (const net::asio::const_buffer& each : from) {
    const std::size_t some = std::min(each.size(), size - bytes.size());
    bytes.append(static_cast<const char*>(each.data()), some);
  }
  assert(bytes.size() == size);
}

/// Whether there is room. Once there is none nothing more is taken, so that streams have no holes.
bool wire_tap::takes(std::size_t bytes) noexcept {
  if (bytes <= room_) {
    room_ -= bytes;
    return true;
  }
  room_ = 0;
  ++into_.events_left_out;
  return false;
}

reports::wire_event& wire_tap::push(std::uint32_t connection, bool from_client,
                                    reports::wire_kind kind) {
  return into_.events.emplace_back(reports::wire_event{.at = clock_.now().time_since_epoch(),
                                                       .connection = connection,
                                                       .from_client = from_client,
                                                       .kind = kind,
                                                       .bytes = {}});
}

}  // namespace hassle::harness
