#include "mockha/program_tls.hpp"

#include "scenarios/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace hassle::mockha {

namespace {

constexpr std::size_t pem_bytes_max = std::size_t{1} << 20U;

std::expected<net::tls_identity, std::string> read_identity(const program_options& options) {
  auto chain = scenario::read_text_file(*options.tls_certificate, pem_bytes_max);
  if (!chain) return std::unexpected("--tls-cert: " + chain.error().text());
  auto key = scenario::read_text_file(*options.tls_key, pem_bytes_max);
  if (!key) return std::unexpected("--tls-key: " + key.error().text());
  return net::tls_identity{.certificate_chain = std::move(*chain), .private_key = std::move(*key)};
}

std::expected<net::tls_identity, std::string> make_identity(
    const program_options& options, std::chrono::system_clock::time_point now) {
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  const std::string& host = options.listen.host;
  // Whoever listens everywhere is reached by names that are not known here.
  const bool is_any = host.empty() || host == "0.0.0.0" || host == "::";
  if (!is_any && std::ranges::find(names, host) == names.end()) names.push_back(host);
  auto made = net::make_self_signed(names, now);
  if (!made) return std::unexpected("--tls-self-signed: " + made.error());
  return std::move(*made);
}

}  // namespace

std::expected<std::shared_ptr<net::tls_server>, std::string> make_tls(
    const program_options& options, std::chrono::system_clock::time_point now) {
  if (!options.tls_self_signed && !options.tls_certificate) return nullptr;
  const auto identity =
      options.tls_self_signed ? make_identity(options, now) : read_identity(options);
  if (!identity) return std::unexpected(identity.error());
  auto tls = net::make_tls_server(*identity);
  if (tls) return std::move(*tls);
  if (options.tls_self_signed) return std::unexpected("--tls-self-signed: " + tls.error());
  return std::unexpected(fmt::format("{}, {}: {}", options.tls_certificate->string(),
                                     options.tls_key->string(), tls.error()));
}

}  // namespace hassle::mockha
