#include <hassle/text/file.hpp>

#include <fmt/format.h>

#include <fstream>
#include <system_error>
#include <utility>

namespace hassle::text {

namespace {

std::unexpected<complaint> fail(std::string message, std::string hint) {
  return std::unexpected(complaint{std::move(message), std::move(hint)});
}

}  // namespace

std::expected<std::string, complaint> read_text_file(const std::filesystem::path& file,
                                                     std::size_t bytes_max) {
  std::error_code ec;
  const auto status = std::filesystem::status(file, ec);
  if (!std::filesystem::exists(status)) {
    return fail("no such file", "");
  }
  if (std::filesystem::is_directory(status)) {
    return fail("is a directory", "name a file in it");
  }
  const std::string too_large = fmt::format("larger than {} bytes", bytes_max);
  if (std::filesystem::is_regular_file(status) &&
      std::filesystem::file_size(file, ec) > bytes_max && !ec) {
    return fail(too_large, "");
  }
  std::ifstream stream(file, std::ios::binary);
  // One byte more than allowed tells a file that is too large from one that just fits; a pipe or
  // a device has no size to ask for.
  std::string text(bytes_max + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.eof() && stream.fail()) {
    return fail("cannot be read", "");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > bytes_max) {
    return fail(too_large, "");
  }
  return text;
}

}  // namespace hassle::text
