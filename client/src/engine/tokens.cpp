#include "tokens.hpp"

#include "bounded.hpp"
#include "token_request.hpp"
#include "user_agent.hpp"

#include <hassle/net/gate.hpp>
#include <hassle/net/http.hpp>
#include <hassle/net/task_group.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace hassle::client {

using kind = client_event_kind;

namespace {

/// An answer of the token service has less than a kilobyte.
constexpr net::http_limits answer_limits{.header_bytes_max = 16U << 10U,
                                         .body_bytes_max = 64U << 10U};

/// The only number there is without the layer.
constexpr std::uint32_t only_token = 1;

using answered = std::expected<net::http_response, dial_error>;

}  // namespace

struct tokens::parts {
  parts(engine_context& context, dialler& dials)
      : shared(context),
        ways(dials),
        settings(context.settings.token.value_or(token_config{})),
        keeper(settings, !context.settings.access_token.empty(), context.now()),
        text(context.settings.access_token),
        random(context.world.random("client.token")),
        early(context.world.time()),
        tasks(context.world.executor()) {}

  engine_context& shared;
  dialler& ways;
  token_config settings;
  token_keeper keeper;
  std::string text;  ///< Of the token that the keeper calls by its number.
  net::random_stream random;
  std::size_t endpoint = 0;  ///< The one that was used last.
  bool wanted = false;       ///< Somebody has asked: from now on it is kept fresh.
  bool stopped = false;
  /// Opened and replaced when there is something new for those who wait.
  std::shared_ptr<net::gate> news = std::make_shared<net::gate>();
  net::timer early;
  net::task_group tasks;

  [[nodiscard]] bool layer_is_on() const { return shared.settings.token.has_value(); }

  void changed() {
    const auto old = std::exchange(news, std::make_shared<net::gate>());
    old->open();
    arm();
  }

  void arm() {
    early.cancel();
    if (!wanted || stopped) return;
    early.call_at(keeper.next(), [this] {
      begin_if(keeper.on_timer(shared.now()));
      if (!keeper.refreshing()) arm();
    });
  }

  void begin_if(const token_keeper::decision& decision) {
    if (decision.what != token_keeper::answer::refresh) return;
    if (stopped) return keeper.on_refresh_cancelled();
    early.cancel();
    tasks.spawn(refresh(*this));
  }

  static asio::awaitable<void> refresh(parts& self);
  static asio::awaitable<answered> ask(parts& self);
  void take(const net::http_response& answer);
  void fail(token_keeper::failure how, std::string_view why);
};

namespace {

/// However a refresh ends, by an exception or by the end of its frame: the keeper hears of it.
class in_flight {
 public:
  explicit in_flight(token_keeper& keeper) : keeper_(keeper) {}
  in_flight(const in_flight&) = delete;
  in_flight& operator=(const in_flight&) = delete;
  ~in_flight() {
    if (!reported_) keeper_.on_refresh_cancelled();
  }
  void reported() noexcept { reported_ = true; }

 private:
  token_keeper& keeper_;
  bool reported_ = false;
};

}  // namespace

asio::awaitable<answered> tokens::parts::ask(parts& self) {
  const endpoint_config& where = self.ways.endpoints()[self.endpoint];
  auto request = refresh_request(where, self.settings, user_agent);
  auto stream = co_await self.ways.open_stream(self.endpoint, 0);
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  auto exchange = net::http_exchange(std::move(*stream), std::move(request), answer_limits);
  auto answer = co_await std::move(exchange);
  if (!answer) {
    dial_error error(answer.error());
    error.text = answer.error().message();
    co_return std::unexpected(std::move(error));
  }
  co_return std::move(*answer);
}

asio::awaitable<void> tokens::parts::refresh(parts& self) {
  in_flight flight(self.keeper);
  const net::time_point until = self.shared.now() + self.settings.refresh_limit;
  auto asking = bounded(self.shared.world.time(), until, ask(self));
  const auto answer = co_await std::move(asking);
  if (self.stopped) co_return;
  flight.reported();
  if (answer) {
    self.take(*answer);
  } else {
    const std::string& text = answer.error().text;
    self.fail(token_keeper::failure::passing, text.empty() ? answer.error().ec.message() : text);
  }
  self.changed();
}

void tokens::parts::take(const net::http_response& answer) {
  if (answer.status != 200) {
    return fail(token_keeper::failure_of_status(answer.status),
                refusal_text(answer.status, answer.body));
  }
  auto fresh = read_fresh_token(answer.body);
  if (!fresh) return fail(token_keeper::failure::passing, fresh.error());
  text = std::move(fresh->text);
  const std::uint32_t number = keeper.on_refreshed(fresh->expires_in, shared.now());
  shared.tell({.kind = kind::token_refreshed, .value = number});
}

void tokens::parts::fail(token_keeper::failure how, std::string_view why) {
  keeper.on_refresh_failed(how, shared.now(), random);
  shared.tell({.kind = kind::token_refresh_failed, .text = why});
  if (keeper.refused()) shared.tell({.kind = kind::auth_refused, .text = why});
}

tokens::tokens(engine_context& shared, dialler& ways)
    : parts_(std::make_unique<parts>(shared, ways)) {}

tokens::~tokens() = default;

asio::awaitable<std::expected<tokens::access, tokens::failure>> tokens::get(std::size_t endpoint,
                                                                            net::time_point until) {
  parts& self = *parts_;
  if (!self.layer_is_on()) co_return access{.text = self.text, .number = only_token};
  self.endpoint = endpoint;
  if (!std::exchange(self.wanted, true)) self.arm();
  for (;;) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (self.stopped || state.cancelled() != asio::cancellation_type::none) {
      co_return std::unexpected(failure::cancelled);
    }
    const auto decision = self.keeper.on_wanted(self.shared.now());
    if (decision.what == token_keeper::answer::use) {
      co_return access{.text = self.text, .number = decision.number};
    }
    if (decision.what == token_keeper::answer::refused) {
      co_return std::unexpected(failure::refused);
    }
    self.begin_if(decision);
    const auto news = self.news;
    const net::time_point at = std::min(until, decision.at);
    const net::wait_end how = co_await news->wait(self.shared.world.time(), at);
    if (how == net::wait_end::cancelled) co_return std::unexpected(failure::cancelled);
    if (how == net::wait_end::timed_out && self.shared.now() >= until) {
      co_return std::unexpected(failure::timed_out);
    }
  }
}

void tokens::on_auth_ok(std::uint32_t number, std::size_t endpoint) {
  if (!parts_->layer_is_on()) return;
  parts_->endpoint = endpoint;
  parts_->keeper.on_auth_ok(number);
}

bool tokens::on_auth_invalid(std::uint32_t number) {
  parts& self = *parts_;
  if (!self.layer_is_on()) return true;
  const auto decision = self.keeper.on_auth_invalid(number, self.shared.now());
  self.begin_if(decision);
  if (decision.what == token_keeper::answer::refused) self.changed();
  return decision.what != token_keeper::answer::refused;
}

bool tokens::refused() const noexcept { return parts_->layer_is_on() && parts_->keeper.refused(); }

void tokens::retry(std::string new_access_token) {
  parts& self = *parts_;
  const bool has_new = !new_access_token.empty();
  if (has_new) self.text = std::move(new_access_token);
  if (!self.layer_is_on()) return;
  self.keeper.retry(has_new, self.shared.now());
  self.changed();
}

void tokens::on_thaw() {
  parts_->keeper.on_thaw(parts_->shared.now());
  // Who waits for the next try looks again.
  parts_->changed();
}

asio::awaitable<void> tokens::stop() {
  parts& self = *parts_;
  self.stopped = true;
  self.tasks.stop();
  self.changed();
  co_await self.tasks.join();
}

}  // namespace hassle::client
