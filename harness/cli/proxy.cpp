#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "harness/proxy/control_server.hpp"
#include "harness/proxy/proxy_board.hpp"
#include "mockha/endpoint_text.hpp"
#include "mockha/timeline_player.hpp"
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"

#include <hassle/net/real_world.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness::cli {

namespace {

constexpr std::string_view proxy_name = "upstream";

/// The faults of a scenario that a proxy can play, and their instants.
struct tape {
  scenario::scenario script;
  scenario::plan plan;  ///< Without those that it cannot play.
  std::set<std::string> left_out;
};

bool is_refusal(const scenario::fault& what) {
  return std::holds_alternative<scenario::refuse_fault>(what.what);
}

/// Nothing after complaining.
std::optional<tape> load_tape(const proxy_options& asked) {
  auto found = scenario::find_scenario(asked.scenario);
  if (!found) {
    complain(found.error());
    return std::nullopt;
  }
  auto plan = scenario::make_plan(*found, asked.seed);
  if (!plan) {
    complain(std::vector{plan.error()});
    return std::nullopt;
  }
  tape made{.script = std::move(*found), .plan = std::move(*plan), .left_out = {}};
  std::erase_if(made.plan.faults, [&made](const scenario::planned_fault& each) {
    const scenario::fault& what = made.script.faults[each.fault];
    const bool plays = !each.armed && (is_refusal(what) || relay::can_play(what));
    if (!plays) made.left_out.insert(what.name);
    return !plays;
  });
  return made;
}

class running_proxy {
 public:
  explicit running_proxy(const proxy_options& asked)
      : asked_(&asked),
        board_(world_, asked.seed, [this](const std::string& what) { tell(what); },
               {.connections = asked.connections}),
        control_(world_, board_) {}
  running_proxy(const running_proxy&) = delete;
  running_proxy& operator=(const running_proxy&) = delete;
  ~running_proxy() = default;

  exit_status run() {
    if (!asked_->scenario.empty()) {
      tape_ = load_tape(*asked_);
      if (!tape_) return exit_status::bad_input;
    }
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    const exit_status begun = begin();
    if (begun == exit_status::passed) {
      signals_.async_wait([this](const error_code&, int) { end(); });
      io_.run();
      if (failure_) std::rethrow_exception(failure_);
      summarize();
      return begun;
    }
    end();
    io_.run();
    return begun;
  }

 private:
  exit_status begin() {
    if (tape_) board_.set_path(tape_->script.path);
    if (asked_->keep_compression) board_.keep_compression();
    if (!asked_->upstream.empty()) {
      const auto added = board_.add({.name = std::string(proxy_name),
                                     .listen = asked_->listen,
                                     .upstream = asked_->upstream});
      if (!added) return refuse(added.error().why);
      const auto& wish = (*added)->wish;
      print("listening on {}, upstream {}", wish.listen, wish.upstream);
    }
    if (!asked_->admin.empty()) {
      const auto at = mockha::parse_endpoint(asked_->admin);
      if (!at) return refuse(fmt::format("--admin: '{}' is not HOST:PORT", asked_->admin));
      if (!mockha::is_loopback(*at)) {
        return refuse("--admin: it has no token; listen on 127.0.0.1 or [::1]");
      }
      const auto listening = control_.start(*at);
      if (!listening) return refuse("--admin: " + listening.error().message());
      print("admin on http://{}", mockha::endpoint_text(*listening));
    }
    if (tape_) play();
    return exit_status::passed;
  }

  static exit_status refuse(std::string_view why) {
    complain(why);
    return exit_status::bad_input;
  }

  void play() {
    print("plays {} occurrences of faults of {}", tape_->plan.faults.size(), tape_->script.name);
    if (!tape_->left_out.empty()) {
      print("left out, since a proxy cannot do them: {}", fmt::join(tape_->left_out, ", "));
    }
    player_.emplace(world_.time(), tape_->plan.faults, tape_->script.length,
                    [this](const mockha::timeline_step& step) { perform_step(step); });
  }

  void perform_step(const mockha::timeline_step& step) {
    const scenario::fault& what = tape_->script.faults[step.occurrence.fault];
    tell(fmt::format("{} {}", what.name, step.begins ? "begins" : "is over"));
    if (step.begins) {
      if (!board_.begin_fault(what, step.occurrence)) tell(what.name + " cannot be done");
    } else {
      board_.end_fault(what, step.occurrence);
    }
  }

  void end() {
    if (player_) player_->stop();
    signals_.cancel();
    // A second Ctrl-C ends the program at once.
    signals_.clear();
    board_.stop();
    asio::co_spawn(io_, wind_up(), [this](const std::exception_ptr& e) { failure_ = e; });
  }

  asio::awaitable<void> wind_up() {
    co_await control_.stop();
    co_await board_.join();
  }

  void summarize() {
    const proxy_board::totals sum = board_.counted();
    print("\n{} connections, {} bytes", sum.connections, sum.bytes);
    for (const auto& [name, times] : sum.hits) print("  {}: met by {} connections", name, times);
    if (sum.hits.empty()) print("  no fault was met");
  }

  void tell(std::string_view what) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
        world_.time().now().time_since_epoch());
    print("{:>10.3f} s  {}", static_cast<double>(ms.count()) / 1000, what);
  }

  template <class... Parts>
  static void print(fmt::format_string<Parts...> form, Parts&&... parts) {
    fmt::print("{}\n", fmt::format(form, std::forward<Parts>(parts)...));
    std::fflush(stdout);
  }

  const proxy_options* asked_;
  asio::io_context io_{1};
  net::real_world world_{io_, 1};
  asio::signal_set signals_{io_};
  std::optional<tape> tape_;
  proxy_board board_;
  control_server control_;
  std::optional<mockha::timeline_player> player_;
  std::exception_ptr failure_;
};

}  // namespace

exit_status perform(const proxy_options& asked) { return running_proxy(asked).run(); }

}  // namespace hassle::harness::cli
