#pragma once

#include "reports/journal_file.hpp"

#include <hassle/net/time.hpp>

#include <expected>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace hassle::mockha {

/// Writes a journal to its file while it happens; a reader sees what is older than `flush_after`.
/// A file that cannot be written any more is complained about once, and then left alone.
/// Thread-safety: single-threaded.
class journal_sink {
 public:
  using complaint = std::function<void(const std::string&)>;  ///< Gets one line.

  /// Begins the file anew; see `failed`. The clock must outlive it.
  journal_sink(net::time_source& time, std::filesystem::path file,
               const reports::run_context& context, std::string_view tool, complaint complain);

  void add(const reports::event& e);
  /// Writes the last line. Nothing may be added afterwards.
  void finish();
  /// Hands over to the system what is here.
  void flush();
  [[nodiscard]] bool failed() const noexcept { return failed_; }

  static constexpr net::duration flush_after = std::chrono::milliseconds(500);

 private:
  std::filesystem::path file_;
  complaint complain_;
  std::ofstream out_;
  reports::journal_stream lines_;
  net::time_source& time_;
  net::timer flush_;
  bool failed_ = false;
};

}  // namespace hassle::mockha
