// A function that is called now and then and frozen in between, as a voice assistant's in a cloud:
// with callbacks, and without a thread.
#include "options.hpp"

#include <hassle/client/ha_client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>
#include <string>

namespace ha = hassle::client;
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view help =
    R"(usage: voice_command URL DOMAIN.SERVICE ENTITY [DOMAIN.SERVICE ENTITY]...

Calls each service as an invocation of its own with a limit of 8 s, the first with a cold client,
the others with a warm one, and says how it went and where the answer came from.
)";

/// What is kept from one invocation to the next: connections, what is known of the home.
struct warm_state {
  explicit warm_state(const ha::config& settings) : home(context.get_executor(), settings) {}

  asio::io_context context{1};
  ha::ha_client home;
};

/// One invocation. Between two of them nothing runs here, and the process may be frozen.
ha::outcome handle(warm_state& kept, const ha::service_call& what) {
  std::optional<ha::outcome> result;
  kept.home.on_thaw();  // Connections are tested before they are used.
  kept.home.async_call_service(what, 8s, [&](ha::outcome how) { result = std::move(how); });
  kept.context.restart();
  while (!result) kept.context.run_one();
  return *std::move(result);
}

std::string_view name_of(ha::outcome_kind kind) {
  switch (kind) {
    case ha::outcome_kind::fresh:
      return "done";
    case ha::outcome_kind::stale:
      return "known from before";
    case ha::outcome_kind::connection:
      return "no connection";
    case ha::outcome_kind::timeout:
      return "no answer in time";
    case ha::outcome_kind::other:
      break;
  }
  return "refused";
}

double milliseconds(ha::duration length) {
  return std::chrono::duration<double, std::milli>(length).count();
}

void print(const ha::service_call& what, const ha::outcome& how) {
  std::cout << what.domain << "." << what.service << " " << what.target.entity_ids.front() << ": "
            << name_of(how.kind);
  if (!how.detail.empty()) std::cout << " (" << how.detail << ")";
  if (how.source == ha::outcome_source::looked_up) std::cout << ", as the states show";
  std::cout << "; sent " << how.attempts << " times, connecting "
            << milliseconds(how.stages.connecting) << " ms, answer "
            << milliseconds(how.stages.answering) << " ms\n"
            << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  int status = 0;
  auto given = examples::read_options(argc, argv, help, status);
  if (!given) return status;
  if (given->rest.empty() || given->rest.size() % 2 != 0) {
    std::cerr << help;
    return 2;
  }
  warm_state kept(given->settings);
  // Ctrl-C ends what is waiting, and with it the loop below.
  bool interrupted = false;
  asio::signal_set signals(kept.context, SIGINT, SIGTERM);
  signals.async_wait([&](const auto& error, int) {
    if (error) return;
    interrupted = true;
    kept.home.async_stop([] {});
  });
  bool all_done = true;
  for (std::size_t i = 0; i < given->rest.size() && !interrupted; i += 2) {
    const std::string& service = given->rest[i];
    const std::size_t dot = service.find('.');
    if (dot == std::string::npos) {
      std::cerr << service << " is no DOMAIN.SERVICE\n";
      all_done = false;
      continue;
    }
    const ha::service_call what(service.substr(0, dot), service.substr(dot + 1),
                                given->rest[i + 1]);
    const ha::outcome how = handle(kept, what);
    print(what, how);
    all_done = all_done && how.kind == ha::outcome_kind::fresh;
  }
  signals.cancel();
  kept.home.async_stop([] {});
  kept.context.restart();
  kept.context.run();
  return all_done ? 0 : 1;
}
