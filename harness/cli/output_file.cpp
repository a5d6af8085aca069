#include "harness/cli/output_file.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <fstream>
#include <system_error>

namespace hassle::harness::cli {

namespace fs = std::filesystem;

namespace {

/// Beside the file, so that renaming stays within one file system.
fs::path temporary_beside(const fs::path& file) {
  fs::path temporary = file;
  temporary += fmt::format(".{}.tmp", getpid());
  return temporary;
}

fs::path directory_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

/// A real attempt: permissions, read-only file systems and quotas all show in it.
bool takes_files(const fs::path& directory) {
  const fs::path trial = temporary_beside(directory / "hassle-trial");
  const bool opened = std::ofstream(trial).is_open();
  std::error_code ignored;
  fs::remove(trial, ignored);
  return opened;
}

}  // namespace

std::expected<void, std::string> ready_directory(const fs::path& where) {
  std::error_code ec;
  fs::create_directories(where, ec);
  if (ec)
    return std::unexpected(fmt::format("{}: cannot be created: {}", where.string(), ec.message()));
  if (!takes_files(where))
    return std::unexpected(fmt::format("{}: cannot be written to", where.string()));
  return {};
}

std::expected<void, std::string> ready_file(const fs::path& file) {
  std::error_code ec;
  if (fs::is_directory(file, ec)) {
    return std::unexpected(fmt::format("{}: is a directory", file.string()));
  }
  const fs::path directory = directory_of(file);
  if (!fs::is_directory(directory, ec)) {
    return std::unexpected(fmt::format("{}: there is no such directory", directory.string()));
  }
  if (!takes_files(directory)) {
    return std::unexpected(fmt::format("{}: cannot be written to", directory.string()));
  }
  return {};
}

std::expected<void, std::string> write_file(const fs::path& file, std::string_view text) {
  const fs::path temporary = temporary_beside(file);
  std::ofstream out(temporary, std::ios::binary);
  out << text;
  out.close();
  std::error_code ec;
  if (out) fs::rename(temporary, file, ec);
  if (out && !ec) return {};
  std::error_code ignored;
  fs::remove(temporary, ignored);
  return std::unexpected(fmt::format("{}: cannot be written{}{}", file.string(), ec ? ": " : "",
                                     ec ? ec.message() : ""));
}

}  // namespace hassle::harness::cli
