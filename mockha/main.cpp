// The program mockha: a mock Home Assistant on a real port.
#include "mockha/server.hpp"

#include <hassle/net/real_world.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace {

namespace mockha = hassle::mockha;
namespace net = hassle::net;
namespace asio = boost::asio;

/// Those of the whole project; listed in --help.
enum class exit_status : int { ok = 0, bad_input = 2, our_bug = 4 };

struct options {
  net::endpoint listen;
  std::string token;
};

std::optional<net::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  net::endpoint at{std::string(text.substr(0, colon)), 0};
  const std::string_view port = text.substr(colon + 1);
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), at.port);
  if (problem != std::errc() || end != port.data() + port.size()) return std::nullopt;
  // [::1] is how an address with colons is written here; listening wants it without.
  if (at.host.starts_with('[') && at.host.ends_with(']')) {
    at.host = at.host.substr(1, at.host.size() - 2);
  }
  return at;
}

std::string url_host(const net::endpoint& at) {
  const bool is_v6 = at.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(is_v6 ? "[{}]:{}" : "{}:{}"), at.host, at.port);
}

/// The first line, for programs that start this one and wait for it.
void announce(const net::endpoint& at, std::string_view token) {
  std::string line = R"({"ready":true,"url":)";
  mockha::append_string(line, fmt::format("ws://{}/api/websocket", url_host(at)));
  line += R"(,"token":)";
  mockha::append_string(line, token);
  line += '}';
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

exit_status serve(const options& wanted) {
  asio::io_context io;
  net::real_world world(io, 1);
  mockha::server server(world, mockha::make_config({}, wanted.token), {});
  const auto at = server.start(wanted.listen);
  if (!at) {
    fmt::print(stderr, "mockha: cannot listen on {}: {} (try another port, or 0 for any)\n",
               url_host(wanted.listen), at.error().message());
    return exit_status::bad_input;
  }
  // Before it says that it is ready: whoever reads that may stop it at once.
  asio::signal_set signals(io, SIGTERM, SIGINT);
  bool failed = false;
  signals.async_wait([&](const boost::system::error_code& ec, int) {
    if (ec) return;
    asio::co_spawn(io, server.stop(),
                   [&](const std::exception_ptr& error) { failed = error != nullptr; });
  });
  announce(*at, wanted.token);
  io.run();  // Until the server has stopped and nothing is left of it.
  return failed ? exit_status::our_bug : exit_status::ok;
}

int run(int argc, char** argv) {
  CLI::App app("A mock Home Assistant for testing its clients.", "mockha");
  std::string listen = "127.0.0.1:8123";
  options wanted{.listen = {}, .token = std::string(mockha::default_access_token)};
  app.add_option("--listen", listen, "Address and port to listen on; port 0 picks a free one")
      ->capture_default_str();
  app.add_option("--token", wanted.token, "The access token that clients must show")
      ->capture_default_str();
  app.set_version_flag("--version", std::string("mockha ") + HASSLE_VERSION);
  app.footer(
      "The first line on standard output is JSON: {\"ready\":true,\"url\":…,\"token\":…}.\n"
      "SIGTERM and SIGINT stop it as Home Assistant stops.\n"
      "Exit status: 0 stopped, 2 bad input or usage, 4 a bug of mockha.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const bool asked = e.get_exit_code() == 0;  // --help, --version
    (void)app.exit(e);
    return static_cast<int>(asked ? exit_status::ok : exit_status::bad_input);
  }
  const auto at = parse_endpoint(listen);
  if (!at) {
    fmt::print(stderr, "mockha: --listen '{}' is not ADDRESS:PORT (as in 127.0.0.1:8123)\n",
               listen);
    return static_cast<int>(exit_status::bad_input);
  }
  if (wanted.token.empty()) {
    fmt::print(stderr, "mockha: --token must not be empty\n");
    return static_cast<int>(exit_status::bad_input);
  }
  wanted.listen = *at;
  return static_cast<int>(serve(wanted));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "mockha: {}\n", e.what());
    return static_cast<int>(exit_status::our_bug);
  }
}
