#include "client_core.hpp"

#include "client_core_run.hpp"
#include "stream_listener.hpp"

#include <hassle/client/validate.hpp>
#include <hassle/net/real_world.hpp>

#include <cassert>
#include <optional>
#include <string_view>
#include <utility>

namespace hassle::client {

namespace {

outcome not_done(outcome_kind kind, std::string_view detail) {
  outcome result;
  result.kind = kind;
  result.detail = detail;
  return result;
}

/// Waits for the one result of a template.
class render_listener final : public subscription_listener {
 public:
  void on_event(const std::shared_ptr<const boost::json::value>& event) override {
    if (done_.is_open()) return;
    const auto* fields = event->if_object();
    const auto* rendered = fields == nullptr ? nullptr : fields->if_contains("result");
    if (rendered != nullptr) {
      result_.kind = outcome_kind::fresh;
      result_.result = std::make_shared<const boost::json::value>(*rendered);
      result_.source = outcome_source::home_assistant;
      result_.attempts = 1;
    } else {
      const auto* error = fields == nullptr ? nullptr : fields->if_contains("error");
      // Warnings come before the result.
      const auto* level = fields == nullptr ? nullptr : fields->if_contains("level");
      if (level != nullptr && level->is_string() && level->get_string() != "ERROR") return;
      result_ = not_done(outcome_kind::other, "template_error");
      if (error != nullptr && error->is_string()) result_.message = error->get_string();
    }
    done_.open();
  }
  void on_refused(std::string_view error_code) override {
    if (done_.is_open()) return;
    result_ = not_done(outcome_kind::other, error_code);
    done_.open();
  }

  [[nodiscard]] net::gate& done() noexcept { return done_; }
  [[nodiscard]] outcome take() noexcept { return std::move(result_); }

 private:
  net::gate done_;
  outcome result_;
};

bool ends_a_wait(client_phase now, client_phase wanted) {
  return now == wanted || now == client_phase::refused || now == client_phase::stopped;
}

}  // namespace

ha_client::core::core(executor_type where, config given, observer* telemetry)
    : executor(std::move(where)), settings(std::move(given)) {
  assert(validate(settings).empty() && "validate the settings first");
  assert(settings.style == engine_style::best && "style lee is for the harness");
  world = net::make_real_world(executor, net::unpredictable_seed());
  client = std::make_unique<resilient_client>(*world, settings, telemetry);
  client->on_status([this](const client_status& now) { on_status_changed(now); });
}

ha_client::core::~core() = default;

net::time_point ha_client::core::until(duration limit) const {
  return limit == no_limit ? net::never : world->time().now() + limit;
}

asio::awaitable<nothing> ha_client::core::start() {
  if (!stopped) co_await client->start();
  co_return nothing{};
}

asio::awaitable<outcome> ha_client::core::send(command what, duration limit) {
  if (stopped) co_return not_done(outcome_kind::connection, detail_code::stopped);
  co_return co_await client->send(std::move(what), until(limit));
}

asio::awaitable<outcome> ha_client::core::render(std::string text, duration limit) {
  if (stopped) co_return not_done(outcome_kind::connection, detail_code::stopped);
  subscription_request request;
  request.body = bodies::render_template(text);
  const auto listener = std::make_shared<render_listener>();
  const auto handle = client->subscribe(std::move(request), listener);
  if (!handle) co_return not_done(outcome_kind::other, detail_code::queue_full);
  const net::time_point begun = world->time().now();
  subscriptions_.emplace(*handle, [listener] { listener->done().open(); });
  const net::wait_end how = co_await listener->done().wait(world->time(), until(limit));
  unsubscribe(*handle);
  if (stopped) co_return not_done(outcome_kind::connection, detail_code::stopped);
  if (how == net::wait_end::cancelled) {
    co_return not_done(outcome_kind::other, detail_code::cancelled);
  }
  if (how == net::wait_end::timed_out) {
    const bool connected = client->status().connections > 0;
    co_return not_done(connected ? outcome_kind::timeout : outcome_kind::connection,
                       connected ? detail_code::answer_limit : detail_code::not_connected);
  }
  outcome result = listener->take();
  result.stages.answering = world->time().now() - begun;
  co_return result;
}

asio::awaitable<event_stream> ha_client::core::subscribe(subscription_request what,
                                                         stream_options options) {
  auto events = std::make_shared<event_stream::queue>(executor, options.events_max);
  std::optional<subscription_handle> handle;
  if (!stopped) {
    std::shared_ptr<subscription_listener> listener;
    if (options.entities) {
      listener = make_entities_listener(events, settings.mirror.value_or(mirror_config{}),
                                        options.user_events_only);
    } else {
      listener = make_events_listener(events);
    }
    handle = client->subscribe(std::move(what), std::move(listener));
  }
  if (handle) {
    subscriptions_.emplace(*handle, [weak = std::weak_ptr(events)] {
      if (const auto open = weak.lock()) open->close();
    });
    events->on_abandoned([weak = weak_from_this(), which = *handle] {
      if (const auto self = weak.lock()) self->unsubscribe(which);
    });
  } else {
    events->close();
  }
  co_return event_stream(std::move(events));
}

void ha_client::core::unsubscribe(subscription_handle which) {
  if (subscriptions_.erase(which) > 0) client->unsubscribe(which);
}

asio::awaitable<client_status> ha_client::core::wait_for(client_phase phase, duration limit) {
  const net::time_point last = until(limit);
  while (true) {
    client_status now = client->status();
    if (stopped) now.phase = client_phase::stopped;
    if (ends_a_wait(now.phase, phase)) co_return now;
    const auto change = changed_;
    const net::wait_end how = co_await change->wait(world->time(), last);
    if (how != net::wait_end::opened) co_return now;
  }
}

asio::awaitable<nothing> ha_client::core::stop() {
  ++stopping_;
  if (!std::exchange(stopped, true)) {
    signal_change();
    for (const auto& [handle, wake] : std::exchange(subscriptions_, {})) {
      client->unsubscribe(handle);
      wake();
    }
  }
  co_await client->stop();
  while (running_.size() > stopping_) {
    const auto change = changed_;
    const net::wait_end how = co_await change->wait(world->time());
    if (how == net::wait_end::cancelled) break;
  }
  --stopping_;
  co_return nothing{};
}

void ha_client::core::signal_change() {
  const auto before = std::exchange(changed_, std::make_shared<net::gate>());
  before->open();
}

void ha_client::core::on_status_changed(const client_status& now) {
  signal_change();
  if (const auto told = hears) told(now);
}

void ha_client::core::cancel(std::uint64_t number) {
  const auto found = running_.find(number);
  if (found != running_.end()) found->second.cancel.emit(asio::cancellation_type::terminal);
}

}  // namespace hassle::client
