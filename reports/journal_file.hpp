#pragma once

#include "reports/analysis.hpp"
#include "reports/journal.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>

namespace hassle::reports {

/// A journal as JSON Lines: a header with the run's context, one event a line, and the digest.
///
///   {"hassle_journal":1,"scenario":"lee-day","client":"naive","seed":1,"world":"simulated",…}
///   {"t":1234567890,"e":"command_sent","c":3,"n":17,"v":42}
///   {"digest":"0123456789abcdef","events":1}
///
/// Keys of an event, in this order, left out when zero or empty: t time in ns, e kind, c
/// connection, n command, v value, x text (or xb: its bytes in hexadecimal, where they are not
/// UTF-8).
struct saved_journal {
  run_context context;
  std::string tool;  ///< Version of the program that wrote it.
  journal events;
};

/// Why a journal could not be read or written.
struct journal_error {
  std::string file;
  std::size_t line = 0;  ///< From 1; 0 = the file as a whole.
  std::string message;   ///< One line.

  /// "file:line: message"
  [[nodiscard]] std::string text() const;
};

/// Limits for what is read, so that a wrong file ends in an error and not in an exhausted machine.
inline constexpr std::size_t journal_line_bytes_max = 1U << 20U;
inline constexpr std::size_t journal_events_max = 20'000'000;

/// Writes to a file beside `file` first and renames it: `file` is never half a journal.
[[nodiscard]] std::expected<void, journal_error> write_journal(const std::filesystem::path& file,
                                                               const run_context& context,
                                                               const journal& events,
                                                               std::string_view tool);
void write_journal(std::ostream& out, const run_context& context, const journal& events,
                   std::string_view tool);

/// Appends one event as a line of a journal file, with its line end.
void append_journal_event(std::string& out, const event& e);

/// A journal that is written while it happens: of a program that runs for as long as it likes.
/// The header's `simulated` and `healed` are what was known when it began. Without `finish` the
/// file has no last line, by which a reader sees that it was cut short.
///
/// Keeps no events. The stream must outlive it; whether it takes what it is given is its owner's
/// business. Thread-safety: single-threaded.
class journal_stream {
 public:
  journal_stream(std::ostream& out, const run_context& context, std::string_view tool);

  /// REQUIRES: e.at is neither negative nor before the last event's.
  void add(const event& e);
  void finish();

  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 private:
  std::ostream& out_;
  std::string line_;
  std::uint64_t digest_ = empty_digest;
  std::uint64_t events_ = 0;
  std::chrono::nanoseconds last_{};
};

/// Reads what `write_journal` or a `journal_stream` wrote, and nothing else: a journal that was cut
/// short, changed or is not one is an error at its line.
[[nodiscard]] std::expected<saved_journal, journal_error> read_journal(
    const std::filesystem::path& file);
/// `name` names the stream in errors.
[[nodiscard]] std::expected<saved_journal, journal_error> read_journal(std::istream& in,
                                                                       std::string_view name);

}  // namespace hassle::reports
