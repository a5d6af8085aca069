#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace hassle::scenario {

/// A place in a text, from 1; 0 = the file as a whole.
struct source_position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  /// Which of the texts that a scenario was put together from: 0 is its own file. See
  /// scenario::file_at.
  std::uint32_t file = 0;

  bool operator==(const source_position&) const = default;
  constexpr auto operator<=>(const source_position& other) const noexcept {
    if (const auto by_file = file <=> other.file; by_file != 0) return by_file;
    if (const auto by_line = line <=> other.line; by_line != 0) return by_line;
    return column <=> other.column;
  }
};

/// Something wrong with what a user wrote, and what to write instead.
struct input_error {
  std::string file;
  source_position where;
  std::string message;  ///< One line.
  std::string hint;     ///< One line, or empty: "did you mean 'burst_size'?"

  /// "file:line:column: message (hint)", the form that editors and CI jump to.
  [[nodiscard]] std::string text() const;
};

/// What is wrong with one word, and what to write instead; where it stands is its reader's
/// business.
struct complaint {
  std::string message;
  std::string hint;

  bool operator==(const complaint&) const = default;
};

/// A user's word as messages show it: in quotes, on one line, without control characters, cut short
/// if it is long.
[[nodiscard]] std::string in_quotes(std::string_view word);

}  // namespace hassle::scenario
