#include "harness/cli/input_file.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace hassle::harness::cli {

std::expected<std::string, std::string> read_file(const std::filesystem::path& file) {
  const std::string name = reports::printable(file.string());
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return std::unexpected(fmt::format("{}: is a directory", name));
  }
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    const std::error_code why(errno, std::generic_category());
    return std::unexpected(fmt::format("{}: cannot be opened: {}", name, why.message()));
  }
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return std::unexpected(fmt::format("{}: cannot be read", name));
  return std::move(text).str();
}

}  // namespace hassle::harness::cli
