#include "mockha/config.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace hassle::mockha {

namespace {

// What is loaded before any integration of the home.
constexpr std::array always_loaded = std::to_array<std::string_view>(
    {"api", "auth", "config", "homeassistant", "http", "persistent_notification", "websocket_api"});

}  // namespace

std::span<const std::string_view> core_components() { return always_loaded; }

std::string config_json(std::string_view version, std::string_view state,
                        const std::vector<std::string_view>& domains, bool with_external_url,
                        bool recovery_mode) {
  std::string text =
      R"({"allowlist_external_dirs":["/config/www","/media"],"allowlist_external_urls":[],)"
      R"("components":[)";
  for (const auto name : always_loaded) {
    fmt::format_to(std::back_inserter(text), "\"{}\",", name);
  }
  for (const auto name : domains) fmt::format_to(std::back_inserter(text), "\"{}\",", name);
  text.back() = ']';
  fmt::format_to(
      std::back_inserter(text),
      R"(,"config_dir":"/config","config_source":"storage","country":"DE","currency":"EUR",)"
      R"("debug":false,"elevation":80,{}"internal_url":null,"language":"en",)"
      R"("latitude":52.5,"location_name":"Home","longitude":13.4,"radius":100,)"
      R"("recovery_mode":{},"safe_mode":false,"state":"{}","time_zone":"Europe/Berlin",)"
      R"("unit_system":{{"length":"km","accumulated_precipitation":"mm","area":"m²","mass":"g",)"
      R"("pressure":"Pa","temperature":"°C","volume":"L","wind_speed":"m/s"}},"version":"{}",)"
      R"("whitelist_external_dirs":["/config/www","/media"]}})",
      with_external_url ? R"("external_url":null,)" : "", recovery_mode, state, version);
  return text;
}

}  // namespace hassle::mockha
