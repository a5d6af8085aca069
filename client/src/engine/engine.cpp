#include "engine.hpp"

#include <cassert>
#include <utility>

namespace hassle::client {

engine::engine(net::world& world, const config& settings, observer* telemetry)
    : shared_{.world = world, .settings = settings, .telemetry = telemetry},
      room_(world.time()),
      ways_(shared_),
      tokens_(shared_, ways_),
      subscriptions_(shared_),
      links_(shared_, room_, ways_, tokens_, *this, [this] { caller_.on_connected(); }),
      caller_(shared_, room_, links_,
              settings.mirror ? &mirror_.emplace(shared_, subscriptions_) : nullptr),
      watching_(world.time()) {
  if (settings.probe) suspend_.emplace(*settings.probe, shared_.now(), world.time().wall_now());
}

engine::~engine() = default;

asio::awaitable<void> engine::start() {
  links_.want();
  watch();
  // With `reconnect` it is made while nobody waits; without, it is the only attempt there is.
  if (!shared_.settings.reconnect) co_await links_.first_attempt();
}

asio::awaitable<outcome> engine::send(command what, net::time_point limit) {
  look_for_thaw();
  return caller_.send(std::move(what), limit);
}

std::optional<subscription_handle> engine::subscribe(subscription_request what,
                                                     std::shared_ptr<subscription_listener> hears) {
  links_.want();
  watch();
  return subscriptions_.add(std::move(what), std::move(hears));
}

const state_mirror* engine::states() const noexcept {
  return mirror_ ? &mirror_->states() : nullptr;
}

void engine::on_mirror(mirror_listener* hears) noexcept {
  if (mirror_) mirror_->hear(hears);
}

void engine::retry(std::string new_access_token) {
  if (!new_access_token.empty()) caller_.on_new_user();
  tokens_.retry(std::move(new_access_token));
  links_.retry();
}

// ---- Sessions -----------------------------------------------------------------------------------

void engine::on_session_ready(const std::shared_ptr<session_channel>& which, bool running) {
  if (mirror_) mirror_->on_home(running, which->recovery_mode());
  subscriptions_.on_session_ready(which, running);
}

void engine::on_session_running(const std::shared_ptr<session_channel>& which) {
  subscriptions_.on_session_running(which);
  if (mirror_) mirror_->on_home(true, which->recovery_mode());
}

void engine::on_session_lost(const std::shared_ptr<session_channel>& which) {
  subscriptions_.on_session_lost(which);
}

// ---- Freezes ------------------------------------------------------------------------------------

void engine::look_for_thaw() {
  if (!suspend_) return;
  net::time_source& time = shared_.world.time();
  if (suspend_->on_look(time.now(), time.wall_now(), look_at_)) on_thaw();
  if (!watching_.armed()) watch();
}

/// Looks now and then, so that what died in a sleep is replaced before somebody needs it.
void engine::watch() {
  if (!suspend_ || shared_.stopping || watching_.armed()) return;
  look_at_ = shared_.now() + shared_.settings.probe->idle_limit;
  watching_.call_at(look_at_, [this] {
    look_for_thaw();
    watch();
  });
}

void engine::on_thaw() {
  shared_.tell({.kind = client_event_kind::thawed});
  look_at_ = net::never;
  watching_.cancel();
  tokens_.on_thaw();
  links_.on_thaw();
}

asio::awaitable<void> engine::stop() {
  shared_.stopping = true;
  watching_.cancel();
  if (mirror_) mirror_->stop();
  subscriptions_.stop();
  links_.stop();
  caller_.stop();
  co_await tokens_.stop();
  co_await links_.join();
  room_.stop();
}

}  // namespace hassle::client
