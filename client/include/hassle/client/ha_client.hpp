#pragma once

#include <hassle/client/command.hpp>
#include <hassle/client/config.hpp>
#include <hassle/client/event_stream.hpp>
#include <hassle/client/observer.hpp>
#include <hassle/client/state_mirror.hpp>
#include <hassle/client/status.hpp>
#include <hassle/client/subscription.hpp>
#include <hassle/client/typed.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/json/object.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hassle::client {

/// A service to be called. Not an aggregate, see `net::endpoint`.
struct service_call {
  service_call(std::string in_domain, std::string named)
      : domain(std::move(in_domain)), service(std::move(named)) {}
  service_call(std::string in_domain, std::string named, std::string entity_id)
      : domain(std::move(in_domain)), service(std::move(named)) {
    target.entity_ids.push_back(std::move(entity_id));
  }

  std::string domain;        ///< "light"
  std::string service;       ///< "turn_on"
  service_target target;     ///< What it is for.
  boost::json::object data;  ///< The service's own arguments.
  bool return_response =
      false;  ///< Only for services that have responses: see read_service_response.
};

/// A Home Assistant client for programs that use Boost.Asio.
///
/// It owns everything that it needs but the executor: no thread, no coroutine of the caller's.
/// Commands are admitted, sent, matched, repeated where that is safe, looked up where it is not,
/// and answered from what is known where Home Assistant cannot be reached, as the settings say;
/// connections are made when they are needed and kept.
///
///     asio::io_context context;
///     auto settings = hassle::client::load_config("home.toml");
///     hassle::client::ha_client home(context.get_executor(), *settings);
///     home.async_call_service({"light", "turn_on", "light.desk"}, 8s,
///                             [](hassle::client::outcome how) { … });
///
/// Every `async_…` takes any completion token (a callback, `use_awaitable`, `use_future`,
/// `deferred`, which is the default…). The handler's associated executor and allocator are used;
/// without one it runs on the client's executor. It is never called from inside the call that
/// began the operation. Cancelling an operation (terminal or partial) ends it as
/// `detail_code::cancelled`: a command that was sent may be carried out all the same. Until an
/// operation has ended the executors have work.
///
/// `limit` counts from the call; an operation answers a little before it (`deadline`), so that the
/// caller can still use the answer. `no_limit` = as long as it takes.
///
/// Thread-safety: `async_…` may be called from any thread, everything else on the executor only,
/// which runs one handler at a time: a strand, or a context with one thread. Lifetimes:
/// `async_stop` has completed, and no operation is pending, before the client is destroyed, on its
/// executor or after that has ended (asserted; a client that was never used needs no stop). The
/// observer outlives it. g++ 12 destroys aggregates twice that are made inside of an awaited call:
/// give a `command` a name first.
class ha_client {
 public:
  using executor_type = asio::any_io_executor;

  /// REQUIRES: `validate(settings)` finds nothing, and the style is `best`. `telemetry` may be
  /// null.
  ha_client(executor_type executor, config settings, observer* telemetry = nullptr);
  ha_client(const ha_client&) = delete;
  ha_client& operator=(const ha_client&) = delete;
  ~ha_client();

  [[nodiscard]] executor_type get_executor() const noexcept;

  /// Begins to connect now, not with the first command; completes at once.
  template <asio::completion_token_for<void()> Token = asio::deferred_t>
  auto async_start(Token&& token = {}) {
    return asio::async_initiate<Token, void()>(
        [this](asio::any_completion_handler<void()> handler) { begin_start(std::move(handler)); },
        token);
  }

  /// Any command.
  template <asio::completion_token_for<void(outcome)> Token = asio::deferred_t>
  auto async_send(command what, duration limit, Token&& token = {}) {
    return initiate_send(std::move(what), limit, token);
  }

  template <asio::completion_token_for<void(outcome)> Token = asio::deferred_t>
  auto async_call_service(const service_call& what, duration limit, Token&& token = {}) {
    return initiate_send(command_of(what), limit, token);
  }

  /// All states, as an array (reads: from the mirror or the cache, with their age, where Home
  /// Assistant cannot be reached).
  template <asio::completion_token_for<void(outcome)> Token = asio::deferred_t>
  auto async_states(duration limit, Token&& token = {}) {
    return initiate_send(get_states_command(), limit, token);
  }

  template <asio::completion_token_for<void(outcome)> Token = asio::deferred_t>
  auto async_get_config(duration limit, Token&& token = {}) {
    return initiate_send(get_config_command(), limit, token);
  }

  /// A round trip through Home Assistant itself.
  template <asio::completion_token_for<void(outcome)> Token = asio::deferred_t>
  auto async_ping(duration limit, Token&& token = {}) {
    return initiate_send(ping_command(), limit, token);
  }

  /// What a template renders to, once: the outcome's result is a text, a number, a list… Home
  /// Assistant renders templates for subscriptions only: this is one that ends with its first
  /// event. Errors of the template are "template_error" with a message.
  template <asio::completion_token_for<void(outcome)> Token = asio::deferred_t>
  auto async_render_template(std::string text, duration limit, Token&& token = {}) {
    return asio::async_initiate<Token, void(outcome)>(
        [this](asio::any_completion_handler<void(outcome)> handler, std::string of,
               duration until) { begin_render(std::move(of), until, std::move(handler)); },
        token, std::move(text), limit);
  }

  /// Wants a subscription from now on, whatever happens to connections, until the stream is
  /// destroyed. Completes at once; that it lives is an event of the stream. The stream is closed
  /// from the beginning where there are mirror_config::subscriptions_max already, or the client is
  /// stopped.
  template <asio::completion_token_for<void(event_stream)> Token = asio::deferred_t>
  auto async_subscribe(subscription_request what, stream_options options, Token&& token = {}) {
    return initiate_subscribe(std::move(what), options, token);
  }

  /// Events of Home Assistant's bus: "state_changed", "call_service"…; empty = all of them.
  template <asio::completion_token_for<void(event_stream)> Token = asio::deferred_t>
  auto async_subscribe_events(const std::string& event_type, stream_options options,
                              Token&& token = {}) {
    return initiate_subscribe(events_request(event_type), options, token);
  }

  /// Changes of states: `stream_event::changes` says what became different, across reconnects
  /// too. Empty `entity_ids` = all that the user may see.
  template <asio::completion_token_for<void(event_stream)> Token = asio::deferred_t>
  auto async_subscribe_entities(const std::vector<std::string>& entity_ids, stream_options options,
                                Token&& token = {}) {
    options.entities = true;
    return initiate_subscribe(entities_request(entity_ids), options, token);
  }

  /// Waits until the client is in this phase, or `refused` or `stopped`, or the limit has come:
  /// the status says which.
  template <asio::completion_token_for<void(client_status)> Token = asio::deferred_t>
  auto async_wait_for(client_phase phase, duration limit, Token&& token = {}) {
    return asio::async_initiate<Token, void(client_status)>(
        [this](asio::any_completion_handler<void(client_status)> handler, client_phase wanted,
               duration until) { begin_wait(wanted, until, std::move(handler)); },
        token, phase, limit);
  }

  /// Ends everything: connections are dropped, streams closed; what is still waiting ends as
  /// `detail_code::stopped` or `connection`, before this completes. Not cancellable. More than
  /// once is fine.
  template <asio::completion_token_for<void()> Token = asio::deferred_t>
  auto async_stop(Token&& token = {}) {
    return asio::async_initiate<Token, void()>(
        [this](asio::any_completion_handler<void()> handler) { begin_stop(std::move(handler)); },
        token);
  }

  [[nodiscard]] client_status status() const;
  /// Called after the status changed; several changes may be told as one. Empty = nobody.
  void on_status(std::function<void(const client_status&)> hears);

  /// The mirrored states; null without the layer `mirror`. Lives as long as the client.
  [[nodiscard]] const state_mirror* mirror() const noexcept;
  /// One listener; null = none. It outlives the client or is taken away before.
  void on_mirror(mirror_listener* hears) noexcept;
  /// Now on the client's clock: what the mirror's ages and the status's times refer to.
  [[nodiscard]] net::time_point now() const;

  /// Somebody knows that it is worth a try now: ends a wait for the next attempt and the phase
  /// `refused`. A non-empty token replaces the access token.
  void retry(std::string new_access_token = {});
  /// The process is known to have been frozen or the machine asleep.
  void on_thaw();

 private:
  struct core;
  template <class Result>
  using handler_of = asio::any_completion_handler<void(Result)>;

  template <class Token>
  auto initiate_send(command what, duration limit, Token& token) {
    return asio::async_initiate<Token, void(outcome)>(
        [this](asio::any_completion_handler<void(outcome)> handler, command of, duration until) {
          begin_send(std::move(of), until, std::move(handler));
        },
        token, std::move(what), limit);
  }
  template <class Token>
  auto initiate_subscribe(subscription_request what, stream_options options, Token& token) {
    return asio::async_initiate<Token, void(event_stream)>(
        [this](asio::any_completion_handler<void(event_stream)> handler, subscription_request of,
               stream_options with) { begin_subscribe(std::move(of), with, std::move(handler)); },
        token, std::move(what), options);
  }

  void begin_start(asio::any_completion_handler<void()> handler);
  void begin_send(command what, duration limit, handler_of<outcome> handler);
  void begin_render(std::string text, duration limit, handler_of<outcome> handler);
  void begin_subscribe(subscription_request what, stream_options options,
                       handler_of<event_stream> handler);
  void begin_wait(client_phase phase, duration limit, handler_of<client_status> handler);
  void begin_stop(asio::any_completion_handler<void()> handler);

  [[nodiscard]] static command command_of(const service_call& what);
  [[nodiscard]] static command get_states_command();
  [[nodiscard]] static command get_config_command();
  [[nodiscard]] static command ping_command();
  [[nodiscard]] static subscription_request events_request(const std::string& event_type);
  [[nodiscard]] static subscription_request entities_request(
      const std::vector<std::string>& entity_ids);

  std::shared_ptr<core> core_;
};

}  // namespace hassle::client
