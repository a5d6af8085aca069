#include "mockha/jwt.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace hassle::mockha::jwt {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view key = "a key of the test";
constexpr std::int64_t noon = 1'782'388'800;
constexpr wall_time at(std::int64_t seconds) { return wall_time(std::chrono::seconds(seconds)); }

claims half_an_hour() { return {.issuer = "abc", .issued = noon, .expires = noon + 1800}; }

TEST(Jwt, IsCheckedAsItWasMade) {
  const auto read = check(make(half_an_hour(), key), key, at(noon), 10s);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, half_an_hour());
  EXPECT_EQ(claimed_issuer(make(half_an_hour(), key)), "abc");
}

// The example that everybody's implementation is tried with. It has no issuer.
TEST(Jwt, SignaturesAreThoseOfOthers) {
  const std::string theirs =
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
      "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
      "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
  EXPECT_EQ(check(theirs, "your-256-bit-secret", at(noon), 10s).error(), flaw::malformed);
  EXPECT_EQ(check(theirs, "another", at(noon), 10s).error(), flaw::signature);
}

TEST(Jwt, ExpiresWithALeeway) {
  const std::string token = make(half_an_hour(), key);
  EXPECT_TRUE(check(token, key, at(noon + 1809), 10s).has_value());
  EXPECT_EQ(check(token, key, at(noon + 1810), 10s).error(), flaw::expired);
  EXPECT_TRUE(check(token, key, at(noon - 10), 10s).has_value());
  EXPECT_EQ(check(token, key, at(noon - 11), 10s).error(), flaw::not_yet_valid);
}

TEST(Jwt, TheAlgorithmIsNotTheTokensToChoose) {
  const std::string token = make(half_an_hour(), key);
  const std::string rest = token.substr(token.find('.'));
  // {"alg":"none"} and {"alg":"HS512"}
  EXPECT_EQ(check("eyJhbGciOiJub25lIn0" + rest, key, at(noon), 10s).error(), flaw::algorithm);
  EXPECT_EQ(check("eyJhbGciOiJIUzUxMiJ9" + rest, key, at(noon), 10s).error(), flaw::algorithm);
  EXPECT_EQ(check("eyJhbGciOiJub25lIn0" + rest.substr(0, rest.rfind('.') + 1), key, at(noon), 10s)
                .error(),
            flaw::algorithm);
}

TEST(Jwt, WhatIsNoTokenIsMalformed) {
  for (const std::string text : {"", ".", "..", "...", "a.b.c", "mockha-access-token",
                                 "e30.e30.e30x", "e30.e30", "e30.e30.e30.e30"}) {
    EXPECT_FALSE(check(text, key, at(noon), 10s).has_value()) << text;
    EXPECT_FALSE(claimed_issuer(text).has_value()) << text;
  }
  EXPECT_FALSE(claimed_issuer(std::string(1'000'000, '.')).has_value());
}

RC_GTEST_PROP(Jwt, AnEditedTokenIsNeverAccepted, (std::string issuer)) {
  const claims of{.issuer = "i" + issuer, .issued = noon, .expires = noon + 60};
  std::string token = make(of, key);
  const auto where = *rc::gen::inRange<std::size_t>(0, token.size());
  const char other = *rc::gen::arbitrary<char>();
  RC_PRE(token[where] != other);
  token[where] = other;
  RC_ASSERT(!check(token, key, at(noon), 10s).has_value());
}

RC_GTEST_PROP(Jwt, ATokenOfAnotherKeyIsNeverAccepted, (std::string other)) {
  RC_PRE(!other.empty() && other != key);
  RC_ASSERT(!check(make(half_an_hour(), other), key, at(noon), 10s).has_value());
}

RC_GTEST_PROP(Jwt, IsValidExactlyFromIssueToExpiry, (std::int32_t life, std::int32_t later)) {
  const claims of{.issuer = "x", .issued = noon, .expires = noon + life};
  const auto read = check(make(of, key), key, at(noon + later), 0s);
  RC_ASSERT(read.has_value() == (later >= 0 && later < life));
}

RC_GTEST_PROP(Jwt, RubbishIsNeverAccepted, (std::string rubbish)) {
  RC_ASSERT(!check(rubbish, key, at(noon), 10s).has_value());
}

}  // namespace
}  // namespace hassle::mockha::jwt
