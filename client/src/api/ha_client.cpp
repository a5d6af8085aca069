#include "client_core_run.hpp"

#include <cassert>
#include <utility>

namespace hassle::client {

namespace {

/// Its answer is cached under the name of its type.
command read_of(boost::json::object body) {
  command result;
  result.cache_key = body.at("type").as_string();
  result.body = std::move(body);
  return result;
}

}  // namespace

ha_client::ha_client(executor_type executor, config settings, observer* telemetry)
    : core_(std::make_shared<core>(std::move(executor), std::move(settings), telemetry)) {}

ha_client::~ha_client() {
  assert(core_->outstanding == 0 && "an operation of the client is still pending");
  assert((core_->stopped || !core_->used) && "async_stop must have completed");
}

ha_client::executor_type ha_client::get_executor() const noexcept { return core_->executor; }

void ha_client::begin_start(asio::any_completion_handler<void()> handler) {
  core_->begin<nothing>(std::move(handler), [](core& self) { return self.start(); });
}

void ha_client::begin_send(command what, duration limit, handler_of<outcome> handler) {
  core_->begin<outcome>(std::move(handler), [what = std::move(what), limit](core& self) mutable {
    return self.send(std::move(what), limit);
  });
}

void ha_client::begin_render(std::string text, duration limit, handler_of<outcome> handler) {
  core_->begin<outcome>(std::move(handler), [text = std::move(text), limit](core& self) mutable {
    return self.render(std::move(text), limit);
  });
}

void ha_client::begin_subscribe(subscription_request what, stream_options options,
                                handler_of<event_stream> handler) {
  core_->begin<event_stream>(std::move(handler),
                             [what = std::move(what), options](core& self) mutable {
                               return self.subscribe(std::move(what), options);
                             });
}

void ha_client::begin_wait(client_phase phase, duration limit, handler_of<client_status> handler) {
  core_->begin<client_status>(std::move(handler),
                              [phase, limit](core& self) { return self.wait_for(phase, limit); });
}

void ha_client::begin_stop(asio::any_completion_handler<void()> handler) {
  core_->begin<nothing>(std::move(handler), [](core& self) { return self.stop(); });
}

client_status ha_client::status() const {
  client_status now = core_->client->status();
  if (core_->stopped) now.phase = client_phase::stopped;
  return now;
}

void ha_client::on_status(std::function<void(const client_status&)> hears) {
  core_->hears = std::move(hears);
}

const state_mirror* ha_client::mirror() const noexcept { return core_->client->mirror(); }

void ha_client::on_mirror(mirror_listener* hears) noexcept { core_->client->on_mirror(hears); }

net::time_point ha_client::now() const { return core_->world->time().now(); }

void ha_client::retry(std::string new_access_token) {
  core_->client->retry(std::move(new_access_token));
}

void ha_client::on_thaw() { core_->client->on_thaw(); }

command ha_client::command_of(const service_call& what) {
  command result;
  result.body =
      bodies::call_service(what.domain, what.service, what.target, what.data, what.return_response);
  return result;
}

command ha_client::get_states_command() { return read_of(bodies::get_states()); }
command ha_client::get_config_command() { return read_of(bodies::get_config()); }

command ha_client::ping_command() {
  command result;
  result.body = bodies::ping();
  return result;
}

subscription_request ha_client::events_request(const std::string& event_type) {
  subscription_request result;
  result.body = bodies::subscribe_events(event_type);
  return result;
}

subscription_request ha_client::entities_request(const std::vector<std::string>& entity_ids) {
  subscription_request result;
  result.body = bodies::subscribe_entities(entity_ids);
  result.may_be_quiet = !entity_ids.empty();
  result.snapshot_first = true;
  return result;
}

}  // namespace hassle::client
