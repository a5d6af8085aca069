#include "options.hpp"

#include <hassle/client/settings.hpp>

#include <cstdlib>
#include <iostream>
#include <utility>

namespace examples {

namespace {

namespace ha = hassle::client;

constexpr std::string_view common_help = R"(
  URL             http(s)://HOST[:PORT][/PREFIX] of Home Assistant
  --ca-file FILE  trust the certificate authorities in this PEM file only
  --pin SHA256    trust this certificate only (64 hex digits)
  HASSLE_TOKEN    in the environment: a long-lived access token
)";

/// A setting by its name in settings files; what is wrong goes to standard error.
bool set(ha::config& into, std::string_view section, std::string_view key, std::string value) {
  const auto done = ha::set_setting(into, section, key, std::move(value));
  if (done) return true;
  std::cerr << done.error().key << ": " << done.error().message << "\n";
  return false;
}

}  // namespace

std::optional<options> read_options(int argc, char** argv, std::string_view help, int& status) {
  options result;
  result.settings = ha::production_config();
  std::string ca_file;
  std::string pin;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& each = arguments[i];
    if (each == "--help" || each == "-h") {
      std::cout << help << common_help;
      status = 0;
      return std::nullopt;
    }
    const bool has_value = i + 1 < arguments.size();
    if (each == "--ca-file" && has_value) {
      ca_file = arguments[++i];
    } else if (each == "--pin" && has_value) {
      pin = arguments[++i];
    } else {
      result.rest.push_back(each);
    }
  }
  status = 2;
  if (result.rest.empty()) {
    std::cerr << help << common_help;
    return std::nullopt;
  }
  ha::config& settings = result.settings;
  if (!set(settings, "", "url", result.rest.front())) return std::nullopt;
  result.rest.erase(result.rest.begin());
  if (!ca_file.empty() &&
      !(set(settings, "tls", "trust", "ca_file") && set(settings, "tls", "ca_file", ca_file))) {
    return std::nullopt;
  }
  if (!pin.empty() &&
      !(set(settings, "tls", "trust", "pinned") && set(settings, "tls", "pinned_sha256", pin))) {
    return std::nullopt;
  }
  if (const char* token = std::getenv("HASSLE_TOKEN")) settings.access_token = token;
  for (const ha::config_problem& each : ha::validate(settings)) {
    std::cerr << each.key << " " << each.message << (each.hint.empty() ? "" : ": ") << each.hint
              << "\n";
    return std::nullopt;
  }
  status = 0;
  return result;
}

}  // namespace examples
