#include "reports/wire_redaction.hpp"

#include "reports/clear_text.hpp"
#include "reports/upgrade_dice.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hassle::reports {
namespace {

// One direction of a connection, put together from its pieces.
class stream {
 public:
  void add(wire_event& piece) {
    pieces_.push_back(&piece);
    bytes_ += piece.bytes;
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

  void put_back(const clear_text& clear) {
    clear.write_to(bytes_);
    std::size_t at = 0;
    for (wire_event* each : pieces_) {
      each->bytes = bytes_.substr(at, each->bytes.size());
      at += each->bytes.size();
    }
  }

 private:
  std::vector<wire_event*> pieces_;
  std::string bytes_;
};

struct two_ways {
  stream client;
  stream server;
};

void overwrite(clear_text& clear, std::span<const std::string_view> known) {
  const auto fill = [&](const text_range& range) {
    for (std::size_t i = range.begin; i < range.end; ++i) clear.text[i] = redacted;
  };
  std::ranges::for_each(secret_places(clear.text, known), fill);
  std::ranges::for_each(clear.opaque, fill);
}

void redact(two_ways& of, std::span<const std::string_view> known) {
  clear_text server = clear_text_of(of.server.bytes(), false, false);
  clear_text client = clear_text_of(of.client.bytes(), true, server.deflate);
  settle_upgrades(client.text, server.text);
  overwrite(server, known);
  overwrite(client, known);
  of.server.put_back(server);
  of.client.put_back(client);
}

}  // namespace

void redact(wire_capture& capture, std::span<const std::string_view> known) {
  // One connection after the other: each is in memory twice meanwhile.
  std::map<std::uint32_t, std::vector<wire_event*>> all;
  for (wire_event& each : capture.events) {
    if (each.kind == wire_kind::data) all[each.connection].push_back(&each);
  }
  for (const auto& [number, pieces] : all) {
    two_ways of;
    for (wire_event* each : pieces) (each->from_client ? of.client : of.server).add(*each);
    redact(of, known);
  }
}

}  // namespace hassle::reports
