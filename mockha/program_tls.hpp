#pragma once

#include "mockha/program_options.hpp"

#include <hassle/net/tls.hpp>

#include <chrono>
#include <expected>
#include <memory>
#include <string>

namespace hassle::mockha {

/// What the options say about TLS: null if nothing. The error names the file.
[[nodiscard]] std::expected<std::shared_ptr<net::tls_server>, std::string> make_tls(
    const program_options& options, std::chrono::system_clock::time_point now);

}  // namespace hassle::mockha
