// A wall panel: the states of a home in a terminal, marked where they may be out of date.
#include "options.hpp"

#include <hassle/client/ha_client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

namespace ha = hassle::client;
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view help = R"(usage: panel URL [ENTITY...]

Shows the states of a home (all entities, or these) until Ctrl-C, and redraws them when they change.
While Home Assistant cannot be reached they stay, with a mark and their age. Into a pipe it prints
one line for each change and each mark.
)";

class panel final : public ha::mirror_listener {
 public:
  panel(asio::io_context& context, ha::ha_client& home, std::vector<std::string> entities)
      : home_(home), entities_(std::move(entities)), clock_(context), draws_(isatty(1) != 0) {
    home_.on_mirror(this);
    home_.on_status([this](const ha::client_status& now) {
      phase_ = name_of(now.phase);
      draw();
    });
  }
  panel(const panel&) = delete;
  panel& operator=(const panel&) = delete;
  ~panel() { home_.on_mirror(nullptr); }

  void on_changes(const std::vector<ha::mirror_change>& changes, bool snapshot) override {
    clock_.cancel();
    if (draws_) return draw();
    if (snapshot) std::cout << "-- up to date: " << home_.mirror()->size() << " entities\n";
    for (const ha::mirror_change& each : changes) {
      if (wants(each.entity_id)) std::cout << each.entity_id << " " << each.to << "\n";
    }
    std::cout << std::flush;
  }

  void on_stale() override {
    if (draws_) return tick();
    std::cout << "-- stale: what follows was true before\n" << std::flush;
  }

  void stop() { clock_.cancel(); }

 private:
  [[nodiscard]] bool wants(const std::string& entity) const {
    return entities_.empty() || std::ranges::find(entities_, entity) != entities_.end();
  }

  /// The age grows though nothing happens.
  void tick() {
    draw();
    clock_.expires_after(1s);
    clock_.async_wait([this](const auto& error) {
      if (!error && !home_.mirror()->live()) tick();
    });
  }

  void draw() const {
    if (!draws_) return;
    const ha::state_mirror& states = *home_.mirror();
    std::cout << "\x1b[H\x1b[2J" << phase_;
    const auto age = states.age(home_.now());
    if (!states.live() && age) {
      std::cout << "  \x1b[7m STALE " << std::chrono::duration_cast<std::chrono::seconds>(*age)
                << " \x1b[0m";
    }
    std::cout << "\n\n";
    for (const auto& [entity, state] : states.all()) {
      if (!wants(entity)) continue;
      std::cout << (states.live() ? "  " : "? ") << std::left << std::setw(44) << entity
                << state.state << "\n";
    }
    std::cout << std::flush;
  }

  ha::ha_client& home_;
  std::vector<std::string> entities_;
  asio::steady_timer clock_;
  bool draws_;
  std::string phase_;
};

}  // namespace

int main(int argc, char** argv) {
  int status = 0;
  auto given = examples::read_options(argc, argv, help, status);
  if (!given) return status;

  asio::io_context context(1);
  ha::ha_client home(context.get_executor(), given->settings);
  panel shown(context, home, given->rest);
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const auto& error, int) {
    if (error) return;
    home.async_stop([] {});
    shown.stop();
  });
  home.async_start([] {});
  context.run();
  return 0;
}
