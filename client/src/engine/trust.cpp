#include "trust.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace hassle::client {

namespace {

/// Debian's file of all authorities has a quarter of a megabyte.
constexpr std::size_t file_bytes_max = 4U << 20U;

std::optional<std::string> read_file(const std::string& path) {
  if (path.starts_with("-----BEGIN ")) return path;  // No file, but what would be in it.
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(file_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || text.empty() || text.size() > file_bytes_max) return std::nullopt;
  return text;
}

}  // namespace

std::expected<std::unique_ptr<net::tls_client>, std::string> make_trusting(
    const tls_config& settings) {
  using from = tls_config::trust_kind;
  using to = net::tls_trust::kind;
  net::tls_trust trust;
  trust.verify_name = settings.verify_host;
  switch (settings.trust) {
    case from::system:
      trust.what = to::system;
      break;
    case from::ca_file: {
      auto text = read_file(settings.ca_file);
      if (!text) return std::unexpected("the file of authorities (tls.ca_file) cannot be read");
      trust.what = to::authorities;
      trust.authorities = std::move(*text);
      break;
    }
    case from::pinned:
      trust.what = to::pinned;
      trust.pinned_sha256 = settings.pinned_sha256;
      trust.verify_name = true;  // It is not looked at.
      break;
  }
  return net::make_tls_client(trust);
}

const std::string& tls_name(const endpoint_config& endpoint) {
  const bool named = endpoint.tls && !endpoint.tls->server_name.empty();
  return named ? endpoint.tls->server_name : endpoint.server.host;
}

}  // namespace hassle::client
