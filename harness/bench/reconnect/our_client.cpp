#include "harness/bench/reconnect/our_client.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/observer.hpp>
#include <hassle/net/gate.hpp>
#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>

#include <optional>
#include <utility>

namespace hassle::harness::bench {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr net::duration answer_within = 5s;
constexpr net::duration insists_every = 50ms;

class our_client final : public contender, private client::observer {
 public:
  our_client(net::world& world, client::config settings)
      : world_(&world), settings_(std::move(settings)) {}

  asio::awaitable<std::optional<net::duration>> cold() override {
    const net::time_point began = net::machine_now();
    open_ = 0;
    client_.emplace(*world_, settings_, static_cast<client::observer*>(this));
    lost_.emplace();
    co_await client_->start();
    const bool answered = co_await ask();
    if (!answered) co_return std::nullopt;
    co_return net::machine_now() - began;
  }

  asio::awaitable<std::optional<net::time_point>> answer_after_loss() override {
    co_await lost_->wait(world_->time());
    const bool answered = co_await ask();
    if (!answered) co_return std::nullopt;
    co_return net::machine_now();
  }

  void insist() override { insistence_.emplace(world_->executor()).spawn(ask_on()); }

  asio::awaitable<void> end() override {
    if (insistence_) insistence_->stop();
    if (client_) co_await client_->stop();
    if (insistence_) co_await insistence_->join();
    insistence_.reset();
    client_.reset();
  }

 private:
  asio::awaitable<void> ask_on() {
    client_.emplace(*world_, settings_, nullptr);
    co_await client_->start();
    for (;;) {
      co_await ask();
      const net::time_point next = world_->time().now() + insists_every;
      const auto cancelled = co_await net::sleep_until(world_->time(), next);
      if (cancelled) co_return;
    }
  }

  asio::awaitable<bool> ask() {
    const client::command ping{.body = {{"type", "ping"}}};
    const client::outcome result =
        co_await client_->send(ping, world_->time().now() + answer_within);
    co_return result.kind == client::outcome_kind::fresh;
  }

  void on_event(const client::client_event& event) override {
    if (event.kind == client::client_event_kind::ready) ++open_;
    if (event.kind != client::client_event_kind::closed || open_ == 0) return;
    if (--open_ == 0) lost_->open();
  }

  net::world* world_;
  client::config settings_;
  std::optional<net::gate> lost_;
  unsigned open_ = 0;
  std::optional<client::resilient_client> client_;
  std::optional<net::task_group> insistence_;
};

}  // namespace

std::unique_ptr<contender> make_our_client(net::world& world, client::config settings) {
  return std::make_unique<our_client>(world, std::move(settings));
}

}  // namespace hassle::harness::bench
