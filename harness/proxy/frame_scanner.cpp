#include "harness/proxy/frame_scanner.hpp"

#include <algorithm>
#include <utility>

namespace hassle::harness {

namespace {

constexpr unsigned opcode_text = 1;
constexpr unsigned opcode_close = 8;
constexpr unsigned opcode_ping = 9;
constexpr unsigned opcode_pong = 10;

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_control(unsigned opcode) { return (opcode & 8U) != 0; }

}  // namespace

void frame_scanner::scan(std::span<char> bytes, bool hold, std::vector<scanned_unit>& out) {
  while (!bytes.empty()) {
    if (shared_->refused) state_ = state::opaque;
    std::size_t used = bytes.size();
    switch (state_) {
      case state::opaque:
        pending_ += used;
        emit(true, out);
        break;
      case state::http:
        used = in_http(bytes, out);
        break;
      case state::header:
        used = 1;
        ++pending_;
        header_byte(static_cast<unsigned char>(bytes.front()));
        if (state_ == state::payload && left_ == 0) end_of_frame(out);
        break;
      case state::payload:
        used = in_payload(bytes);
        if (left_ == 0) {
          end_of_frame(out);
        } else if (pending_ >= hold_max) {
          emit(false, out);
        }
        break;
    }
    bytes = bytes.subspan(used);
  }
  if (!hold && pending_ > 0) emit(false, out);
}

void frame_scanner::flush(std::vector<scanned_unit>& out) {
  if (pending_ > 0) emit(false, out);
}

/// The request or the answer that begins it. Never held back: nobody asks for parts of it.
std::size_t frame_scanner::in_http(std::span<char> bytes, std::vector<scanned_unit>& out) {
  static constexpr std::string_view offer = "sec-websocket-extensions";
  std::size_t used = 0;
  while (used < bytes.size() && state_ == state::http) {
    char& c = bytes[used++];
    if (++head_bytes_ > http_head_max) {
      state_ = state::opaque;
    } else if (c == '\n') {
      http_line();
      line_.clear();
    } else if (c != '\r') {
      line_ += c;
      // The server passes over a header that nobody knows, and no byte more or less is sent.
      if (shared_->hide_extensions && way_ == direction::to_server && !first_line_ &&
          line_.size() == offer.size() && in_lower_case(line_) == offer) {
        c = 'z';
        line_.back() = 'z';
      }
    }
    static constexpr std::string_view get = "GET ";
    static constexpr std::string_view http = "HTTP/1.1";
    const std::string_view begin = way_ == direction::to_server ? get : http;
    if (first_line_ && !begin.starts_with(std::string_view(line_).substr(0, begin.size()))) {
      state_ = state::opaque;
    }
  }
  pending_ += used;
  emit(true, out);
  return used;
}

void frame_scanner::http_line() {
  if (std::exchange(first_line_, false)) {
    if (way_ == direction::to_client) websocket_ = line_.starts_with("HTTP/1.1 101");
    return;
  }
  if (line_.empty()) return end_of_head();
  const std::string lower = in_lower_case(line_);
  if (way_ == direction::to_server) {
    if (lower.starts_with("upgrade:") && lower.contains("websocket")) websocket_ = true;
  } else if (lower.starts_with("sec-websocket-extensions:") && lower.contains("deflate")) {
    shared_->compressed = true;
  }
}

void frame_scanner::end_of_head() {
  state_ = websocket_ ? state::header : state::opaque;
  if (way_ == direction::to_server) {
    shared_->upgrade_asked = websocket_;
  } else if (!websocket_) {
    shared_->refused = true;
  }
}

void frame_scanner::header_byte(unsigned char byte) {
  header_[header_have_++] = byte;
  if (header_have_ == 2) {
    const unsigned length = byte & 127U;
    header_want_ = 2U + (length == 126 ? 2U : length == 127 ? 8U : 0U);
    if ((byte & 128U) != 0) header_want_ += 4;
  }
  if (header_have_ == header_want_) begin_payload();
}

void frame_scanner::begin_payload() {
  const unsigned short_length = header_[1] & 127U;
  const std::size_t longer = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  left_ = longer == 0 ? short_length : 0;
  for (std::size_t i = 0; i < longer; ++i) left_ = left_ << 8U | header_[2 + i];
  mask_at_ = 0;
  state_ = state::payload;
  const unsigned opcode = header_[0] & 15U;
  if (in_message_) return;  // A continuation, or a control frame in the midst.
  opcode_ = opcode;
  in_message_ = true;
  text_.clear();
  readable_ = opcode == opcode_text && (header_[0] & 0x40U) == 0;
}

std::size_t frame_scanner::in_payload(std::span<const char> bytes) {
  const std::size_t room = pending_ < hold_max ? hold_max - pending_ : 1;
  const auto used =
      static_cast<std::size_t>(std::min<std::uint64_t>(left_, std::min(room, bytes.size())));
  const bool of_message = !is_control(header_[0] & 15U);
  if (readable_ && of_message && text_.size() < look_max) {
    const bool masked = (header_[1] & 128U) != 0;
    const std::size_t key = header_want_ - 4;
    const std::size_t look = std::min(used, look_max - text_.size());
    for (std::size_t i = 0; i < look; ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      const unsigned mask = masked ? header_[key + (mask_at_ + i) % 4] : 0U;
      text_ += static_cast<char>(byte ^ mask);
    }
  }
  mask_at_ = (mask_at_ + used) % 4;
  left_ -= used;
  pending_ += used;
  return used;
}

void frame_scanner::end_of_frame(std::vector<scanned_unit>& out) {
  const unsigned opcode = header_[0] & 15U;
  const bool last = (header_[0] & 128U) != 0;
  state_ = state::header;
  header_have_ = 0;
  header_want_ = 2;
  const bool in_the_midst = is_control(opcode) && !is_control(opcode_);
  if (in_the_midst || !last) {
    if (pending_ >= hold_max) emit(false, out);
    return;
  }
  emit(true, out);
  in_message_ = false;
  begun_ = false;
}

void frame_scanner::emit(bool ends, std::vector<scanned_unit>& out) {
  using enum scanned_unit::kind;
  scanned_unit next{.bytes = std::exchange(pending_, 0), .begins = !begun_, .ends = ends};
  const bool in_frames = state_ == state::header || state_ == state::payload;
  if (in_frames && in_message_) {
    next.what = opcode_ == opcode_ping    ? ping
                : opcode_ == opcode_pong  ? pong
                : opcode_ == opcode_close ? close
                                          : message;
    // A message that went out in parts still tells its id, for the answer.
    std::vector<std::string> known = ends || !begun_ ? words() : std::vector<std::string>();
    if (!begun_) next.words = std::move(known);
  }
  if (next.bytes == 0) return;
  begun_ = in_frames && !ends;
  out.push_back(std::move(next));
}

std::vector<std::string> frame_scanner::words() {
  if (opcode_ == opcode_ping) return {"ping"};
  if (opcode_ == opcode_pong) return {"pong"};
  if (opcode_ == opcode_close) return {"close"};
  std::vector<std::string> found{opcode_ == opcode_text ? "text" : "binary"};
  const auto add = [&found](std::string word) {
    if (std::ranges::find(found, word) == found.end()) found.push_back(std::move(word));
  };
  for (const message_head& head : readable_ ? message_heads(text_) : std::vector<message_head>()) {
    if (head.type.empty()) continue;
    add("type:" + head.type);
    if (!head.id) continue;
    auto& asked = shared_->asked;
    if (way_ == direction::to_server) {
      if (asked.size() >= conversation::asked_max) asked.erase(asked.begin());
      asked[*head.id] = head.type;
    } else if (const auto command = asked.find(*head.id); command != asked.end()) {
      add(head.type + "_of:" + command->second);
    }
  }
  return found;
}

}  // namespace hassle::harness
