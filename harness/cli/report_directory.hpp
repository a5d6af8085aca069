#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::cli {

/// In every report directory: the names of all else that is in it, a line for each. A directory
/// without it, or with more than it names, is somebody's and is never replaced.
inline constexpr std::string_view report_manifest = ".hassle-report";

struct report_file {
  std::string name;
  std::function<std::string()> text;
};

/// Makes sure that a report directory could be written there, without touching what is there:
/// there is nothing (its parents are created), an empty directory, or a report directory. The error
/// is a sentence.
[[nodiscard]] std::expected<void, std::string> ready_report_directory(
    const std::filesystem::path& where);

/// Replaces the directory as a whole, at once: whoever looks finds the old one or the new one,
/// never a part. Of a link it is the directory that it leads to.
[[nodiscard]] std::expected<void, std::string> write_report_directory(
    const std::filesystem::path& where, const std::vector<report_file>& files);

}  // namespace hassle::harness::cli
