// What clients can do to a server over HTTP; how they come to it is in server_listen.cpp.
#include "mockha/server.hpp"
#include "mockha/swallow.hpp"

#include <hassle/net/within.hpp>

#include <cassert>
#include <utility>
#include <variant>

namespace hassle::mockha {

using reports::event_kind;

// --- what the router asks for ---

bool server::is_stopping() const { return stopping_ || !listens(restart_.phase()); }

void server::write_state(std::string_view entity_id, std::string state,
                         const json::object& attributes) {
  set_state(entity_id, std::move(state), attributes);
}

void server::erase_state(std::string_view entity_id) { (void)remove_entity(entity_id); }

void server::fire(std::string_view type, const json::object& data, std::string_view user_id) {
  const auto wall = wall_now();
  context cause = house_.make_context(wall);
  cause.user_id = user_id;
  publish(make_event(type, json_text(json::value(data)), cause, wall));
}

void server::throw_out(std::string_view refresh_token_id) { throw_out(refresh_token_id, nullptr); }

void server::throw_out(std::string_view refresh_token_id, const connection* but) {
  assert(!refresh_token_id.empty());
  for (const auto& [key, c] : connections_) {
    if (c.get() == but || c->core().caller().refresh_token_id != refresh_token_id) continue;
    c->end(connection::style::close, 1000, "token revoked");
  }
}

// --- requests and answers ---

namespace {

using written = net::result<bool>;

asio::awaitable<written> write_to(net::http_connection* http, net::http_response answer,
                                  bool close) {
  const net::error_code ec = co_await http->write(std::move(answer), close);
  if (ec) co_return std::unexpected(ec);
  co_return true;
}

}  // namespace

asio::awaitable<bool> server::write(visitor* v, net::http_response answer, bool close) {
  auto done = co_await net::within(time_, time_.now() + config_.limits.write,
                                   write_to(v->http.get(), std::move(answer), close));
  if (close) tell_closed(v);
  co_return done.has_value();
}

void server::tell_closed(visitor* v) {
  if (std::exchange(v->closed, true)) return;
  record(event_kind::server_closed, v->id, 0, "no upgrade");
  forget_in_faults(v->id);
}

asio::awaitable<std::optional<server::upgrade>> server::serve(visitor* v) {
  net::duration limit = config_.limits.request;
  for (;;) {
    auto asked = co_await net::within(time_, time_.now() + limit, v->http->read());
    if (v->closed || v->life != life_) break;
    reply said;
    if (asked) {
      said = co_await reply_to(v, std::move(*asked));
    } else {
      said.answer = net::refusal(asked.error());
    }
    if (!said.answer) co_return std::move(said.wanted);
    const bool went_out = co_await write(v, std::move(*said.answer), said.close);
    if (!went_out) break;
    // After the last answer the peer's end is waited for, lest the answer be lost to a reset.
    limit = said.close ? config_.limits.close_handshake : config_.limits.keep_alive;
  }
  co_return std::nullopt;
}

asio::awaitable<server::reply> server::reply_to(visitor* v, net::http_request asked) {
  reply said;
  co_await stall_over(v->id);
  if (v->life != life_) co_return said;
  said.close = !asked.keep_alive;
  stage_verdict verdict = stages_ ? stages_->on_request(v->id, asked) : go_on{};
  if (!std::holds_alternative<go_on>(verdict)) {
    const auto* instead = std::get_if<answer_with>(&verdict);
    said.close = said.close || (instead && instead->close);
    said.answer = co_await answer_instead(v, std::move(verdict));
    co_return said;
  }
  http_outcome outcome = http_api_.answer(asked, v->address, time_.now(), wall_now());
  if (auto* wanted = std::get_if<upgrade_wanted>(&outcome)) {
    said.wanted = upgrade{.asked = std::move(asked), .wanted = std::move(*wanted)};
  } else {
    said.answer = co_await answer_to(v, std::move(outcome));
  }
  co_return said;
}

// What a fault has put in the place of the answer; nothing where there is none to come.
asio::awaitable<std::optional<net::http_response>> server::answer_instead(visitor* v,
                                                                          stage_verdict verdict) {
  if (auto* instead = std::get_if<answer_with>(&verdict)) {
    if (instead->after > net::duration::zero()) {
      const auto ec = co_await net::sleep_until(time_, time_.now() + instead->after);
      if (ec || v->life != life_) co_return std::nullopt;
    }
    co_return std::move(instead->answer);
  }
  std::string early;
  auto stream = v->http->release(early);
  if (const auto* instead = std::get_if<say_instead>(&verdict)) {
    const auto ec = co_await say(stream.get(), instead->bytes);
    if (!ec) co_await keep_silent(std::move(stream), {.reads = true});
  } else if (const auto* how = std::get_if<stay_silent>(&verdict)) {
    co_await keep_silent(std::move(stream), *how);
  } else if (const auto* cut = std::get_if<cut_off>(&verdict); cut && cut->reset) {
    stream->reset();
  }
  co_return std::nullopt;
}

// Nothing if the process has ended, or is about to, before it could be given.
asio::awaitable<std::optional<net::http_response>> server::answer_to(visitor* v,
                                                                     http_outcome outcome) {
  net::http_response answer;
  net::duration takes{};
  const bool is_service = std::holds_alternative<service_wanted>(outcome);
  if (is_service) {
    const run_service& run = std::get<service_wanted>(outcome).run;
    executed e = execute(v->id, run, {.states = true, .diffs = watch_.diffs});
    (void)hold_scripts(e.done, 0, run);  // Who asks by HTTP is told of the beginning.
    answer = http_api::service_answer(run, e.done);
    takes = e.takes;
    grant(e.done.wish, e.takes);
  } else {
    answer = std::move(std::get<net::http_response>(outcome));
  }
  const net::duration delay =
      faults_.idle() ? net::duration{} : faults_.slowness(v->id, "HTTP", time_.now());
  report_faults();
  if (takes + delay > net::duration::zero()) {
    (void)co_await net::sleep_until(time_, time_.now() + takes + delay);
    co_await stall_over(v->id);
    if (v->life != life_ || (is_service && is_stopping())) {
      record(event_kind::answer_lost, v->id, 0, "connection ended");
      co_return std::nullopt;
    }
  }
  co_return answer;
}

asio::awaitable<void> server::stall_over(std::uint32_t id) {
  while (stalled()) {
    touch<scenario::stall_fault>(id);
    const auto gate = stall_gate_;
    const auto end = co_await gate->wait(time_);
    if (end == net::wait_end::cancelled) co_return;
  }
}

}  // namespace hassle::mockha
