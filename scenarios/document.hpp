#pragma once

#include "scenarios/error.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::scenario {

struct entry;

/// A value of a TOML document, with its place. The library that parses TOML stays behind this.
struct value {
  enum class kind : std::uint8_t { text, integer, number, flag, time, array, table };

  kind what = kind::table;
  source_position where;
  std::string text;
  std::int64_t integer = 0;
  double number = 0;  ///< Also of an integer.
  bool flag = false;
  std::vector<value> items;    ///< Of an array.
  std::vector<entry> entries;  ///< Of a table, in the order of their position.

  /// The value of a key of this table, or nothing.
  [[nodiscard]] const value* find(std::string_view key) const noexcept;
  /// "a table", for messages.
  [[nodiscard]] std::string_view kind_name() const noexcept;
};

struct entry {
  std::string key;
  source_position where;  ///< Of the key.
  value content;
};

/// Collects what is wrong with one file, and with those it was put together from.
class problems {
 public:
  explicit problems(std::string_view file) : files_{std::string(file)} {}
  /// Positions name their file by its index. REQUIRES: at least one.
  explicit problems(std::vector<std::string> files) : files_(std::move(files)) {}

  void add(source_position where, std::string message, std::string hint = {});
  void add(source_position where, complaint what);
  [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
  /// An empty collection for the same files, to see whether a part of them is right.
  [[nodiscard]] problems like() const { return problems(files_); }
  void absorb(problems part);
  /// All of them, in the order of their files and positions.
  [[nodiscard]] std::vector<input_error> take();

 private:
  std::vector<std::string> files_;
  std::vector<input_error> found_;
};

/// Parses TOML. Text that is empty, binary, or nested deeper than `nesting_max` is refused before
/// the parser sees it; the parser itself stops at the first error.
[[nodiscard]] std::expected<value, input_error> parse_document(std::string_view text,
                                                               std::string_view file);

/// Brackets within brackets, and parts of one dotted key.
inline constexpr std::size_t nesting_max = 32;

/// Reads a text file, at most `bytes_max` of it: a larger one is an error found without reading on.
[[nodiscard]] std::expected<std::string, input_error> read_text_file(
    const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace hassle::scenario
