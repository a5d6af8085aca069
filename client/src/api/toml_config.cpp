#include <hassle/client/toml_config.hpp>

#include "sections.hpp"
#include "toml_reader.hpp"

#include <hassle/text/file.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace hassle::client {

namespace {

/// Where a problem's key stands in the text, or the next larger part of it.
text::position place_of(const key_places& places, std::string key) {
  constexpr std::string_view server = "server";
  constexpr std::string_view target = "target";
  while (!key.empty()) {
    if (const auto found = places.find(key); found != places.end()) return found->second;
    if (key.ends_with(server) || key.ends_with(target)) {
      const std::string url = key.substr(0, key.size() - server.size()) + "url";
      if (const auto found = places.find(url); found != places.end()) return found->second;
    }
    const std::size_t end = key.find_last_of(".[");
    key.resize(end == std::string::npos ? 0 : end);
  }
  return {};
}

/// As of another client: what ours must have need not be there.
config without_our_demands(config of) {
  if (of.access_token.empty()) of.access_token = "any";
  for (const section& each : sections()) {
    if (!each.is_on(of)) continue;
    for (const field<config>& row : each.rows) {
      const auto value = row.get(of);
      const auto longest = codec<duration>::write(duration_max);
      if (value && *value == codec<duration>::write(no_limit)) {
        [[maybe_unused]] const auto done = row.put(of, longest);
      }
    }
  }
  return of;
}

void from_directory(const std::filesystem::path& directory, std::optional<tls_config>& tls) {
  if (!tls || tls->ca_file.empty()) return;
  tls->ca_file = (directory / tls->ca_file).string();
}

std::vector<config_error> in_order(std::vector<config_error> errors, const std::string& file) {
  std::vector<std::size_t> order(errors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {},
                    [&](std::size_t i) { return std::tuple(errors[i].line, errors[i].column, i); });
  std::vector<config_error> sorted;
  for (const std::size_t i : order) {
    errors[i].file = file;
    sorted.push_back(std::move(errors[i]));
  }
  return sorted;
}

}  // namespace

std::string config_error::text() const {
  std::string result = file;
  if (line != 0) result += fmt::format(":{}:{}", line, column);
  if (!key.empty()) result += ": " + key;
  result += ": " + message;
  if (!hint.empty()) result += " (" + hint + ")";
  return result;
}

std::expected<config, std::vector<config_error>> parse_config(std::string_view text,
                                                              const config_source& from) {
  toml_reading reading = read_toml(text, from);
  config& settings = reading.settings;
  if (reading.errors.empty()) {
    from_directory(from.directory, settings.tls);
    if (settings.failover) {
      for (endpoint_config& each : settings.failover->others) {
        from_directory(from.directory, each.tls);
      }
    }
    const bool lint = from.use == config_use::lint;
    for (config_problem& each : validate(lint ? without_our_demands(settings) : settings)) {
      const text::position where = place_of(reading.places, each.key);
      reading.errors.push_back({.file = {},
                                .line = where.line,
                                .column = where.column,
                                .key = std::move(each.key),
                                .message = std::move(each.message),
                                .hint = std::move(each.hint)});
    }
  }
  if (reading.errors.empty()) return std::move(settings);
  return std::unexpected(in_order(std::move(reading.errors), from.name));
}

std::expected<config, std::vector<config_error>> load_config(const std::filesystem::path& file,
                                                             config_source from) {
  from.name = file.string();
  from.directory = file.parent_path();
  const auto text = text::read_text_file(file, config_bytes_max);
  if (text) return parse_config(*text, from);
  return std::unexpected(std::vector<config_error>{{.file = from.name,
                                                    .line = 0,
                                                    .column = 0,
                                                    .key = {},
                                                    .message = text.error().message,
                                                    .hint = text.error().hint}});
}

}  // namespace hassle::client
