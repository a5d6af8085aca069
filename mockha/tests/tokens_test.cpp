#include "mockha/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using testing::MatchesRegex;

const std::string client = "http://localhost:8123/";
const std::string owner = user{}.id;

struct TokensTest : testing::Test {
  wall_time now{std::chrono::seconds(1'782'388'800)};
  token_store store{net::random_stream(1)};

  TokensTest() { store.add_user(user{}); }

  grant log_in() {
    auto made = store.redeem_code(store.make_code(client, owner, now), client, now);
    EXPECT_TRUE(made.has_value());
    return made.value_or(grant{});
  }
  std::string error_of(const std::expected<grant, grant_refusal>& answer) const {
    if (answer) return "granted";
    return std::to_string(answer.error().status) + " " + answer.error().error + " " +
           answer.error().description;
  }
  bool accepts(std::string_view token) const { return store.check(token, now).has_value(); }
};

TEST_F(TokensTest, ACodeBuysAnAccessTokenAndARefreshToken) {
  const std::string code = store.make_code(client, owner, now);
  EXPECT_THAT(code, MatchesRegex("[0-9a-f]{32}"));
  const grant made = store.redeem_code(code, client, now).value();
  EXPECT_THAT(made.refresh_token, MatchesRegex("[0-9a-f]{128}"));
  EXPECT_EQ(made.expires_in, 1800s);
  const auto caller = store.check(made.access_token, now);
  ASSERT_TRUE(caller.has_value());
  EXPECT_EQ(caller->who->id, owner);
  EXPECT_THAT(caller->refresh_token_id, MatchesRegex("[0-9a-f]{32}"));
}

TEST_F(TokensTest, ACodeWorksOnce) {
  const std::string code = store.make_code(client, owner, now);
  EXPECT_TRUE(store.redeem_code(code, client, now).has_value());
  EXPECT_EQ(error_of(store.redeem_code(code, client, now)), "400 invalid_request Invalid code");
}

TEST_F(TokensTest, ACodeIsGoodForTenMinutes) {
  const std::string early = store.make_code(client, owner, now);
  const std::string late = store.make_code(client, owner, now);
  EXPECT_TRUE(store.redeem_code(early, client, now + 10min).has_value());
  EXPECT_EQ(error_of(store.redeem_code(late, client, now + 10min + 1us)),
            "400 invalid_request Invalid code");
}

TEST_F(TokensTest, TheCodeGrantNamesWhatIsWrongInItsOrder) {
  const std::string code = store.make_code(client, owner, now);
  EXPECT_EQ(error_of(store.redeem_code({}, {}, now)), "400 invalid_request Invalid client id");
  EXPECT_EQ(error_of(store.redeem_code(code, "nonsense", now)),
            "400 invalid_request Invalid client id");
  EXPECT_EQ(error_of(store.redeem_code({}, client, now)), "400 invalid_request Invalid code");
  EXPECT_EQ(error_of(store.redeem_code("123", client, now)), "400 invalid_request Invalid code");
  EXPECT_EQ(error_of(store.redeem_code(code, "http://other.example/", now)),
            "400 invalid_request Invalid code");
  EXPECT_EQ(error_of(store.redeem_code(code, client, now)), "granted");
}

TEST_F(TokensTest, ARefreshTokenBuysAccessTokens) {
  const grant first = log_in();
  now += 1h;
  EXPECT_FALSE(accepts(first.access_token));
  const grant next = store.refresh(first.refresh_token, client, now).value();
  EXPECT_TRUE(accepts(next.access_token));
  EXPECT_EQ(next.refresh_token, "");
  EXPECT_EQ(next.expires_in, 1800s);
}

TEST_F(TokensTest, TheRefreshGrantNamesWhatIsWrongInItsOrder) {
  const grant made = log_in();
  EXPECT_EQ(error_of(store.refresh({}, "nonsense", now)), "400 invalid_request Invalid client id");
  EXPECT_EQ(error_of(store.refresh({}, client, now)), "400 invalid_request ");
  EXPECT_EQ(error_of(store.refresh("unknown", {}, now)), "400 invalid_grant ");
  EXPECT_EQ(error_of(store.refresh("", client, now)), "400 invalid_grant ");
  EXPECT_EQ(error_of(store.refresh(made.refresh_token, {}, now)), "400 invalid_request ");
  EXPECT_EQ(error_of(store.refresh(made.refresh_token, "http://other.example/", now)),
            "400 invalid_request ");
  EXPECT_EQ(error_of(store.refresh(made.refresh_token, client, now)), "granted");
}

TEST_F(TokensTest, AnAccessTokenEndsTenSecondsBehindItsExpiry) {
  const grant made = log_in();
  EXPECT_TRUE(store.check(made.access_token, now + 1809s).has_value());
  EXPECT_EQ(store.check(made.access_token, now + 1810s).error(),
            "Invalid access token or password");
}

TEST_F(TokensTest, RefreshTokensEndAfterNinetyDaysWithoutUse) {
  const grant made = log_in();
  now += 89 * 24h;
  EXPECT_TRUE(store.refresh(made.refresh_token, client, now).has_value());
  now += 89 * 24h;
  EXPECT_TRUE(store.refresh(made.refresh_token, client, now).has_value());
  now += 90 * 24h;
  EXPECT_EQ(error_of(store.refresh(made.refresh_token, client, now)), "400 invalid_grant ");
}

TEST_F(TokensTest, RevokingEndsTheAccessTokensToo) {
  const grant made = log_in();
  const grant other = log_in();
  const std::string id = store.check(made.access_token, now)->refresh_token_id;
  EXPECT_EQ(store.revoke(made.refresh_token), id);
  EXPECT_EQ(store.revoke(made.refresh_token), std::nullopt);
  EXPECT_EQ(store.revoke(""), std::nullopt);
  EXPECT_FALSE(accepts(made.access_token));
  EXPECT_EQ(error_of(store.refresh(made.refresh_token, client, now)), "400 invalid_grant ");
  EXPECT_TRUE(accepts(other.access_token));
}

TEST_F(TokensTest, LongLivedTokensHaveANameOfTheirOwn) {
  const auto token =
      store.make_long_lived(owner, "phone", "mdi:phone", std::chrono::days(365), now);
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(store.make_long_lived(owner, "phone", "", std::chrono::days(1), now), std::nullopt);
  EXPECT_EQ(store.make_long_lived(owner, std::string(256, 'x'), "", std::chrono::days(1), now),
            std::nullopt);
  EXPECT_TRUE(store.check(*token, now + std::chrono::days(365)).has_value());
  EXPECT_FALSE(store.check(*token, now + std::chrono::days(366)).has_value());
  const auto all = store.of_user(owner);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0]->client_name, "phone");
  EXPECT_TRUE(store.revoke_id(all[0]->id));
  EXPECT_FALSE(accepts(*token));
  EXPECT_TRUE(
      store.make_long_lived(owner, "phone", "", std::chrono::days(10'000'000), now).has_value());
}

TEST_F(TokensTest, AStaticTokenLastsUntilItIsRevoked) {
  store.add_static("mockha-access-token", owner);
  store.expire_access_tokens();
  const auto caller = store.check("mockha-access-token", now + 24h * 36'500);
  ASSERT_TRUE(caller.has_value());
  EXPECT_FALSE(accepts("mockha-access-toke"));
  EXPECT_TRUE(store.revoke_id(caller->refresh_token_id));
  EXPECT_FALSE(store.revoke_id(caller->refresh_token_id));
  EXPECT_FALSE(accepts("mockha-access-token"));
}

TEST_F(TokensTest, ExpiringAccessTokensLeavesTheRefreshTokens) {
  const grant made = log_in();
  const auto kept = store.make_long_lived(owner, "phone", "", std::chrono::days(1), now);
  store.expire_access_tokens();
  EXPECT_FALSE(accepts(made.access_token));
  EXPECT_TRUE(accepts(*kept));
  EXPECT_TRUE(accepts(store.refresh(made.refresh_token, client, now)->access_token));
}

TEST_F(TokensTest, AnInactiveUserIsKeptOutEverywhere) {
  const std::string code = store.make_code(client, owner, now);
  const grant made = log_in();
  user who;
  who.is_active = false;
  store.add_user(who);
  EXPECT_EQ(store.check(made.access_token, now).error(), "User is not active");
  EXPECT_EQ(error_of(store.refresh(made.refresh_token, client, now)),
            "403 access_denied User is not active");
  EXPECT_EQ(error_of(store.redeem_code(code, client, now)), "403 access_denied User is not active");
}

TEST_F(TokensTest, ALocalUserIsKeptOutFromAfar) {
  const grant made = log_in();
  user who;
  who.local_only = true;
  store.add_user(who);
  for (const auto* near : {"", "127.0.0.1", "::1", "192.168.1.20", "10.1.2.3", "172.31.0.1",
                           "fd00::1", "::ffff:192.168.0.1"}) {
    EXPECT_TRUE(store.check(made.access_token, now, near).has_value()) << near;
  }
  for (const auto* far : {"8.8.8.8", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8", "nonsense"}) {
    EXPECT_EQ(store.check(made.access_token, now, far).error(), "User cannot authenticate remotely")
        << far;
  }
}

TEST_F(TokensTest, PasswordsAreThoseOfTheirAccounts) {
  store.add_account("mockha", "secret", owner);
  ASSERT_NE(store.check_password("mockha", "secret"), nullptr);
  EXPECT_EQ(store.check_password("mockha", "secret")->id, owner);
  EXPECT_EQ(store.check_password("mockha", "secre"), nullptr);
  EXPECT_EQ(store.check_password("mockh", "secret"), nullptr);
  EXPECT_EQ(store.check_password("", ""), nullptr);
}

TEST(TokenLimits, TheOldestGiveWay) {
  token_settings few;
  few.tokens_max = 2;
  token_store store(net::random_stream(1), few);
  store.add_user(user{});
  const wall_time now{};
  std::vector<grant> all;
  all.reserve(3);
  for (int n = 0; n < 3; ++n) {
    all.push_back(store.redeem_code(store.make_code(client, owner, now), client, now).value());
  }
  EXPECT_FALSE(store.check(all[0].access_token, now).has_value());
  EXPECT_TRUE(store.check(all[1].access_token, now).has_value());
  const auto first = store.make_code(client, owner, now);
  const auto second = store.make_code(client, owner, now);
  const auto third = store.make_code(client, owner, now);
  EXPECT_FALSE(store.redeem_code(first, client, now).has_value());
  EXPECT_TRUE(store.redeem_code(second, client, now).has_value());
  EXPECT_TRUE(store.redeem_code(third, client, now).has_value());
}

TEST(ClientIds, AreUrlsAsIndieAuthWantsThem) {
  for (const auto* good :
       {"http://localhost:8123/", "https://example.com", "https://example.com/app?x=1",
        "http://127.0.0.1:4000/", "http://[::1]/", "http://192.168.1.5:8123/"}) {
    EXPECT_TRUE(is_client_id(good)) << good;
  }
  for (const auto* bad :
       {"", "example.com", "ftp://example.com/", "https://", "http://8.8.8.8/",
        "https://me@example.com/", "https://me:x@example.com/", "https://example.com/#part",
        "https://example.com/a/../b", "https://example.com/./", "https://example.com:99999/",
        "https://exa mple.com/", "null"}) {
    EXPECT_FALSE(is_client_id(bad)) << bad;
  }
}

// Whatever is done in whatever order: a token is accepted exactly while the model says so.
RC_GTEST_PROP(TokenStories, NothingElseIsEverAccepted, ()) {
  struct login {
    std::string refresh;
    std::string access;
    wall_time until;
    bool revoked = false;
    bool expired = false;
  };
  token_store store(net::random_stream(*rc::gen::arbitrary<std::uint64_t>()));
  store.add_user(user{});
  wall_time now{std::chrono::seconds(1'782'388'800)};
  std::vector<login> logins;
  std::set<std::string> spent;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6));
  for (const int step : steps) {
    login* some =
        logins.empty() ? nullptr : &logins[*rc::gen::inRange<std::size_t>(0, logins.size())];
    if (step == 0) {
      const auto code = store.make_code(client, owner, now);
      RC_ASSERT(spent.insert(code).second);
      const auto made = store.redeem_code(code, client, now);
      RC_ASSERT(made.has_value());
      logins.push_back({made->refresh_token, made->access_token, now + 1810s});
    } else if (step == 1 && some) {
      const auto made = store.refresh(some->refresh, client, now);
      RC_ASSERT(made.has_value() == !some->revoked);
      if (made) logins.push_back({some->refresh, made->access_token, now + 1810s});
    } else if (step == 2 && some) {
      (void)store.revoke(some->refresh);
      for (auto& l : logins) l.revoked = l.revoked || l.refresh == some->refresh;
    } else if (step == 3) {
      now += std::chrono::seconds(*rc::gen::inRange(1, 1500));
    } else if (step == 4) {
      store.expire_access_tokens();
      for (auto& l : logins) l.expired = true;
    }
    for (const auto& code : spent) RC_ASSERT(!store.redeem_code(code, client, now).has_value());
    for (const auto& l : logins) {
      const bool expected = !l.revoked && !l.expired && now < l.until;
      RC_ASSERT(store.check(l.access, now).has_value() == expected);
    }
  }
}

}  // namespace
}  // namespace hassle::mockha
