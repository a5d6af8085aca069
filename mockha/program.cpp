#include "mockha/program.hpp"

#include "mockha/admin_server.hpp"
#include "mockha/journal_hub.hpp"
#include "mockha/journal_sink.hpp"
#include "mockha/json_text.hpp"
#include "mockha/program_setup.hpp"
#include "mockha/program_tls.hpp"
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

/// Where a listener is reached from this machine.
std::string url_host(net::endpoint at) {
  if (at.host.empty() || at.host == "0.0.0.0") at.host = "127.0.0.1";
  if (at.host == "::") at.host = "::1";
  return endpoint_text(at);
}

/// The first line, for programs that start this one and wait for it.
void announce(std::string_view url, const std::optional<std::string>& admin,
              std::string_view token) {
  std::string line = R"({"ready":true,"url":)";
  append_string(line, url);
  if (admin) {
    line += R"(,"admin":)";
    append_string(line, *admin);
  }
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

/// For the live log, and for whoever looks at it later than it happened.
constexpr std::size_t events_kept_max = 10'000;

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
  bool open_admin(const std::string& url);
  void play_script();
  void perform(const timeline_step& step);
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
  journal_feed feed_{events_kept_max};
  metrics metrics_;
  std::unique_ptr<admin_desk> desk_;
  std::unique_ptr<admin_server> admin_;
  std::optional<std::string> admin_url_;
  bool stopping_ = false;
  bool failed_ = false;
  bool unusable_ = false;
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
  if (options_.admin) {
    hub_.listen([this](const reports::event& e) {
      feed_.add(e);
      metrics_.on_event(e);
    });
  }
  // Without anybody who wants it, nothing is noted down.
  if (sink_ || options_.admin) record = [this](reports::event e) { hub_.add(std::move(e)); };
  server_ = std::make_unique<server>(world_, setup_.config, std::move(record));
  server_->when_asked_to_stop([this] { begin_to_stop(); });
  return server_->start(options_.listen);
}

bool program::open_admin(const std::string& url) {
  if (!options_.admin) return true;
  desk_ = std::make_unique<admin_desk>(
      admin_desk{.mock = *server_,
                 .time = world_.time(),
                 .journal = feed_,
                 .counted = metrics_,
                 .player = player_.get(),
                 .script = setup_.script ? &*setup_.script : nullptr,
                 .facts = {.version = std::string(program_version()),
                           .url = url,
                           .token = options_.token,
                           .scenario = setup_.script ? setup_.script->name : "",
                           .seed = options_.seed,
                           .time_scale = options_.time_scale,
                           .left_out = setup_.left_out}});
  // A person's clock: pages and tools live in real time.
  admin_ = std::make_unique<admin_server>(real_, *desk_, options_.admin_token.value_or(""));
  const net::endpoint wanted = options_.admin_listen.value_or(net::endpoint("127.0.0.1", 8124));
  auto at = admin_->start(wanted);
  if (!at && !options_.admin_listen) at = admin_->start(net::endpoint("127.0.0.1", 0));
  if (!at) {
    complain(fmt::format("--admin: cannot listen on {}: {} (try another port, or 0 for any)",
                         endpoint_text(wanted), at.error().message()));
    return false;
  }
  admin_url_ = "http://" + url_host(*at);
  return true;
}

void program::play_script() {
  if (!setup_.script) return;
  player_ = std::make_unique<timeline_player>(world_.time(), setup_.faults, setup_.script->length,
                                              [this](const timeline_step& step) { perform(step); });
  complain(fmt::format("scenario {}: {} of its server's faults are played; left to others: {}",
                       setup_.script->name, setup_.faults.size(),
                       fmt::join(setup_.left_out, ", ")));
}

void program::perform(const timeline_step& step) {
  const auto& what = setup_.script->faults[step.occurrence.fault];
  const auto note = [&](event_kind kind) {
    reports::event e;
    e.kind = kind;
    e.value = step.occurrence.number;
    e.text = what.name;
    hub_.add(std::move(e));
  };
  // What waits for something is noted by the server: when it begins, and when it ends.
  if (step.begins) {
    if (!step.occurrence.armed) note(event_kind::fault_began);
    server_->begin_fault(what, step.occurrence);
  } else if (step.occurrence.armed) {
    server_->disarm_fault(step.occurrence);
  } else if (server_->end_fault(step.occurrence)) {
    note(event_kind::fault_ended);
  }
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
  if (admin_) co_await admin_->stop();
  if (sink_) sink_->finish();
}

exit_status program::run() {
  auto tls = make_tls(options_, real_.time().wall_now());
  if (!tls) {
    complain(tls.error());
    return exit_status::bad_input;
  }
  setup_.config.tls = std::move(*tls);
  if (!open_journal()) return exit_status::bad_input;
  const auto at = open_server();
  if (!at) {
    complain(fmt::format("cannot listen on {}: {} (try another port, or 0 for any)",
                         endpoint_text(options_.listen), at.error().message()));
    return exit_status::bad_input;
  }
  const std::string url =
      fmt::format("{}://{}/api/websocket", setup_.config.tls ? "wss" : "ws", url_host(*at));
  play_script();
  if (open_admin(url)) {
    // Before it says that it is ready: whoever reads that may stop it at once.
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    await_signals();
    announce(url, admin_url_, options_.token);
  } else {
    unusable_ = true;
    begin_to_stop();
  }
  io_.run();  // Until the server has stopped and nothing is left of it.
  if (failed_) return exit_status::our_bug;
  const bool unwritten = sink_ && sink_->failed();
  return unusable_ || unwritten ? exit_status::bad_input : exit_status::ok;
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
