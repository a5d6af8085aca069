#pragma once

#include "mockha/endpoint_text.hpp"

#include <hassle/net/world.hpp>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::mockha {

/// What the program says to whoever started it; listed in --help.
enum class exit_status : std::uint8_t { ok = 0, bad_input = 2, our_bug = 4, interrupted = 130 };

/// The command line, checked as far as it can be without looking at anything else.
struct program_options {
  net::endpoint listen{"127.0.0.1", 8123};
  std::string token;  ///< Not empty.

  bool admin = true;
  /// Where the admin API was asked to listen; nothing: 127.0.0.1:8124, or any port if that is
  /// taken.
  std::optional<net::endpoint> admin_listen;
  std::optional<std::string> admin_token;  ///< Not empty.

  std::optional<std::string> scenario;  ///< A name or a path.
  std::uint64_t seed = 1;
  double time_scale = 1;            ///< In [time_scale_min, time_scale_max].
  std::optional<std::string> home;  ///< A name or a path; otherwise the scenario's, or "small".
  std::optional<std::string> ha_version;

  std::optional<std::filesystem::path> tls_certificate;  ///< Both or neither.
  std::optional<std::filesystem::path> tls_key;
  bool tls_self_signed = false;
  std::optional<std::filesystem::path> journal;
};

/// Beyond, a clock of nanoseconds would run over within weeks, or nothing would ever happen.
inline constexpr double time_scale_min = 0.01;
inline constexpr double time_scale_max = 1000;

/// Reads the command line. What is wrong with it has been said on stderr, or --help or --version on
/// stdout: then the answer is how to end.
[[nodiscard]] std::expected<program_options, exit_status> read_options(int argc, char** argv);

/// The program's version: that of the project.
[[nodiscard]] std::string_view program_version() noexcept;

}  // namespace hassle::mockha
