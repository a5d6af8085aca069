#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/tls.hpp>

#include <expected>
#include <memory>
#include <string>

namespace hassle::client {

/// A TLS client that trusts as configured. Reads the file of authorities, unless `ca_file` is
/// the PEM text itself. The error is a text for
/// people: "the file of authorities (tls.ca_file) cannot be read".
[[nodiscard]] std::expected<std::unique_ptr<net::tls_client>, std::string> make_trusting(
    const tls_config& settings);

/// The name that the certificate must have: the one of the settings, or the host that is dialled.
[[nodiscard]] const std::string& tls_name(const endpoint_config& endpoint);

}  // namespace hassle::client
