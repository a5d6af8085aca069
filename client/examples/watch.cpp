// Prints changes of states, through restarts of Home Assistant: with coroutines.
#include "options.hpp"

#include <hassle/client/ha_client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace ha = hassle::client;
namespace asio = boost::asio;

namespace {

constexpr std::string_view help = R"(usage: watch URL [ENTITY...]

Prints changes of states (of all entities, or of these) until Ctrl-C. What changed while there was
no connection is printed when it is back, behind a line that says for how long nothing was heard.
)";

double seconds(ha::duration length) { return std::chrono::duration<double>(length).count(); }

void print(const ha::stream_event& event) {
  switch (event.what) {
    case ha::stream_event_kind::live:
      std::cout << "-- subscribed\n";
      break;
    case ha::stream_event_kind::event:
      if (event.snapshot) std::cout << "-- states as of now\n";
      for (const ha::mirror_change& each : event.changes) {
        std::cout << each.entity_id << ": " << (each.from.empty() ? "(none)" : each.from) << " -> "
                  << (each.to.empty() ? "(none)" : each.to) << "\n";
      }
      break;
    case ha::stream_event_kind::lost:
      std::cout << "-- connection lost, trying again\n";
      break;
    case ha::stream_event_kind::gap:
      std::cout << "-- gap: nothing was heard for " << seconds(event.missing_for) << " s\n";
      break;
    case ha::stream_event_kind::refused:
      std::cout << "-- refused: " << event.text << "\n";
      break;
    case ha::stream_event_kind::dropped:
      std::cout << "-- too slow: " << event.count << " events dropped\n";
      break;
    case ha::stream_event_kind::closed:
      break;
  }
  std::cout << std::flush;
}

asio::awaitable<void> watch(ha::ha_client& home, std::vector<std::string> entities) {
  ha::event_stream changes = co_await home.async_subscribe_entities(entities, ha::stream_options{});
  while (true) {
    const ha::stream_event next = co_await changes.async_next();
    if (next.what == ha::stream_event_kind::closed) co_return;
    print(next);
  }
}

/// What a coroutine throws leaves context.run().
void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

int main(int argc, char** argv) {
  int status = 0;
  auto given = examples::read_options(argc, argv, help, status);
  if (!given) return status;

  asio::io_context context(1);
  ha::ha_client home(context.get_executor(), given->settings);
  home.on_status([](const ha::client_status& now) {
    std::cerr << name_of(now.phase);
    if (!now.last_error.empty()) std::cerr << " (" << now.last_error << ")";
    std::cerr << "\n";
  });
  asio::signal_set signals(context, SIGINT, SIGTERM);
  // Stopping closes the stream, which ends the coroutine.
  signals.async_wait([&](const auto& error, int) {
    if (!error) home.async_stop([] {});
  });
  asio::co_spawn(context, watch(home, given->rest), rethrow);
  context.run();
  return 0;
}
