#include "engine/token_request.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace hassle::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(TokenRequest, IsAFormOfOAuth) {
  endpoint_config endpoint;
  endpoint.server = {"ha.test", 443};
  endpoint.target = "/prefix/api/websocket";
  endpoint.tls.emplace();
  token_config settings;
  settings.refresh_token = "a+b&c=d e";
  const auto request = refresh_request(endpoint, settings, "test/1");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/prefix/auth/token");
  EXPECT_EQ(*request.find("host"), "ha.test");
  EXPECT_EQ(*request.find("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body, "grant_type=refresh_token&refresh_token=a%2Bb%26c%3Dd%20e");
  settings.client_id = "https://app.test/";
  EXPECT_THAT(refresh_request(endpoint, settings, "test/1").body,
              HasSubstr("&client_id=https%3A%2F%2Fapp.test%2F"));
}

TEST(TokenRequest, AnAnswerHoldsATokenAndItsLife) {
  const auto token =
      read_fresh_token(R"({"access_token":"abc.def","token_type":"Bearer","expires_in":1800})");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->text, "abc.def");
  EXPECT_EQ(token->expires_in, 1800s);
}

TEST(TokenRequest, ALifeThatIsNoneIsNotKnown) {
  for (const auto* life : {"null", "-5", "0", "\"1800\"", "0.5", "[]"}) {
    const auto token =
        read_fresh_token(std::string(R"({"access_token":"t","expires_in":)") + life + "}");
    ASSERT_TRUE(token) << life;
    EXPECT_EQ(token->expires_in, std::nullopt) << life;
  }
  EXPECT_EQ(read_fresh_token(R"({"access_token":"t","expires_in":1e300})")->expires_in,
            duration_max);
  EXPECT_EQ(read_fresh_token(R"({"access_token":"t","expires_in":90.9})")->expires_in, 90s);
}

TEST(TokenRequest, WhatIsNoTokenIsSaidWithoutIt) {
  const std::string deep = R"({"access_token":)" + std::string(1000, '[');
  for (const std::string& body :
       {std::string(), std::string("secret"), std::string(R"(["secret"])"),
        std::string(R"({"access_token":17,"x":"secret"})"), std::string(R"({"x":"secret"})"),
        std::string(R"({"access_token":""})"), std::string(R"({"access_token":"sec\nret"})"),
        R"({"access_token":")" + std::string(20'000, 's') + "\"}", deep}) {
    const auto token = read_fresh_token(body);
    ASSERT_FALSE(token) << body.substr(0, 50);
    EXPECT_THAT(token.error(), Not(HasSubstr("secret")));
  }
}

TEST(TokenRequest, ARefusalNamesOnlyErrorsThatAreKnown) {
  EXPECT_EQ(refusal_text(400, R"({"error":"invalid_grant","error_description":"secret"})"),
            "HTTP 400 (invalid_grant)");
  EXPECT_EQ(refusal_text(400, R"({"error":"secret"})"), "HTTP 400");
  EXPECT_EQ(refusal_text(502, "<html>secret"), "HTTP 502");
}

RC_GTEST_PROP(TokenRequestLaw, NoBodyBreaksIt, (const std::string& body)) {
  const auto token = read_fresh_token(body);
  RC_ASSERT(!token || !token->text.empty());
  RC_ASSERT(refusal_text(400, body).starts_with("HTTP 400"));
}

}  // namespace
}  // namespace hassle::client
