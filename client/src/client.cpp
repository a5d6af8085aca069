#include "engine/engine.hpp"
#include "pipeline.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/validate.hpp>

#include <cassert>
#include <optional>
#include <utility>

namespace hassle::client {

namespace {

/// The engine of style `lee`: layers around each other.
struct pipeline {
  pipeline(net::world& world, const config& settings, observer* telemetry)
      : shared{.world = world, .settings = settings, .telemetry = telemetry},
        whole(make_pipeline(shared)) {}

  asio::awaitable<outcome> send(command what, net::time_point limit) {
    // Without the `deadline` layer nobody knows of the caller's limit.
    const request wanted{what, shared.settings.deadline ? limit : net::never};
    co_return co_await whole->send(wanted);
  }

  asio::awaitable<void> stop() {
    shared.stopping = true;
    const auto open = shared.open_connections;  // Dropping may change the list.
    for (const auto& each : open) each->drop("stopped");
    if (shared.open_connections.empty()) co_return;
    co_await shared.all_closed.wait(shared.world.time());
  }

  context shared;
  std::unique_ptr<layer> whole;
};

}  // namespace

struct resilient_client::parts {
  parts(net::world& world, config given, observer* telemetry) : settings(std::move(given)) {
    if (settings.style == engine_style::best) {
      assert(validate(settings).empty() && "settings are judged before they are used");
      best.emplace(world, settings, telemetry);
    } else {
      lee.emplace(world, settings, telemetry);
    }
  }

  config settings;
  std::optional<pipeline> lee;
  std::optional<engine> best;
};

resilient_client::resilient_client(net::world& world, config settings, observer* telemetry)
    : parts_(std::make_unique<parts>(world, std::move(settings), telemetry)) {}

resilient_client::~resilient_client() {
  assert(!parts_->lee || parts_->lee->shared.open_connections.empty());
}

asio::awaitable<void> resilient_client::start() {
  return parts_->best ? parts_->best->start() : parts_->lee->whole->start();
}

asio::awaitable<outcome> resilient_client::send(command what, net::time_point limit) {
  return parts_->best ? parts_->best->send(std::move(what), limit)
                      : parts_->lee->send(std::move(what), limit);
}

asio::awaitable<void> resilient_client::stop() {
  return parts_->best ? parts_->best->stop() : parts_->lee->stop();
}

// ---- Style `best` only --------------------------------------------------------------------------

std::optional<subscription_handle> resilient_client::subscribe(
    subscription_request what, std::shared_ptr<subscription_listener> hears) {
  assert(parts_->best);
  return parts_->best->subscribe(std::move(what), std::move(hears));
}

void resilient_client::unsubscribe(subscription_handle which) {
  assert(parts_->best);
  parts_->best->unsubscribe(which);
}

const state_mirror* resilient_client::mirror() const noexcept {
  assert(parts_->best);
  return parts_->best->states();
}

void resilient_client::on_mirror(mirror_listener* hears) noexcept {
  assert(parts_->best);
  parts_->best->on_mirror(hears);
}

client_status resilient_client::status() const {
  assert(parts_->best);
  return parts_->best->status();
}

void resilient_client::on_status(std::function<void(const client_status&)> hears) {
  assert(parts_->best);
  parts_->best->on_status(std::move(hears));
}

void resilient_client::retry(std::string new_access_token) {
  assert(parts_->best);
  parts_->best->retry(std::move(new_access_token));
}

void resilient_client::on_thaw() {
  assert(parts_->best);
  parts_->best->on_thaw();
}

}  // namespace hassle::client
