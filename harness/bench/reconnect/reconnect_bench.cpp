#include "harness/bench/reconnect/reconnect_bench.hpp"

#include "harness/bench/reconnect/our_client.hpp"
#include "harness/bench/reconnect/peer.hpp"
#include "harness/bench/reconnect/raw_beast.hpp"
#include "harness/bench/samples.hpp"
#include "harness/client_settings.hpp"
#include "mockha/bench/server_threads.hpp"
#include "scenarios/library.hpp"

#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/tls.hpp>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace hassle::harness::bench {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr net::duration settles_for = 3ms;
constexpr net::duration throws_out_every = 1ms;
constexpr std::string_view floor_name = "floor";

double to_ms(net::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

/// mockha, and when it cut its clients off.
class home {
 public:
  explicit home(std::shared_ptr<net::tls_server> tls) : server_(config(std::move(tls))) {}

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  /// Resets all connections, soon.
  void kill() {
    server_.post([this](mockha::server& of) {
      const auto all = of.connection_list();
      killed_ = net::machine_now();
      for (const auto& each : all) {
        of.end_connection(each.key, mockha::connection::style::reset, 1006);
      }
    });
  }
  [[nodiscard]] net::time_point killed() const { return killed_; }

  /// Resets those who know that they are logged in, soon.
  void throw_out() {
    server_.post([](mockha::server& of) {
      for (const auto& each : of.connection_list()) {
        // Whoever says something after the login has heard of it.
        if (each.phase != "command" || each.received < 2) continue;
        of.end_connection(each.key, mockha::connection::style::reset, 1006);
      }
    });
  }
  [[nodiscard]] std::uint64_t accepted() {
    std::uint64_t count = 0;
    server_.call([&count](mockha::server& of) { count = of.totals().accepted; });
    return count;
  }

 private:
  static mockha::server_config config(std::shared_ptr<net::tls_server> tls) {
    mockha::server_config result = mockha::make_config({.heartbeat = {}});
    result.tls = std::move(tls);
    return result;
  }

  std::atomic<net::time_point> killed_{};
  mockha::mockha_thread server_;
};

struct entry {
  std::string name;
  home where;
  std::unique_ptr<contender> who;
  samples cold;
  samples reconnect;
  unsigned failed = 0;

  entry(std::string called, std::shared_ptr<net::tls_server> tls)
      : name(std::move(called)), where(std::move(tls)) {}
};

client::config settings_of(std::string_view profile, std::uint16_t port) {
  client::config result = client_settings(scenario::find_profile(profile).value()).value();
  result.server = {"127.0.0.1", port};
  result.access_token = std::string(mockha::default_access_token);
  return result;
}

/// The clients that take turns on one kind of connection. Owns what they need.
class race {
 public:
  race(std::string_view kind, bool tls, const reconnect_options& how) : kind_(kind), how_(&how) {
    std::string authority;
    std::shared_ptr<net::tls_server> server;
    if (tls) {
      const auto identity = net::make_self_signed({"127.0.0.1"}, world_.time().wall_now());
      if (!identity) throw std::runtime_error(identity.error());
      authority = identity->certificate_chain;
      auto made = net::make_tls_server(*identity);
      if (!made) throw std::runtime_error(made.error());
      server = std::move(*made);
    }
    entry& floor = add(std::string(floor_name), server);
    floor.who = make_raw_beast(context_, floor.where.port(),
                               std::string(mockha::default_access_token), authority);
    for (const std::string& profile : how.clients) {
      const client::config settings = settings_of(profile, 0);
      if (tls && settings.style == client::engine_style::lee) continue;
      add_ours(profile, server, authority);
    }
    if (tls) return;
    for (const peer_client& each : how.peers) {
      entry& added = add(each.name, nullptr);
      added.who = make_peer(context_, each.command, added.where.port(),
                            std::string(mockha::default_access_token));
    }
  }

  /// False if it was interrupted.
  bool run(const std::function<void()>& on_round) {
    bool complete = false;
    net::task_group tasks(world_.executor());
    tasks.spawn(all_rounds(complete, on_round));
    context_.run();
    return complete;
  }

  /// With the floor as the baseline.
  void report(reconnect_result& into) const {
    const entry& floor = *entries_.front();
    for (const auto& each : entries_) {
      const bool is_floor = each.get() == &floor;
      const auto row = [&](const char* what, double part, const samples& of, const samples& base) {
        figure one{.name = fmt::format("{}.{}.{}", kind_, each->name, what),
                   .value = of.quantile(part),
                   .unit = "ms"};
        if (!is_floor) one.baseline = base.quantile(part);
        into.rows.push_back(std::move(one));
      };
      row("reconnect_p50", 0.5, each->reconnect, floor.reconnect);
      row("reconnect_p90", 0.9, each->reconnect, floor.reconnect);
      row("cold_p50", 0.5, each->cold, floor.cold);
      row("cold_p90", 0.9, each->cold, floor.cold);
      if (each->failed > 0) {
        into.failures.push_back(fmt::format("{} {}: no answer in {} of {} rounds", kind_,
                                            each->name, each->failed, how_->rounds));
      }
    }
  }

 private:
  entry& add(std::string name, std::shared_ptr<net::tls_server> tls) {
    return *entries_.emplace_back(std::make_unique<entry>(std::move(name), std::move(tls)));
  }
  void add_ours(std::string_view profile, const std::shared_ptr<net::tls_server>& tls,
                const std::string& authority) {
    entry& added = add(std::string(profile), tls);
    client::config settings = settings_of(profile, added.where.port());
    if (settings.jitter) settings.jitter->stable_after = 1ms;
    if (tls) {
      settings.tls.emplace();
      settings.tls->trust = client::tls_config::trust_kind::ca_file;
      settings.tls->ca_file = authority;  // Its text.
    }
    added.who = make_our_client(world_, std::move(settings));
  }

  asio::awaitable<void> all_rounds(bool& complete, const std::function<void()>& on_round) {
    for (unsigned i = 0; i < how_->rounds; ++i) {
      for (auto& each : entries_) {
        if (how_->interrupted != nullptr && *how_->interrupted) co_return;
        co_await one_round(*each);
      }
      on_round();
    }
    complete = true;
  }

  asio::awaitable<void> one_round(entry& of) {
    const auto cold = co_await of.who->cold();
    std::optional<net::time_point> back;
    if (cold) {
      co_await net::sleep_until(world_.time(), world_.time().now() + settles_for);
      of.where.kill();
      back = co_await of.who->answer_after_loss();
      of.cold.add(to_ms(*cold));
    }
    if (back) {
      of.reconnect.add(to_ms(*back - of.where.killed()));
    } else {
      ++of.failed;
    }
    co_await of.who->end();
  }

  std::string_view kind_;
  const reconnect_options* how_;
  asio::io_context context_{1};
  net::real_world world_{context_, 1};
  std::vector<std::unique_ptr<entry>> entries_;
};

/// Each of them at a server of its own that accepts the login and then resets, all at the same
/// time.
class storm {
 public:
  explicit storm(const reconnect_options& how) : how_(&how) {
    add("production").who = nullptr;
    entries_.back()->who =
        make_our_client(world_, settings_of("production", entries_.back()->where.port()));
    for (const peer_client& each : how.peers) {
      entry& added = add(each.name);
      added.who = make_peer(context_, each.command, added.where.port(),
                            std::string(mockha::default_access_token));
    }
  }

  void run(std::vector<figure>& rows) {
    net::task_group tasks(world_.executor());
    tasks.spawn(insist());
    context_.run();
    const double seconds = std::chrono::duration<double>(how_->storm).count();
    for (const auto& each : entries_) {
      rows.push_back({.name = fmt::format("reset_after_login.{}.attempts", each->name),
                      .value = static_cast<double>(each->where.accepted()),
                      .unit = fmt::format("in {:.0f} s", seconds),
                      .baseline = attempts_most * seconds / 10});
    }
  }

 private:
  entry& add(std::string name) {
    return *entries_.emplace_back(std::make_unique<entry>(std::move(name), nullptr));
  }
  asio::awaitable<void> insist() {
    for (auto& each : entries_) each->who->insist();
    const net::time_point until = world_.time().now() + how_->storm;
    while (world_.time().now() < until && (how_->interrupted == nullptr || !*how_->interrupted)) {
      for (auto& each : entries_) each->where.throw_out();
      const net::time_point next = std::min(until, world_.time().now() + throws_out_every);
      co_await net::sleep_until(world_.time(), next);
    }
    for (auto& each : entries_) co_await each->who->end();
  }

  const reconnect_options* how_;
  asio::io_context context_{1};
  net::real_world world_{context_, 1};
  std::vector<std::unique_ptr<entry>> entries_;
};

const figure* find(const reconnect_result& in, std::string_view name) {
  const auto found = std::ranges::find(in.rows, name, &figure::name);
  return found == in.rows.end() ? nullptr : &*found;
}

}  // namespace

reconnect_result measure_reconnects(const reconnect_options& how) {
  mockha::stay_off_the_servers_core();
  reconnect_result result;
  const std::size_t all = 2 * std::size_t{how.rounds};
  std::size_t done = 0;
  const auto on_round = [&] {
    ++done;
    if (how.on_progress) how.on_progress(done, all);
  };
  for (const bool tls : {false, true}) {
    race each(tls ? "tls" : "plain", tls, how);
    if (result.complete) result.complete = each.run(on_round);
    each.report(result);
  }
  if (how.storm > 0s && result.complete) {
    storm(how).run(result.rows);
    result.complete = how.interrupted == nullptr || !*how.interrupted;
  }
  return result;
}

std::string reconnect_goals(const reconnect_result& measured) {
  std::string text;
  const figure* ours = find(measured, "plain.production.reconnect_p50");
  if (ours != nullptr && ours->ratio()) {
    text += fmt::format(
        "{}: {:.2f} times the floor from a killed connection to an answer, at the "
        "median over plain TCP (goal: at most {})\n",
        *ours->ratio() <= reconnect_ratio_most ? "Reached" : "Not reached", *ours->ratio(),
        reconnect_ratio_most);
  }
  const figure* attempts = find(measured, "reset_after_login.production.attempts");
  if (attempts != nullptr && attempts->ratio()) {
    text += fmt::format(
        "{}: {:.0f} attempts {} at a server that accepts the login and then resets "
        "(goal: at most {:.0f})\n",
        *attempts->ratio() <= 1 ? "Reached" : "Not reached", *attempts->value, attempts->unit,
        *attempts->baseline);
  }
  return text;
}

}  // namespace hassle::harness::bench
