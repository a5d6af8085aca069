#include "mockha/program.hpp"

#include "mockha/journal_hub.hpp"
#include "mockha/journal_sink.hpp"
#include "mockha/json_text.hpp"
#include "mockha/program_setup.hpp"
#include "mockha/scaled_world.hpp"
#include "mockha/server.hpp"
#include "mockha/timeline_player.hpp"

#include <hassle/net/real_world.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace hassle::mockha {

namespace {

using reports::event_kind;

void complain(std::string_view what) { fmt::print(stderr, "mockha: {}\n", what); }

/// The first line, for programs that start this one and wait for it.
void announce(std::string_view url, std::string_view token) {
  std::string line = R"({"ready":true,"url":)";
  append_string(line, url);
  line += R"(,"token":)";
  append_string(line, token);
  line += '}';
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

reports::run_context journal_context(const program_options& options, const program_setup& setup) {
  reports::run_context context;
  context.scenario = setup.script ? setup.script->name : "none";
  context.client = "none";
  context.seed = options.seed;
  context.world = "real";
  return context;
}

/// Everything that lives while the program serves. Members go in the reverse order.
class program {
 public:
  program(const program_options& options, program_setup setup)
      : options_(options),
        setup_(std::move(setup)),
        real_(io_, options.seed),
        world_(real_, options.time_scale),
        hub_(world_.time()) {}

  exit_status run();

 private:
  bool open_journal();
  [[nodiscard]] net::result<net::endpoint> open_server();
  void play_script();
  void await_signals();
  void begin_to_stop();
  asio::awaitable<void> stop();

  const program_options& options_;
  program_setup setup_;
  asio::io_context io_;
  asio::signal_set signals_{io_};
  net::real_world real_;
  scaled_world world_;
  journal_hub hub_;
  std::unique_ptr<journal_sink> sink_;
  std::unique_ptr<server> server_;
  std::unique_ptr<timeline_player> player_;
  bool stopping_ = false;
  bool failed_ = false;
};

bool program::open_journal() {
  if (!options_.journal) return true;
  // Flushed by the real clock: a person reads along.
  sink_ = std::make_unique<journal_sink>(real_.time(), *options_.journal,
                                         journal_context(options_, setup_), program_version(),
                                         complain);
  if (sink_->failed()) return false;
  hub_.listen([this](const reports::event& e) { sink_->add(e); });
  return true;
}

net::result<net::endpoint> program::open_server() {
  server::recorder record;
  if (sink_) record = [this](reports::event e) { hub_.add(std::move(e)); };
  server_ = std::make_unique<server>(world_, setup_.config, std::move(record));
  server_->when_asked_to_stop([this] { begin_to_stop(); });
  return server_->start(options_.listen);
}

void program::play_script() {
  if (!setup_.script) return;
  player_ = std::make_unique<timeline_player>(
      world_.time(), setup_.faults, [this](const timeline_step& step) {
        const auto& what = setup_.script->faults[step.occurrence.fault];
        reports::event e;
        e.kind = step.begins ? event_kind::fault_began : event_kind::fault_ended;
        e.value = step.occurrence.number;
        e.text = what.name;
        hub_.add(std::move(e));
        if (step.begins) {
          server_->begin_fault(what, step.occurrence);
        } else {
          server_->end_fault(step.occurrence);
        }
      });
  complain(fmt::format("scenario {}: {} of its server's faults are played; left to others: {}",
                       setup_.script->name, setup_.faults.size(),
                       fmt::join(setup_.left_out, ", ")));
}

void program::await_signals() {
  signals_.async_wait([this](const boost::system::error_code& ec, int) {
    if (ec) return;
    if (stopping_) {
      if (sink_) sink_->flush();
      std::_Exit(static_cast<int>(exit_status::interrupted));
    }
    begin_to_stop();
    await_signals();
  });
}

void program::begin_to_stop() {
  if (std::exchange(stopping_, true)) return;
  asio::co_spawn(io_, stop(), [this](const std::exception_ptr& error) {
    failed_ = error != nullptr;
    signals_.cancel();
  });
}

asio::awaitable<void> program::stop() {
  if (player_) player_->stop();
  co_await server_->stop();
  if (sink_) sink_->finish();
}

exit_status program::run() {
  if (!open_journal()) return exit_status::bad_input;
  const auto at = open_server();
  if (!at) {
    complain(fmt::format("cannot listen on {}: {} (try another port, or 0 for any)",
                         endpoint_text(options_.listen), at.error().message()));
    return exit_status::bad_input;
  }
  // Before it says that it is ready: whoever reads that may stop it at once.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  await_signals();
  play_script();
  announce(fmt::format("ws://{}/api/websocket", endpoint_text(*at)), options_.token);
  io_.run();  // Until the server has stopped and nothing is left of it.
  if (failed_) return exit_status::our_bug;
  return sink_ && sink_->failed() ? exit_status::bad_input : exit_status::ok;
}

}  // namespace

exit_status run_program(const program_options& options) {
  auto setup = prepare(options);
  if (!setup) {
    complain(setup.error());
    return exit_status::bad_input;
  }
  program running(options, std::move(*setup));
  return running.run();
}

}  // namespace hassle::mockha
