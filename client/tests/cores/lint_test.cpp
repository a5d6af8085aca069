#include <hassle/client/lint.hpp>
#include <hassle/client/settings.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using stage = recovery_stage;

/// The field report's complete solution, as the ladder runs it: its listings limit connecting (10
/// s), but not the authentication that follows.
config lees_listings() {
  config lee{.style = engine_style::lee};
  lee.reconnect.emplace();
  lee.health.emplace();
  lee.breaker.emplace();
  lee.degradation.emplace();
  lee.pool.emplace();
  return lee;
}

/// What the project behind the report runs: there the socket's read limit of 10 s applies to
/// authentication as well (field-failures, LEE).
config lees_project() {
  config lee = lees_listings();
  lee.deadline.emplace();
  lee.deadline->auth_limit = 10s;
  return lee;
}

/// home-assistant-js-websocket 9.7: waits 0, 1, 2, 3, 4, 5, 5 s…, and a limit of 10 s on opening
/// the socket, but none on authentication or answers, and no pings (reference §8, §9). Our doubling
/// has the same cap.
config the_official_client() {
  config haws{.style = engine_style::best};
  haws.reconnect = {
      .connect_limit = 10s, .backoff_base = 1s, .backoff_cap = 5s, .answer_limit = no_limit};
  haws.correlation.emplace();
  return haws;
}

config production() {
  config all = production_config();
  all.token->refresh_token = "r";
  return all;
}

const recovery_term& term(const recovery_bound& of, stage which) {
  for (const recovery_term& each : of.terms) {
    if (each.stage == which) return each;
  }
  ADD_FAILURE() << "no term " << name_of(which);
  static const recovery_term none;
  return none;
}
std::vector<stage> endless(const recovery_bound& of) {
  std::vector<stage> all;
  for (const recovery_term& each : of.terms) {
    if (!each.at_most) all.push_back(each.stage);
  }
  return all;
}

TEST(Lint, LeesProjectIsBoundedByItsBackoff) {
  const recovery_bound bound = lint(lees_project());
  EXPECT_EQ(term(bound, stage::detect).at_most, 35s);
  EXPECT_EQ(term(bound, stage::attempt).at_most, 20s);
  EXPECT_EQ(term(bound, stage::backoff).at_most, 60s);
  EXPECT_EQ(term(bound, stage::upgrade).at_most, 10s);
  EXPECT_EQ(term(bound, stage::auth).at_most, 10s);
  EXPECT_EQ(term(bound, stage::breaker).at_most, 60s);
  EXPECT_EQ(term(bound, stage::first_answer).at_most, 5s);
  EXPECT_EQ(bound.total, 35s + 20s + 60s + 10s + 10s + 60s + 5s);
  EXPECT_EQ(bound.terms[bound.dominating].setting, "reconnect.backoff_cap");
  EXPECT_THAT(to_text(bound), HasSubstr("recovers within 3 min 20 s, most of it back off: 60 s "
                                        "(reconnect.backoff_cap)"));
}

// The listings have one hole; everything else is bounded, and the backoff dominates that.
TEST(Lint, LeesListingsLackALimitOnAuthenticationOnly) {
  const recovery_bound bound = lint(lees_listings());
  EXPECT_EQ(bound.total, std::nullopt);
  EXPECT_THAT(endless(bound), ElementsAre(stage::attempt, stage::auth));
  EXPECT_THAT(term(bound, stage::auth).why, HasSubstr("no auth limit"));
  EXPECT_THAT(term(bound, stage::attempt).why, HasSubstr("no auth limit"));
  EXPECT_EQ(bound.bounded, 170s);
  ASSERT_TRUE(bound.largest);
  EXPECT_EQ(bound.terms[*bound.largest].setting, "reconnect.backoff_cap");
  EXPECT_THAT(bound.notes, Contains(HasSubstr("no jitter")));
}

TEST(Lint, TheOfficialClientHasNoBoundAndTheReasonsAreThree) {
  const recovery_bound bound = lint(the_official_client());
  EXPECT_EQ(bound.total, std::nullopt);
  EXPECT_EQ(bound.terms[bound.dominating].stage, stage::detect);
  EXPECT_THAT(term(bound, stage::detect).why, HasSubstr("no liveness check"));
  EXPECT_THAT(term(bound, stage::auth).why, HasSubstr("no auth limit"));
  EXPECT_THAT(term(bound, stage::first_answer).why, HasSubstr("no answer limit"));
  EXPECT_EQ(term(bound, stage::backoff).at_most, 5s);
  EXPECT_EQ(term(bound, stage::upgrade).at_most, 10s);
  const std::string text = to_text(bound);
  EXPECT_THAT(text, HasSubstr("no finite bound:\n  - detect: a link that dies silently"));
  EXPECT_THAT(text, HasSubstr("the rest takes up to 15 s, most of it upgrade: 10 s"));
}

TEST(Lint, ItsOlderVersionsMayHangInConnectingToo) {
  config settings = the_official_client();
  settings.reconnect->connect_limit = no_limit;
  EXPECT_THAT(endless(lint(settings)), Contains(stage::upgrade));
}

TEST(Lint, ProductionIsBoundedByAHomeThatTakesLongToStart) {
  const recovery_bound bound = lint(production());
  ASSERT_TRUE(bound.total);
  EXPECT_EQ(bound.terms[bound.dominating].setting, "deadline.ready_limit");
  EXPECT_EQ(term(bound, stage::detect).at_most, 30s);
  EXPECT_EQ(term(bound, stage::attempt).at_most, 25s);
  EXPECT_EQ(term(bound, stage::backoff).at_most, 60s);
  EXPECT_EQ(term(bound, stage::token).at_most, 70s);
  EXPECT_EQ(term(bound, stage::resubscribe).at_most, 70s);
  EXPECT_EQ(term(bound, stage::breaker).at_most, 5min + 30s);
  EXPECT_THAT(bound.notes, Contains(HasSubstr("jitter.slow_cap (600 s)")));
  EXPECT_THAT(bound.notes,
              Contains(HasSubstr("most of it breaker.open_max + breaker.trial_limit")));
}

TEST(Lint, NaiveNeverComesBack) {
  const recovery_bound bound = lint(config{});
  EXPECT_EQ(bound.total, std::nullopt);
  EXPECT_THAT(endless(bound), Contains(stage::backoff));
  EXPECT_EQ(bound.largest, std::nullopt);
  EXPECT_THAT(to_text(bound), HasSubstr("nothing dials again"));
}

TEST(Lint, StagesThatAreNotThereCostNothing) {
  config settings = production();
  settings.admission.reset();
  settings.breaker.reset();
  settings.token.reset();
  std::vector<stage> all;
  for (const recovery_term& each : lint(settings).terms) all.push_back(each.stage);
  EXPECT_THAT(all,
              ElementsAre(stage::detect, stage::attempt, stage::backoff, stage::resolve, stage::tcp,
                          stage::upgrade, stage::auth, stage::resubscribe, stage::first_answer));
  settings.tls.emplace();
  settings.proxy.emplace();
  EXPECT_EQ(term(lint(settings), stage::tls).at_most, 10s);
  EXPECT_EQ(term(lint(settings), stage::proxy).setting, "deadline.proxy_limit");
}

TEST(Lint, EndpointsInOrderAreTriedOneAfterTheOther) {
  config settings = production();
  settings.failover->others.resize(2);
  EXPECT_EQ(term(lint(settings), stage::backoff).at_most, 180s);
  EXPECT_EQ(term(lint(settings), stage::attempt).at_most, 75s);
  settings.failover->policy = endpoint_policy::race;
  EXPECT_EQ(term(lint(settings), stage::backoff).at_most, 60s);
}

TEST(Lint, WithoutHealthOnlyACommandNotices) {
  config settings = production();
  settings.health.reset();
  EXPECT_EQ(term(lint(settings), stage::detect).at_most, 5s);
  EXPECT_THAT(lint(settings).notes, Contains(HasSubstr("no liveness check")));
}

// A longer limit never shortens the bound, and the total is the sum of its terms.
RC_GTEST_PROP(Lint, IsMonotoneAndAddsUp, ()) {
  config settings = production();
  const recovery_bound before = lint(settings);
  const duration more{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000)};
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
      settings.health->interval += more;
      break;
    case 1:
      settings.health->life_limit += more;
      break;
    case 2:
      settings.reconnect->backoff_cap += more;
      break;
    case 3:
      settings.reconnect->answer_limit += more;
      break;
    case 4:
      settings.deadline->auth_limit += more;
      break;
    case 5:
      settings.deadline->tcp_limit += more;
      break;
    case 6:
      settings.breaker->open_max += more;
      break;
    case 7:
      settings.token->refresh_limit += more;
      break;
    case 8:
      settings.mirror->retry_cap += more;
      break;
  }
  const recovery_bound after = lint(settings);
  RC_ASSERT(after.total.has_value());
  RC_ASSERT(*after.total >= *before.total + more);
  duration sum{0};
  for (const recovery_term& each : after.terms) {
    sum += *each.at_most;
    RC_ASSERT(*each.at_most <= *after.terms[after.dominating].at_most);
  }
  RC_ASSERT(sum == *after.total);
}

}  // namespace
}  // namespace hassle::client
