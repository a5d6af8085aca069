#include <hassle/client/settings.hpp>
#include <hassle/client/validate.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Everything on, everything as it comes.
config everything() {
  config all = production_config();
  all.access_token = "secret";
  all.tls.emplace();
  all.proxy.emplace().server = {"proxy.lan", 3128};
  all.failover->others.resize(1);
  return all;
}

std::vector<std::string> keys(const config& settings) {
  std::vector<std::string> all;
  for (const config_problem& each : validate(settings)) all.push_back(each.key);
  return all;
}

TEST(Validate, DefaultsAreValidInBothStyles) {
  EXPECT_THAT(validate(everything()), IsEmpty());
  config lee{.access_token = "secret"};
  lee.reconnect.emplace();
  lee.health.emplace();
  lee.breaker.emplace();
  lee.degradation.emplace();
  lee.pool.emplace();
  lee.correlation.emplace();
  lee.deadline.emplace();
  EXPECT_THAT(validate(lee), IsEmpty());
}

struct mistake {
  std::string key;
  std::function<void(config&)> make;
};

const std::vector<mistake>& mistakes() {
  static const std::vector<mistake> all = {
      {"server", [](config& c) { c.server.host = ""; }},
      {"server", [](config& c) { c.server.host = "http://x"; }},
      {"server", [](config& c) { c.server.port = 0; }},
      {"target", [](config& c) { c.target = "api"; }},
      {"target", [](config& c) { c.target = "/a b"; }},
      {"access_token", [](config& c) { c.access_token = ""; }},
      {"access_token", [](config& c) { c.access_token = "token\n"; }},
      {"message_bytes_max", [](config& c) { c.message_bytes_max = 0; }},
      {"inbox_max", [](config& c) { c.inbox_max = 0; }},
      {"tls.ca_file", [](config& c) { c.tls->trust = tls_config::trust_kind::ca_file; }},
      {"tls.ca_file", [](config& c) { c.tls->ca_file = "ca.pem"; }},
      {"tls.pinned_sha256", [](config& c) { c.tls->trust = tls_config::trust_kind::pinned; }},
      {"tls.pinned_sha256", [](config& c) { c.tls->pinned_sha256 = std::string(64, 'a'); }},
      {"tls.verify_host", [](config& c) { c.tls->verify_host = false; }},
      {"proxy.server", [](config& c) { c.proxy->server.port = 0; }},
      {"proxy.user", [](config& c) { c.proxy->user = "a:b"; }},
      {"proxy.user", [](config& c) { c.proxy->password = "hunter2"; }},
      {"reconnect.connect_limit", [](config& c) { c.reconnect->connect_limit = 0s; }},
      {"reconnect.backoff_base", [](config& c) { c.reconnect->backoff_base = -1s; }},
      {"reconnect.backoff_cap", [](config& c) { c.reconnect->backoff_cap = 500ms; }},
      {"reconnect.answer_limit", [](config& c) { c.reconnect->answer_limit = no_limit; }},
      {"reconnect.answer_limit", [](config& c) { c.reconnect->answer_limit = duration_max + 1s; }},
      {"health.interval", [](config& c) { c.health->interval = 9s; }},
      {"health.life_limit", [](config& c) { c.health->life_limit = 5s; }},
      {"breaker.failures_to_open", [](config& c) { c.breaker->failures_to_open = 0; }},
      {"breaker.open_for", [](config& c) { c.breaker->open_for = 0s; }},
      {"breaker.window_calls", [](config& c) { c.breaker->window_calls = 10'001; }},
      {"breaker.window_time", [](config& c) { c.breaker->window_time = 1ms; }},
      {"breaker.calls_min", [](config& c) { c.breaker->calls_min = 0; }},
      {"breaker.calls_min",
       [](config& c) {
         c.breaker->window = breaker_window::count;
         c.breaker->calls_min = 101;
       }},
      {"breaker.failure_percent", [](config& c) { c.breaker->failure_percent = 101; }},
      {"breaker.slow_call", [](config& c) { c.breaker->slow_call = -1s; }},
      {"breaker.slow_percent", [](config& c) { c.breaker->slow_percent = 0; }},
      {"breaker.half_open_permits", [](config& c) { c.breaker->half_open_permits = 101; }},
      {"breaker.trial_limit", [](config& c) { c.breaker->trial_limit = 0s; }},
      {"breaker.open_growth", [](config& c) { c.breaker->open_growth = 0; }},
      {"breaker.open_max", [](config& c) { c.breaker->open_max = 59s; }},
      {"breaker.open_jitter_percent", [](config& c) { c.breaker->open_jitter_percent = 101; }},
      {"degradation.ttl", [](config& c) { c.degradation->ttl = 0s; }},
      {"degradation.entries_max", [](config& c) { c.degradation->entries_max = 0; }},
      {"pool.size", [](config& c) { c.pool->size = 0; }},
      {"pool.size", [](config& c) { c.pool->size = 65; }},
      {"pool.hedge_after", [](config& c) { c.pool->hedge_after = 0s; }},
      {"correlation.in_flight_max", [](config& c) { c.correlation->in_flight_max = 0; }},
      {"deadline.margin", [](config& c) { c.deadline->margin = -1ms; }},
      {"deadline.resolve_limit", [](config& c) { c.deadline->resolve_limit = 0s; }},
      {"deadline.tcp_limit", [](config& c) { c.deadline->tcp_limit = 0s; }},
      {"deadline.upgrade_limit", [](config& c) { c.deadline->upgrade_limit = 0s; }},
      {"deadline.auth_limit", [](config& c) { c.deadline->auth_limit = no_limit; }},
      {"deadline.proxy_limit", [](config& c) { c.deadline->proxy_limit = 0s; }},
      {"deadline.tls_limit", [](config& c) { c.deadline->tls_limit = 0s; }},
      {"deadline.ready_limit", [](config& c) { c.deadline->ready_limit = 0s; }},
      {"jitter.first_spread", [](config& c) { c.jitter->first_spread = -1s; }},
      {"jitter.stable_after", [](config& c) { c.jitter->stable_after = 0s; }},
      {"jitter.retry_after_max", [](config& c) { c.jitter->retry_after_max = 0s; }},
      {"jitter.slow_base", [](config& c) { c.jitter->slow_base = 0s; }},
      {"jitter.slow_cap", [](config& c) { c.jitter->slow_cap = 59s; }},
      {"probe.idle_limit", [](config& c) { c.probe->idle_limit = 0s; }},
      {"probe.probe_limit", [](config& c) { c.probe->probe_limit = 0s; }},
      {"probe.thaw_lateness", [](config& c) { c.probe->thaw_lateness = 0s; }},
      {"idempotency.rules[0].service", [](config& c) { c.idempotency->rules = {{"light", true}}; }},
      {"idempotency.rules[0].service", [](config& c) { c.idempotency->rules = {{"*.x", true}}; }},
      {"idempotency.attempts_max", [](config& c) { c.idempotency->attempts_max = 0; }},
      {"idempotency.look_up_after", [](config& c) { c.idempotency->look_up_after = -1s; }},
      {"mirror.entity_ids[1]", [](config& c) { c.mirror->entity_ids = {"light.a", "light.*"}; }},
      {"mirror.entities_max", [](config& c) { c.mirror->entities_max = 0; }},
      {"mirror.age_max", [](config& c) { c.mirror->age_max = 0s; }},
      {"mirror.retry_base", [](config& c) { c.mirror->retry_base = 0s; }},
      {"mirror.retry_cap", [](config& c) { c.mirror->retry_cap = 1ms; }},
      {"mirror.quiet_limit", [](config& c) { c.mirror->quiet_limit = 0s; }},
      {"mirror.resync_interval", [](config& c) { c.mirror->resync_interval = 0s; }},
      {"mirror.subscriptions_max", [](config& c) { c.mirror->subscriptions_max = 0; }},
      {"admission.retry_percent", [](config& c) { c.admission->retry_percent = 1'001; }},
      {"admission.retries_per_second", [](config& c) { c.admission->retries_per_second = 1'001; }},
      {"admission.retry_burst", [](config& c) { c.admission->retry_burst = 0; }},
      {"admission.calls_max", [](config& c) { c.admission->calls_max = 0; }},
      {"admission.queue_limit", [](config& c) { c.admission->queue_limit = 0s; }},
      {"token.refresh_token", [](config& c) { c.token->refresh_token = "x\r"; }},
      {"token.client_id", [](config& c) { c.token->client_id = "x\r"; }},
      {"token.expires_in", [](config& c) { c.token->expires_in = 0s; }},
      {"token.refresh_percent", [](config& c) { c.token->refresh_percent = 100; }},
      {"token.margin", [](config& c) { c.token->margin = -1s; }},
      {"token.refresh_limit", [](config& c) { c.token->refresh_limit = 0s; }},
      {"token.retry_base", [](config& c) { c.token->retry_base = 0s; }},
      {"token.retry_cap", [](config& c) { c.token->retry_cap = 1ms; }},
      {"failover.others", [](config& c) { c.failover->others.resize(16); }},
      {"failover.others[0].server", [](config& c) { c.failover->others[0].server.host = ""; }},
      {"failover.others[0].target", [](config& c) { c.failover->others[0].target = ""; }},
      {"failover.others[0].tls.verify_host",
       [](config& c) { c.failover->others[0].tls.emplace().verify_host = false; }},
      {"failover.race_delay", [](config& c) { c.failover->race_delay = 0s; }},
      {"failover.return_after", [](config& c) { c.failover->return_after = 0s; }},
      {"failover.address_delay", [](config& c) { c.failover->address_delay = 9ms; }},
      {"failover.addresses_max", [](config& c) { c.failover->addresses_max = 0; }},
  };
  return all;
}

// Each mistake is found, named by its key, and nothing else is said.
TEST(Validate, EveryMistakeIsFoundAndNamed) {
  for (const mistake& each : mistakes()) {
    config settings = everything();
    each.make(settings);
    EXPECT_THAT(keys(settings), ElementsAre(each.key));
  }
}

TEST(Validate, SecretsAreNeverRepeated) {
  config settings = everything();
  settings.access_token = "hunter2\n";
  settings.token->refresh_token = "hunter2\n";
  settings.proxy->password = "hunter2\n";
  const auto problems = validate(settings);
  EXPECT_EQ(problems.size(), 4U);
  EXPECT_THAT(problems, Each(AllOf(Field(&config_problem::message, Not(HasSubstr("hunter2"))),
                                   Field(&config_problem::hint, Not(HasSubstr("hunter2"))))));
}

TEST(Validate, ARefreshTokenStandsInForAnAccessToken) {
  config settings = everything();
  settings.access_token = "";
  settings.token->refresh_token = "r";
  EXPECT_THAT(keys(settings), IsEmpty());
}

TEST(Validate, TightWatchdogsNeedPermission) {
  config settings = everything();
  settings.health->interval = 1s;
  settings.health->life_limit = 1s;
  EXPECT_THAT(keys(settings), ElementsAre("health.interval", "health.life_limit"));
  settings.health->allow_tight = true;
  EXPECT_THAT(keys(settings), IsEmpty());
}

TEST(Validate, TrustAndItsMaterialGoTogether) {
  config settings = everything();
  settings.tls = tls_config{
      .trust = tls_config::trust_kind::ca_file, .ca_file = "ca.pem", .verify_host = false};
  EXPECT_THAT(keys(settings), IsEmpty());
  settings.tls =
      tls_config{.trust = tls_config::trust_kind::pinned, .pinned_sha256 = std::string(64, 'A')};
  EXPECT_THAT(keys(settings), IsEmpty());
}

// What lee does not have would silently be off: TLS above all.
TEST(Validate, LeeIsNotAskedForWhatItDoesNotHave) {
  config settings = everything();
  settings.style = engine_style::lee;
  EXPECT_THAT(keys(settings), ElementsAre("tls", "proxy", "jitter", "probe", "idempotency",
                                          "mirror", "admission", "token", "failover"));
}

TEST(Validate, FieldsThatLeeDoesNotUseAreNotJudged) {
  config settings{.access_token = "secret"};
  settings.health.emplace() = {.interval = 1s, .life_limit = 0s};
  settings.breaker.emplace() = {.open_for = 1h, .open_max = 1min};
  EXPECT_THAT(keys(settings), IsEmpty());
}

}  // namespace
}  // namespace hassle::client
