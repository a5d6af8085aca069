#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace hassle::harness::cli {

/// All that is in a file. The error is a sentence with its name.
[[nodiscard]] std::expected<std::string, std::string> read_file(const std::filesystem::path& file);

}  // namespace hassle::harness::cli
