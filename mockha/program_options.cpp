#include "mockha/program_options.hpp"

#include "mockha/server.hpp"

#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <utility>
#include <vector>

namespace hassle::mockha {

namespace {

constexpr std::string_view footer = R"(Examples:
  mockha                                        a small home on port 8123, a page on port 8124
  mockha --listen 127.0.0.1:0                   on a free port; the first line of output says where
  mockha --scenario ha-restart --time-scale 60  a scenario's faults, an hour of them in a minute
  mockha --home states.json --ha-version 2026.9.0   your own home, from a dump of get_states
  mockha --tls-self-signed --listen 0.0.0.0:8123    wss://, for other machines too

The first line on standard output is JSON, once clients can connect:
  {"ready":true,"url":"ws://HOST:PORT/api/websocket","admin":"http://HOST:PORT","token":"..."}
SIGTERM and SIGINT stop it as Home Assistant stops; the second one ends it at once.
Exit status:
  0 stopped   2 bad input or usage   4 a bug of mockha   130 ended at once
)";

struct raw_options {
  std::string listen = "127.0.0.1:8123";
  std::string token{default_access_token};
  std::optional<std::string> admin;
  program_options rest;
};

void add_server_options(CLI::App& app, raw_options& into) {
  app.add_option("--listen", into.listen, "Address and port to listen on; port 0 picks a free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  app.add_option("--token", into.token, "The access token that clients must show")
      ->type_name("TOKEN")
      ->capture_default_str();
  app.add_option("--home", into.rest.home,
                 "small, large, or a file with the result of get_states (JSON)")
      ->type_name("NAME|FILE");
  app.add_option("--ha-version", into.rest.ha_version, "The version it says it is [2026.6.0]")
      ->type_name("VERSION");
  auto* certificate =
      app.add_option("--tls-cert", into.rest.tls_certificate, "Certificate chain (PEM), for wss://")
          ->type_name("FILE");
  auto* key =
      app.add_option("--tls-key", into.rest.tls_key, "Its private key (PEM)")->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  app.add_flag("--tls-self-signed", into.rest.tls_self_signed, "wss:// with a certificate made now")
      ->excludes(certificate);
}

void add_scenario_options(CLI::App& app, raw_options& into) {
  app.add_option("--scenario", into.rest.scenario,
                 "Its server and its server's faults, by name ('hassle list') or path")
      ->type_name("NAME|FILE");
  app.add_option("--seed", into.rest.seed, "What chance decides follows from it")
      ->capture_default_str();
  app.add_option("--time-scale", into.rest.time_scale,
                 "Every duration is divided by it; the wall clock is not touched")
      ->type_name("FACTOR")
      ->check(CLI::Range(time_scale_min, time_scale_max))
      ->capture_default_str();
}

void add_admin_options(CLI::App& app, raw_options& into) {
  app.add_option("--admin", into.admin,
                 "Where its page and its API listen, or 'off' "
                 "[127.0.0.1:8124, or any port if that is taken]")
      ->type_name("ADDRESS:PORT");
  app.add_option("--admin-token", into.rest.admin_token,
                 "What the admin API wants to see; needed for an address that others reach")
      ->type_name("TOKEN");
  app.add_option("--journal", into.rest.journal, "Writes what happens to a file, as JSON Lines")
      ->type_name("FILE");
}

/// What was meant by options that do not exist.
void hint_at(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* each : app.get_options()) names.push_back(each->get_name());
  const std::vector<std::string_view> known(names.begin(), names.end());
  for (const std::string& word : app.remaining()) {
    const std::string hint = scenario::nearest_hint(word.substr(0, word.find('=')), known);
    if (!hint.empty()) fmt::print(stderr, "{}: {}\n", word, hint);
  }
}

std::unexpected<exit_status> refuse(std::string_view why) {
  fmt::print(stderr, "mockha: {}\n", why);
  return std::unexpected(exit_status::bad_input);
}

bool is_printable(std::string_view text) {
  // What goes into a header line, and into a terminal.
  return text.find_first_of(std::string_view("\0\r\n\x1b", 4)) == std::string_view::npos;
}

std::expected<program_options, exit_status> checked(raw_options raw) {
  program_options result = std::move(raw.rest);
  const auto listen = parse_endpoint(raw.listen);
  if (!listen) {
    return refuse(
        fmt::format("--listen '{}' is not ADDRESS:PORT (as in 127.0.0.1:8123)", raw.listen));
  }
  result.listen = *listen;
  result.admin = raw.admin != "off";
  if (raw.admin && result.admin) {
    result.admin_listen = parse_endpoint(*raw.admin);
    if (!result.admin_listen) {
      return refuse(fmt::format(
          "--admin '{}' is neither 'off' nor ADDRESS:PORT (as in 127.0.0.1:8124)", *raw.admin));
    }
    if (!is_loopback(*result.admin_listen) && !result.admin_token) {
      return refuse(fmt::format(
          "--admin {} can be reached from elsewhere: that needs --admin-token", *raw.admin));
    }
  }
  if (raw.token.empty()) return refuse("--token must not be empty");
  result.token = std::move(raw.token);
  if (result.admin_token && (result.admin_token->empty() || !is_printable(*result.admin_token))) {
    return refuse("--admin-token must not be empty, and is one line");
  }
  if (result.ha_version && (result.ha_version->empty() || !is_printable(*result.ha_version))) {
    return refuse("--ha-version must not be empty, and is one line (as in 2026.6.0)");
  }
  return result;
}

}  // namespace

std::string_view program_version() noexcept { return HASSLE_VERSION; }

std::expected<program_options, exit_status> read_options(int argc, char** argv) {
  CLI::App app("A mock Home Assistant for testing its clients.", "mockha");
  raw_options raw;
  add_server_options(app, raw);
  add_scenario_options(app, raw);
  add_admin_options(app, raw);
  app.set_version_flag("--version", "mockha " + std::string(program_version()));
  app.footer(std::string(footer));
  app.get_formatter()->column_width(34);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const bool asked = e.get_exit_code() == 0;  // --help, --version
    (void)app.exit(e);
    if (!asked) hint_at(app);
    return std::unexpected(asked ? exit_status::ok : exit_status::bad_input);
  }
  return checked(std::move(raw));
}

}  // namespace hassle::mockha
