#pragma once

#include <hassle/text/complaint.hpp>

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace hassle::text {

/// Reads a text file, at most `bytes_max` of it: a larger one is an error found without reading on.
[[nodiscard]] std::expected<std::string, complaint> read_text_file(
    const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace hassle::text
