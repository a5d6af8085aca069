#include "reports/clear_text.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>

namespace hassle::reports {
namespace {

using std::size_t;
constexpr size_t npos = std::string_view::npos;

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return made;
}

// Of a head in lower case; empty if it is not there.
std::string_view header_of(std::string_view head, std::string_view name) {
  const size_t line = head.find("\r\n" + std::string(name) + ":");
  if (line == npos) return {};
  const size_t begin = line + name.size() + 3;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

size_t content_length(std::string_view head) {
  std::string_view text = header_of(head, "content-length");
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  size_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

struct frame {
  std::uint8_t opcode = 0;
  bool last = false;
  bool compressed = false;
  bool masked = false;
  std::array<unsigned char, 4> mask{};
  size_t head = 0;  // Bytes.
  std::uint64_t payload = 0;

  [[nodiscard]] bool is_control() const { return opcode >= 8; }
};

// Nothing if it is not all there.
std::optional<frame> frame_head(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return std::nullopt;
  frame f{.opcode = static_cast<std::uint8_t>(byte(0) & 0x0fU),
          .last = (byte(0) & 0x80U) != 0,
          .compressed = (byte(0) & 0x40U) != 0,
          .masked = (byte(1) & 0x80U) != 0,
          .head = 2,
          .payload = byte(1) & 0x7fU};
  const size_t more = f.payload == 126 ? 2 : f.payload == 127 ? 8 : 0;
  if (bytes.size() < f.head + more + (f.masked ? 4 : 0)) return std::nullopt;
  if (more > 0) f.payload = 0;
  for (size_t i = 0; i < more; ++i) f.payload = f.payload << 8U | byte(f.head + i);
  f.head += more;
  if (!f.masked) return f;
  for (size_t i = 0; i < 4; ++i) f.mask.at(i) = byte(f.head + i);
  f.head += 4;
  return f;
}

bool is_tls(std::string_view bytes) {
  return bytes.size() > 1 && bytes[0] == 0x16 && bytes[1] == 3;
}

bool is_request(std::string_view bytes) {
  constexpr auto methods = std::to_array<std::string_view>(
      {"GET /", "POST /", "PUT /", "HEAD /", "DELETE /", "OPTIONS ", "CONNECT "});
  return std::ranges::any_of(methods, [&](auto each) { return bytes.starts_with(each); });
}

class reader {
 public:
  reader(std::string_view stream, bool from_client, bool deflate)
      : stream_(stream), from_client_(from_client) {
    made_.deflate = deflate;
  }

  clear_text read() {
    while (at_ < stream_.size() && !is_tls(rest())) {
      if (!read_http()) break;
    }
    // Control frames stand between the fragments of a message, and are none of it.
    separate();
    const size_t offset = made_.text.size();
    for (clear_text::run each : control_.runs) {
      made_.runs.push_back({.begin = each.begin + offset, .byte = each.byte});
    }
    made_.text += control_.text;
    return std::move(made_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return stream_.substr(at_); }

  // A head with its body, and all frames behind an upgrade. False if nothing comes after it.
  bool read_http() {
    const size_t end = rest().find("\r\n\r\n");
    if (end == npos) return take_rest();
    const std::string head = lower(rest().substr(0, end + 2));
    take(end + 4);
    if (from_client_ ? header_of(head, "upgrade").find("websocket") != npos
                     : head.starts_with("http/1.1 101")) {
      if (!from_client_) {
        made_.deflate =
            header_of(head, "sec-websocket-extensions").find("permessage-deflate") != npos;
      }
      return read_frames();
    }
    const bool counted = !header_of(head, "content-length").empty();
    if (!counted && (!from_client_ || !header_of(head, "transfer-encoding").empty())) {
      return take_rest();
    }
    take(content_length(head));
    separate();
    return true;
  }

  // False at the end of the stream; true if a client goes on with HTTP after all.
  bool read_frames() {
    separate();
    bool compressed = false;
    while (at_ < stream_.size()) {
      if (from_client_ && is_request(rest())) return true;
      const auto head = frame_head(rest());
      if (!head) return take_cut_head();
      if (from_client_ && !head->masked) {
        made_.opaque.push_back({made_.text.size(), made_.text.size() + rest().size()});
        return take_rest();
      }
      at_ += head->head;
      if (head->masked) made_.masks.push_back({at_ - 4, at_});
      const size_t size = std::min<std::uint64_t>(head->payload, rest().size());
      const size_t begin = made_.text.size();
      if (!head->is_control() && head->opcode != 0) compressed = head->compressed && made_.deflate;
      take_payload(*head, size);
      if (head->is_control()) continue;
      if (compressed) made_.opaque.push_back({begin, begin + size});
      if (head->last) separate();
    }
    return false;
  }

  // What there is of a key, at the end of the stream.
  bool take_cut_head() {
    const auto length = rest().size() < 2 ? 0U : static_cast<unsigned char>(rest()[1]);
    const size_t before_key = 2 + ((length & 0x7fU) == 126   ? 2U
                                   : (length & 0x7fU) == 127 ? 8U
                                                             : 0U);
    if ((length & 0x80U) != 0 && rest().size() > before_key) {
      made_.masks.push_back({at_ + before_key, stream_.size()});
    }
    return false;
  }

  void take_payload(const frame& of, size_t size) {
    clear_text& into = of.is_control() ? control_ : made_;
    into.runs.push_back({.begin = into.text.size(), .byte = at_});
    for (size_t i = 0; i < size; ++i) {
      into.text += static_cast<char>(static_cast<unsigned char>(stream_[at_ + i]) ^ of.mask[i % 4]);
    }
    if (of.is_control()) separate(control_);
    at_ += size;
  }

  void take(size_t size) {
    const std::string_view some = rest().substr(0, size);
    made_.runs.push_back({.begin = made_.text.size(), .byte = at_});
    made_.text += some;
    at_ += some.size();
  }
  bool take_rest() {
    take(npos);
    return false;
  }
  void separate() { separate(made_); }
  static void separate(clear_text& of) {
    of.runs.push_back({.begin = of.text.size(), .byte = clear_text::nowhere});
    of.text += '\n';
  }

  std::string_view stream_;
  bool from_client_;
  size_t at_ = 0;
  clear_text made_;
  clear_text control_;
};

}  // namespace

std::size_t clear_text::end_of(const run& which) const {
  const auto next = static_cast<std::size_t>(&which - runs.data()) + 1;
  return next < runs.size() ? runs[next].begin : text.size();
}

void clear_text::write_to(std::string& stream) const {
  for (const run& each : runs) {
    if (each.byte == nowhere) continue;
    const std::size_t size = end_of(each) - each.begin;
    stream.replace(each.byte, size, text, each.begin, size);
  }
  for (const text_range& key : masks)
    stream.replace(key.begin, key.end - key.begin, key.end - key.begin, '\0');
}

clear_text clear_text_of(std::string_view stream, bool from_client, bool deflate) {
  return reader(stream, from_client, deflate).read();
}

}  // namespace hassle::reports
