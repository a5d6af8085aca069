#include "reports/text.hpp"

#include <fmt/format.h>

#include <cassert>
#include <utility>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

// The length of the well-formed UTF-8 sequence that `text` begins with; 0 if there is none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  unsigned low = 0x80;  // The bounds of the second byte exclude overlong forms and surrogates.
  unsigned high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  }
  if (length == 0 || text.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (code < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(code));
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const auto lead = static_cast<unsigned char>(text.front());
    // U+0080 to U+009F are control characters too: some terminals take them as escapes.
    const bool c1_control =
        length == 2 && lead == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (length == 0 || lead < 0x20 || lead == 0x7F || c1_control) {
      out += '?';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string printable_lines(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out += printable(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::size_t columns_of(std::string_view text) noexcept {
  std::size_t columns = 0;
  for (const char c : text) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return columns;
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::size_t own = columns_of(text);
  return std::string(own < columns ? columns - own : 0, ' ') + std::string(text);
}

std::string pad_right(std::string_view text, std::size_t columns) {
  const std::size_t own = columns_of(text);
  return std::string(text) + std::string(own < columns ? columns - own : 0, ' ');
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (word.empty()) continue;
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > columns) {
      lines.push_back(std::exchange(line, {}));
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string human_duration(nanoseconds d) {
  if (d == nanoseconds::min()) d += nanoseconds(1);  // It has no positive counterpart.
  if (d.count() < 0) return "-" + human_duration(-d);
  const auto rounded_to = [&](std::int64_t unit) {
    return d.count() / unit + (d.count() % unit >= unit / 2 ? 1 : 0);
  };
  const std::int64_t tenths_of_ms = rounded_to(100'000);
  if (tenths_of_ms < 100) return fmt::format("{}.{} ms", tenths_of_ms / 10, tenths_of_ms % 10);
  const std::int64_t ms = rounded_to(1'000'000);
  if (ms < 1000) return fmt::format("{} ms", ms);
  const std::int64_t tenths = rounded_to(100'000'000);
  if (tenths < 600) return fmt::format("{}.{} s", tenths / 10, tenths % 10);
  const std::int64_t s = rounded_to(1'000'000'000);
  if (s < 3600) return fmt::format("{}m {:02}s", s / 60, s % 60);
  const std::int64_t min = rounded_to(60'000'000'000);
  if (min < 1440) return fmt::format("{}h {:02}m", min / 60, min % 60);
  const std::int64_t h = rounded_to(3'600'000'000'000);
  return fmt::format("{}d {:02}h", h / 24, h % 24);
}

std::string clock_time(nanoseconds at) {
  const std::int64_t ms = at.count() / 1'000'000;
  const std::int64_t s = ms / 1000;
  return fmt::format("{:02}:{:02}:{:02}.{:03}", s / 3600, s / 60 % 60, s % 60, ms % 1000);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

std::string client_label(std::string_view client, std::string_view beside) {
  const std::string prefix = std::string(beside) + "-without-";
  if (!client.starts_with(prefix)) return printable(client);
  return "without " + printable(client.substr(prefix.size()));
}

std::string paint(std::string_view text, colour c, bool on) {
  if (!on || c == colour::none || text.empty()) return std::string(text);
  const auto code = [c] {
    switch (c) {
      case colour::none:
        return "0";
      case colour::green:
        return "32";
      case colour::yellow:
        return "33";
      case colour::red:
        return "31";
      case colour::dim:
        return "2";
      case colour::bold:
        return "1";
    }
    assert(false);
    return "0";
  }();
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace hassle::reports
