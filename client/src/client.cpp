#include "pipeline.hpp"

#include <hassle/client/client.hpp>

#include <cassert>
#include <utility>

namespace hassle::client {

struct resilient_client::parts {
  parts(net::world& world, config given, observer* telemetry)
      : settings(std::move(given)),
        shared{.world = world, .settings = settings, .telemetry = telemetry},
        whole(make_pipeline(shared)) {}

  config settings;
  context shared;
  std::unique_ptr<layer> whole;
};

resilient_client::resilient_client(net::world& world, config settings, observer* telemetry)
    : parts_(std::make_unique<parts>(world, std::move(settings), telemetry)) {}

resilient_client::~resilient_client() { assert(parts_->shared.open_connections.empty()); }

asio::awaitable<void> resilient_client::start() { return parts_->whole->start(); }

asio::awaitable<outcome> resilient_client::send(command what, net::time_point limit) {
  // Without the `deadline` layer nobody knows of the caller's limit.
  const request wanted{what, parts_->settings.deadline ? limit : net::never};
  co_return co_await parts_->whole->send(wanted);
}

asio::awaitable<void> resilient_client::stop() {
  context& shared = parts_->shared;
  shared.stopping = true;
  const auto open = shared.open_connections;  // Dropping may change the list.
  for (const auto& each : open) each->drop("stopped");
  if (shared.open_connections.empty()) co_return;
  co_await shared.all_closed.wait(shared.world.time());
}

}  // namespace hassle::client
