#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace hassle::harness::cli {

/// Makes sure that a directory exists (it is created) and takes new files. The error is a sentence.
[[nodiscard]] std::expected<void, std::string> ready_directory(const std::filesystem::path& where);

/// Makes sure that a file could be written, without touching what is there.
[[nodiscard]] std::expected<void, std::string> ready_file(const std::filesystem::path& file);

/// Replaces the file at once: it is never half written.
[[nodiscard]] std::expected<void, std::string> write_file(const std::filesystem::path& file,
                                                          std::string_view text);

}  // namespace hassle::harness::cli
