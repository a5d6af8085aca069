#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// True for well-formed UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Appends `text` as a JSON string, quotes included. REQUIRES: is_utf8(text).
void append_json_string(std::string& out, std::string_view text);

/// `text` made harmless: control characters and bytes that are not UTF-8 become '?'. Peers choose
/// some of our texts (close reasons), and a report must not carry their escape codes to a terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for a text of several lines: its newlines stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// Columns that `text` takes on a terminal: its code points. Ours are all one column wide.
[[nodiscard]] std::size_t columns_of(std::string_view text) noexcept;

/// Padded with spaces to `columns`.
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t columns);
[[nodiscard]] std::string pad_right(std::string_view text, std::size_t columns);

/// Breaks at spaces into lines of at most `columns`; a longer word has a line of its own.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t columns);

/// Three significant places for people: "4.2 ms", "45 ms", "30.0 s", "11m 58s", "2h 05m", "3d 04h".
[[nodiscard]] std::string human_duration(std::chrono::nanoseconds d);

/// Time since the run began: "00:05:12.345".
[[nodiscard]] std::string clock_time(std::chrono::nanoseconds at);

/// "2,003"
[[nodiscard]] std::string grouped(std::uint64_t number);

/// "1 command", "2,003 commands"; for words that take an s.
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

/// What a client is called beside another of which it may lack a layer: "without jitter" for
/// "production-without-jitter" beside "production"; otherwise its name, made printable.
[[nodiscard]] std::string client_label(std::string_view client, std::string_view beside);

/// Terminal colours, or nothing at all.
enum class colour : std::uint8_t { none, green, yellow, red, dim, bold };
/// `text` in a colour; unchanged if not `on`.
[[nodiscard]] std::string paint(std::string_view text, colour c, bool on);

}  // namespace hassle::reports
