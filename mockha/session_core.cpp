#include "mockha/session_core.hpp"

#include "mockha/answers.hpp"
#include "mockha/json_text.hpp"
#include "mockha/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::mockha {

namespace {

using reports::event_kind;

std::optional<std::uint64_t> positive_integer(const json::value* value) {
  if (!value) return std::nullopt;
  if (const auto* i = value->if_int64()) {
    return *i > 0 ? std::optional(static_cast<std::uint64_t>(*i)) : std::nullopt;
  }
  if (const auto* u = value->if_uint64()) return *u;
  return std::nullopt;
}

constexpr std::string_view bad_token = "Invalid access token or password";

send_text authentication(std::string text) {
  return {
      .text = std::move(text), .code = {}, .what = send_text::kind::authentication, .command = {}};
}

send_text event_text(std::string text, std::uint64_t subscription) {
  return {.text = std::move(text),
          .code = {},
          .what = send_text::kind::event,
          .subscription = subscription,
          .command = {}};
}

send_text answer_text(std::string text, std::uint64_t id, std::string code, std::string command) {
  return {.text = std::move(text),
          .answers = id,
          .code = std::move(code),
          .what = send_text::kind::answer,
          .command = std::move(command)};
}

}  // namespace

std::string_view name_of(core_state state) noexcept {
  switch (state) {
    case core_state::not_running:
      return "NOT_RUNNING";
    case core_state::starting:
      return "STARTING";
    case core_state::running:
      return "RUNNING";
  }
  assert(false);
  return {};
}

// What a subscription says.
class session_core::voice final : public subscription_output {
 public:
  voice(std::uint64_t id, actions& done) : id_(id), done_(done) {}

  void bus_event_text(std::string_view event) override {
    done_.push_back(event_text(answers::event(event, id_), id_));
  }
  void event(std::string_view event) override {
    done_.push_back(event_text(answers::id_first_event(id_, event), id_));
  }
  void error(const failure& why) override {
    done_.push_back(event_text(answers::error(id_, why), id_));
  }
  void answer(std::string_view result) override {
    done_.push_back(answer_text(answers::result(id_, result), id_, "ok", {}));
  }

 private:
  const std::uint64_t id_;
  actions& done_;
};

// What a command can do.
class session_core::running_command final : public command_turn {
 public:
  running_command(const facts& f, session_core& core, turn& t, std::string what)
      : command_turn(f), core_(core), turn_(t), what_(std::move(what)) {}

  void succeed(std::string_view result) override {
    say(answers::result((*this)->id, result), "ok");
  }
  void fail(const failure& why) override { say(answers::error((*this)->id, why), why.code); }
  void event(std::string_view event) override {
    turn_.done.push_back(event_text(answers::id_first_event((*this)->id, event), (*this)->id));
  }
  bool subscribe(std::unique_ptr<subscription> what) override;
  bool wait(std::unique_ptr<subscription> what) override;
  bool unsubscribe(std::uint64_t id) override;
  void pong() override { say(answers::pong((*this)->id), "ok"); }
  void coalesce() override { core_.coalescing_ = true; }
  void perform(action what) override;

 private:
  void say(std::string text, std::string code) {
    core_.answer(turn_, answer_text(std::move(text), (*this)->id, std::move(code), what_));
  }

  session_core& core_;
  turn& turn_;
  const std::string what_;
};

bool session_core::running_command::subscribe(std::unique_ptr<subscription> what) {
  if (!wait(std::move(what))) return false;
  core_.subscriptions_.at((*this)->id).waiting = false;
  succeed("null");
  return true;
}

bool session_core::running_command::wait(std::unique_ptr<subscription> what) {
  if (core_.keep((*this)->id, std::move(what), true)) return true;
  fail(plain_failure("home_assistant_error", "Too many subscriptions."));
  return false;
}

bool session_core::running_command::unsubscribe(std::uint64_t id) {
  const auto found = core_.subscriptions_.find(id);
  if (found == core_.subscriptions_.end() || found->second.waiting) return false;
  core_.forget(*found->second.what);
  core_.subscriptions_.erase(found);
  return true;
}

void session_core::running_command::perform(action what) {
  if (const auto* revoked = std::get_if<revoked_token>(&what)) {
    if (revoked->after > net::duration::zero()) {
      core_.revoke_at_ = turn_.now + revoked->after;
      return;
    }
    if (revoked->refresh_token_id == (*this)->refresh_token_id) core_.revoked_ = true;
  }
  turn_.done.push_back(std::move(what));
}

bool session_core::keep(std::uint64_t id, std::unique_ptr<subscription> what, bool waiting) {
  if (subscriptions_.size() >= around_.settings.limits.subscriptions_max) return false;
  const watch wanted = what->wanted();
  if (wanted.states) ++event_subscriptions_;
  if (wanted.diffs) ++diff_subscriptions_;
  subscriptions_due_ = std::min(subscriptions_due_, what->deadline());
  subscriptions_.emplace(id, kept{.what = std::move(what), .waiting = waiting});
  return true;
}

void session_core::drop_done() {
  std::erase_if(subscriptions_, [this](const auto& one) {
    const bool done = one.second.what->done();
    if (done) forget(*one.second.what);
    return done;
  });
}

void session_core::become(phase next) {
  phase_ = next;
  if (next != phase::ended) return;
  subscriptions_.clear();
  event_subscriptions_ = diff_subscriptions_ = 0;
  subscriptions_due_ = net::never;
  if (revoke_at_ == net::never) return;
  revoke_at_ = net::never;
  (void)around_.tokens.revoke_id(caller_.refresh_token_id);
}

void session_core::forget(const subscription& one) noexcept {
  const watch wanted = one.wanted();
  if (wanted.states) --event_subscriptions_;
  if (wanted.diffs) --diff_subscriptions_;
}

void session_core::end(turn& t, bool with_close, std::string why) {
  become(phase::ended);
  t.done.push_back(end_session{.with_close = with_close, .why = std::move(why)});
}

actions session_core::on_open(net::time_point now) {
  assert(phase_ == phase::fresh);
  become(phase::authentication);
  opened_ = last_bytes_ = last_command_ = now;
  actions done;
  done.push_back(authentication(answers::auth_required(around_.settings.version)));
  return done;
}

actions session_core::on_text(std::string_view text, net::time_point now, wall_time wall) {
  turn t{.now = now, .wall = wall, .done = {}};
  switch (phase_) {
    case phase::fresh:
    case phase::ended:
      break;
    case phase::authentication:
      on_auth(around_.reader.read(text), t);
      break;
    case phase::command: {
      if (revoked_) break;
      const json::value* message = around_.reader.read(text);
      if (!message) {
        end(t, true, "invalid json");
      } else if (const json::array* batch = message->if_array()) {
        for (const auto& element : *batch) {
          if (phase_ == phase::command && !revoked_) on_message(element, t);
        }
      } else {
        on_message(*message, t);
      }
      break;
    }
  }
  return std::move(t.done);
}

// The first byte names a handler. There are none here, and what is for an unknown one is ignored.
actions session_core::on_binary(std::string_view message) {
  turn t;
  if (phase_ == phase::authentication || (phase_ == phase::command && message.empty())) {
    end(t, true, "invalid binary message");
  }
  return std::move(t.done);
}

void session_core::refuse(turn& t, std::string_view noted, std::string_view message,
                          std::string why) {
  if (around_.settings.trace) {
    t.done.push_back(note{event_kind::server_auth, 0, std::string(noted)});
  }
  t.done.push_back(authentication(answers::auth_invalid(message)));
  end(t, true, std::move(why));
}

void session_core::on_auth(const json::value* message, turn& t) {
  if (!message) {
    end(t, true, "invalid json");
    return;
  }
  if (const std::string problem = auth_violations(*message, wording_of(around_.settings.version));
      !problem.empty()) {
    refuse(t, "incorrectly formatted", "Auth message incorrectly formatted: " + problem,
           "auth message incorrectly formatted");
    return;
  }
  const json::value* token = message->get_object().if_contains("access_token");
  const auto checked =
      token ? around_.tokens.check(token->get_string(), t.wall, peer_)
            : std::expected<token_store::caller, std::string>(std::unexpect, bad_token);
  if (!checked) {
    t.done.push_back(failed_login{});
    refuse(t, "invalid token", checked.error(), "auth invalid");
    return;
  }
  if (around_.judge) {
    if (const auto refusal = around_.judge->judge_login(connection_)) {
      refuse(t, "refused by a fault", *refusal, "auth invalid");
      return;
    }
  }
  caller_ = *checked;
  become(phase::command);
  last_command_ = t.now;
  t.done.push_back(good_login{});
  if (around_.settings.trace) t.done.push_back(note{event_kind::server_auth, 0, "ok"});
  t.done.push_back(authentication(answers::auth_ok(around_.settings.version)));
}

void session_core::on_message(const json::value& message, turn& t) {
  last_command_ = t.now;
  const json::object* command = message.if_object();
  const json::value* id = command ? command->if_contains("id") : nullptr;
  const json::value* type = command ? command->if_contains("type") : nullptr;
  const auto number = positive_integer(id);
  if (!number || !type || !type->is_string() || type->get_string().empty()) {
    if (around_.settings.trace) {
      t.done.push_back(note{event_kind::server_received, 0, "malformed"});
    }
    std::string shown = command ? "null" : "0";
    if (id) shown = json_text(*id);
    answer(t, answer_text(answers::error(shown, "invalid_format", "Message incorrectly formatted."),
                          0, "invalid_format", {}));
    return;
  }
  on_command(*number, type->get_string(), *command, t);
}

// Commands of an integration exist once it is loaded.
bool session_core::knows(const command_entry& entry) const noexcept {
  return entry.integration.empty() || around_.state != core_state::not_running;
}

void session_core::on_command(std::uint64_t id, std::string_view type, const json::object& command,
                              turn& t) {
  const bool trace = around_.settings.trace;
  std::string what;
  if (trace || around_.judge) what = describe_command(type, command);
  if (trace) t.done.push_back(note{event_kind::server_received, id, what});
  if (id <= last_id_) {
    fail(t, id, plain_failure("id_reuse", "Identifier values have to increase."), std::move(what));
    return;
  }
  const command_entry* entry = find_command(type);
  if (!entry || !knows(*entry)) {
    fail(t, id, plain_failure("unknown_command", "Unknown command."), std::move(what));
    return;
  }
  last_id_ = id;
  run(*entry, id, command, std::move(what), t);
}

void session_core::run(const command_entry& entry, std::uint64_t id, const json::object& command,
                       std::string what, turn& t) {
  if (around_.judge) {
    command_verdict verdict = around_.judge->judge(connection_, id, entry.type, what);
    if (std::holds_alternative<swallow_it>(verdict)) {
      t.done.push_back(lose_answer{id});
      return;
    }
    if (const auto* failing = std::get_if<fail_it>(&verdict)) {
      fail(t, id, failing->why, std::move(what));
      return;
    }
  }
  const wording how = wording_of(around_.settings.version);
  std::string problem = command_violations(command, entry.fields, how);
  if (!problem.empty()) {
    fail(t, id, plain_failure("invalid_format", std::move(problem)), std::move(what));
    return;
  }
  if (entry.admin_only && !caller_.who->is_admin) {
    fail(t, id, plain_failure("unauthorized", "Unauthorized"), std::move(what));
    return;
  }
  const command_turn::facts facts{.id = id,
                                  .command = command,
                                  .around = around_,
                                  .caller = *caller_.who,
                                  .refresh_token_id = caller_.refresh_token_id,
                                  .now = t.now,
                                  .wall = t.wall,
                                  .how = how};
  running_command running(facts, *this, t, std::move(what));
  entry.run(running);
}

void session_core::answer(turn& t, send_text with) {
  t.done.push_back(std::move(with));
  if (++t.answered >= around_.settings.limits.answers_per_frame_max) {
    end(t, true, "pending messages");
  }
}

void session_core::fail(turn& t, std::uint64_t id, const failure& why, std::string what) {
  answer(t, answer_text(answers::error(id, why), id, why.code, std::move(what)));
}

void session_core::on_bytes(net::time_point now) noexcept {
  last_bytes_ = now;
  pinged_ = net::never;
}

void session_core::on_stalled(net::duration length) noexcept {
  opened_ += length;
  last_bytes_ += length;
  last_command_ += length;
  if (pinged_ != net::never) pinged_ += length;
}

net::time_point session_core::deadline() const noexcept {
  if (phase_ == phase::fresh || phase_ == phase::ended) return net::never;
  const session_settings& s = around_.settings;
  net::time_point first = net::never;
  if (phase_ == phase::authentication) first = opened_ + s.limits.authentication;
  if (s.heartbeat) {
    first = std::min(
        first, pinged_ == net::never ? last_bytes_ + *s.heartbeat : pinged_ + *s.heartbeat / 2);
  }
  if (s.idle_close && phase_ == phase::command) {
    first = std::min(first, last_command_ + *s.idle_close);
  }
  return std::min({first, subscriptions_due_, revoke_at_});
}

actions session_core::on_timer(net::time_point now) {
  turn t{.now = now, .done = {}};
  if (now < deadline() || deadline() == net::never) return {};
  const session_settings& s = around_.settings;
  if (phase_ == phase::authentication && now >= opened_ + s.limits.authentication) {
    if (s.trace) t.done.push_back(note{event_kind::server_auth, 0, "timeout"});
    end(t, true, "auth timeout");
  } else if (s.idle_close && phase_ == phase::command && now >= last_command_ + *s.idle_close) {
    end(t, true, "idle close");
  } else if (s.heartbeat && pinged_ == net::never && now >= last_bytes_ + *s.heartbeat) {
    pinged_ = now;
    t.done.push_back(send_ping{});
  } else if (s.heartbeat && pinged_ != net::never && now >= pinged_ + *s.heartbeat / 2) {
    end(t, false, "heartbeat");
  }
  if (now >= subscriptions_due_) run_timers(t);
  if (now >= revoke_at_) {
    revoke_at_ = net::never;
    revoked_ = true;
    (void)around_.tokens.revoke_id(caller_.refresh_token_id);
    t.done.push_back(revoked_token{.refresh_token_id = caller_.refresh_token_id});
  }
  return std::move(t.done);
}

void session_core::run_timers(turn& t) {
  subscriptions_due_ = net::never;
  bool any_done = false;
  for (const auto& [id, one] : subscriptions_) {
    voice out(id, t.done);
    if (one.what->deadline() <= t.now) one.what->on_timer(t.now, out);
    subscriptions_due_ = std::min(subscriptions_due_, one.what->deadline());
    any_done = any_done || one.what->done();
  }
  if (any_done) drop_done();
}

watch session_core::wanted() const noexcept {
  return {.states = event_subscriptions_ > 0, .diffs = diff_subscriptions_ > 0};
}

actions session_core::on_event(const bus_event& event) {
  actions done;
  if (phase_ != phase::command) return done;
  subscriptions_due_ = net::never;
  bool any_done = false;
  for (const auto& [id, one] : subscriptions_) {
    voice out(id, done);
    one.what->on_bus(event, out);
    subscriptions_due_ = std::min(subscriptions_due_, one.what->deadline());
    any_done = any_done || one.what->done();
  }
  if (any_done) drop_done();
  return done;
}

send_text session_core::service_answer(const run_service& asked, const home::outcome& done) const {
  std::string what = around_.judge ? describe(asked.call) : std::string();
  if (done.failed) {
    return answer_text(answers::error(asked.id, *done.failed), asked.id, done.failed->code,
                       std::move(what));
  }
  return answer_text(answers::service_result(asked.id, done.cause, done.response), asked.id, "ok",
                     std::move(what));
}

}  // namespace hassle::mockha
