#include "http_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

namespace hassle::mockha {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

const std::string client = "http://localhost:8123/";

json::object parsed(const std::string& shown) {
  return json::parse(shown.substr(shown.find(' ') + 1)).as_object();
}
std::string text_of(const json::object& from, std::string_view key) {
  return std::string(from.at(key).as_string());
}

struct HttpAuthTest : testing::Test {
  http_story s;

  json::object log_in() {
    const auto code = s.tokens.make_code(client, user{}.id, s.wall);
    const auto answer = s.posts_form(
        "/auth/token", "grant_type=authorization_code&client_id=" + client + "&code=" + code);
    EXPECT_THAT(answer, StartsWith("200 "));
    return parsed(answer);
  }
};

TEST_F(HttpAuthTest, ACodeIsTradedForTokens) {
  const auto code = s.tokens.make_code(client, user{}.id, s.wall);
  const auto outcome =
      s.asks("POST", "/auth/token", {"Content-Type: application/x-www-form-urlencoded"},
             "grant_type=authorization_code&client_id=" + client + "&code=" + code);
  EXPECT_THAT(http_story::shown(outcome),
              MatchesRegex(R"(200 \{"access_token":"[^"]+","token_type":"Bearer",)"
                           R"("refresh_token":"[0-9a-f]{128}","expires_in":1800,)"
                           R"("ha_auth_provider":"homeassistant"\})"));
  EXPECT_EQ(http_story::header(outcome, "Cache-Control"), "no-store");
  EXPECT_EQ(http_story::header(outcome, "Pragma"), "no-cache");
  const auto token = text_of(parsed(http_story::shown(outcome)), "access_token");
  EXPECT_THAT(s.get("/api/", {"Authorization: Bearer " + token}), StartsWith("200 "));
}

TEST_F(HttpAuthTest, ARefreshTokenIsTradedForAnAccessTokenAsTheJavascriptClientAsks) {
  const std::string refresh = text_of(log_in(), "refresh_token");
  const auto part = [](const std::string& name, const std::string& value) {
    return "------x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value +
           "\r\n";
  };
  const auto outcome =
      s.asks("POST", "/auth/token", {"Content-Type: multipart/form-data; boundary=----x"},
             part("client_id", client) + part("grant_type", "refresh_token") +
                 part("refresh_token", refresh) + "------x--\r\n");
  EXPECT_THAT(
      http_story::shown(outcome),
      MatchesRegex(R"(200 \{"access_token":"[^"]+","token_type":"Bearer","expires_in":1800\})"));
}

TEST_F(HttpAuthTest, WhatIsWrongIsSaidAsHomeAssistantDoes) {
  const auto asks = [&](const std::string& form) { return s.posts_form("/auth/token", form); };
  EXPECT_EQ(asks(""), R"(400 {"error":"unsupported_grant_type"})");
  EXPECT_EQ(asks("grant_type=password"), R"(400 {"error":"unsupported_grant_type"})");
  EXPECT_EQ(asks("grant_type=authorization_code&code=1"),
            R"(400 {"error":"invalid_request","error_description":"Invalid client id"})");
  EXPECT_EQ(asks("grant_type=authorization_code&client_id=" + client),
            R"(400 {"error":"invalid_request","error_description":"Invalid code"})");
  EXPECT_EQ(asks("grant_type=refresh_token"), R"(400 {"error":"invalid_request"})");
  EXPECT_EQ(asks("grant_type=refresh_token&refresh_token=x"), R"(400 {"error":"invalid_grant"})");
  EXPECT_EQ(
      http_story::shown(s.asks("POST", "/auth/token", {"Content-Type: multipart/form-data"}, "x")),
      "400 400: Bad Request");
  EXPECT_EQ(s.get("/auth/token"), "405 405: Method Not Allowed");
}

TEST_F(HttpAuthTest, AnInactiveUserIsDenied) {
  const std::string refresh = text_of(log_in(), "refresh_token");
  user gone;
  gone.is_active = false;
  s.tokens.add_user(gone);
  EXPECT_EQ(s.posts_form("/auth/token", "grant_type=refresh_token&refresh_token=" + refresh +
                                            "&client_id=" + client),
            R"(403 {"error":"access_denied","error_description":"User is not active"})");
}

TEST(HttpAuthBan, EveryRefusalOfATokenCounts) {
  http_story s({.enabled = true, .login_attempts_threshold = 2});
  EXPECT_THAT(s.posts_form("/auth/token", "grant_type=refresh_token"), StartsWith("400 "));
  EXPECT_THAT(s.posts_form("/auth/revoke", ""), StartsWith("200 "));
  EXPECT_THAT(s.posts_form("/auth/token", "grant_type=nonsense"), StartsWith("400 "));
  EXPECT_EQ(s.posts_form("/auth/token", "grant_type=nonsense"), "403 403: Forbidden");
}

TEST_F(HttpAuthTest, RevokingAlwaysSucceedsAndThrowsOutWhoIsThere) {
  const auto login = log_in();
  const std::string refresh = text_of(login, "refresh_token");
  const std::string access = text_of(login, "access_token");
  const std::string id = s.tokens.check(access, s.wall)->refresh_token_id;
  EXPECT_EQ(s.posts_form("/auth/revoke", "token=unknown"), "200 ");
  EXPECT_EQ(s.posts_form("/auth/revoke", ""), "200 ");
  EXPECT_TRUE(s.told.empty());
  EXPECT_EQ(s.posts_form("/auth/revoke", "token=" + refresh), "200 ");
  EXPECT_THAT(s.told, ElementsAre("throw out " + id));
  EXPECT_THAT(s.get("/api/", {"Authorization: Bearer " + access}), StartsWith("401 "));
  EXPECT_EQ(
      s.posts_form("/auth/token", "action=revoke&token=" + text_of(log_in(), "refresh_token")),
      "200 ");
  EXPECT_EQ(s.told.size(), 2U);
}

TEST_F(HttpAuthTest, PagesOfOtherOriginsMayAskForTokensOnly) {
  const std::vector<std::string> origin = {"Origin: https://app.example",
                                           "Access-Control-Request-Method: POST"};
  const auto preflight = s.asks("OPTIONS", "/auth/token", origin);
  EXPECT_EQ(http_story::shown(preflight), "200 ");
  EXPECT_EQ(http_story::header(preflight, "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(http_story::header(preflight, "Access-Control-Allow-Methods"), "POST");
  EXPECT_THAT(http_story::shown(s.asks("OPTIONS", "/auth/token")), StartsWith("403 "));
  const auto error = s.asks("POST", "/auth/token", {"Origin: https://app.example"});
  EXPECT_THAT(http_story::shown(error), StartsWith("400 "));
  EXPECT_EQ(http_story::header(error, "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(http_story::header(s.asks("POST", "/auth/token"), "Access-Control-Allow-Origin"),
            "(none)");
  EXPECT_THAT(http_story::shown(s.asks("OPTIONS", "/api/states", origin)), StartsWith("405 "));
  EXPECT_EQ(http_story::header(s.asks("GET", "/api/states", origin), "Access-Control-Allow-Origin"),
            "(none)");
}

// --- the login page ---

struct LoginFlowTest : HttpAuthTest {
  std::string post(const std::string& target, std::string body) {
    return http_story::shown(s.asks("POST", target, {"Content-Type: application/json"}, body));
  }
  std::string begin() {
    const auto answer = post("/auth/login_flow", R"({"client_id":"http://localhost:8123/",)"
                                                 R"("handler":["homeassistant",null],)"
                                                 R"("redirect_uri":"http://localhost:8123/x"})");
    EXPECT_THAT(answer, AllOf(StartsWith(R"(200 {"type":"form","flow_id":")"),
                              HasSubstr(R"("errors":{})")));
    return text_of(parsed(answer), "flow_id");
  }
  std::string enter(const std::string& flow, const std::string& name, const std::string& password) {
    return post("/auth/login_flow/" + flow,
                R"({"client_id":"http://localhost:8123/","username":")" + name +
                    R"(","password":")" + password + R"("})");
  }
};

TEST_F(LoginFlowTest, NameAndPasswordGiveACode) {
  const auto flow = begin();
  EXPECT_THAT(enter(flow, "owner", "wrong"), HasSubstr(R"("errors":{"base":"invalid_auth"})"));
  const auto answer = enter(flow, "owner", "password");
  EXPECT_THAT(answer, HasSubstr(R"("type":"create_entry")"));
  const auto code = text_of(parsed(answer), "result");
  EXPECT_THAT(s.posts_form("/auth/token",
                           "grant_type=authorization_code&client_id=" + client + "&code=" + code),
              StartsWith("200 "));
  EXPECT_EQ(enter(flow, "owner", "password"), R"(404 {"message":"Invalid flow specified"})");
}

TEST_F(LoginFlowTest, StaysWithTheAddressThatBeganIt) {
  const auto flow = begin();
  s.peer = "10.0.0.8";
  EXPECT_EQ(enter(flow, "owner", "password"), R"(400 {"message":"IP address changed"})");
}

TEST_F(LoginFlowTest, CanBeAborted) {
  const auto flow = begin();
  EXPECT_EQ(http_story::shown(s.asks("DELETE", "/auth/login_flow/" + flow)),
            R"(200 {"message":"Flow aborted"})");
  EXPECT_EQ(http_story::shown(s.asks("DELETE", "/auth/login_flow/" + flow)),
            R"(404 {"message":"Invalid flow specified"})");
}

TEST_F(LoginFlowTest, WhatIsMalformedIsRefused) {
  EXPECT_EQ(post("/auth/login_flow", "{"), R"(400 {"message":"Invalid JSON specified."})");
  EXPECT_THAT(post("/auth/login_flow", "{}"), StartsWith("400 "));
  EXPECT_EQ(
      post("/auth/login_flow", R"({"client_id":"x","handler":"homeassistant","redirect_uri":"x"})"),
      R"(400 {"message":"Invalid client id"})");
  EXPECT_EQ(post("/auth/login_flow",
                 R"({"client_id":"http://a/","handler":["other",null],"redirect_uri":"x"})"),
            R"(404 {"message":"Invalid handler specified"})");
  EXPECT_EQ(post("/auth/login_flow/" + begin(), R"({"client_id":"http://a/"})"),
            R"(400 {"message":"User input malformed"})");
}

TEST(LoginFlowBan, WrongPasswordsCountAndAGoodOneForgetsThem) {
  http_story s({.enabled = true, .login_attempts_threshold = 2});
  const auto post = [&](const std::string& target, const std::string& body) {
    return http_story::shown(s.asks("POST", target, {}, body));
  };
  const auto begin = [&] {
    return text_of(
        parsed(post("/auth/login_flow", R"({"client_id":"http://a/","handler":"homeassistant",)"
                                        R"("redirect_uri":"http://a/"})")),
        "flow_id");
  };
  const auto enter = [&](const std::string& flow, const std::string& password) {
    return post("/auth/login_flow/" + flow,
                R"({"client_id":"http://a/","username":"owner","password":")" + password + "\"}");
  };
  const auto flow = begin();
  EXPECT_THAT(enter(flow, "wrong"), StartsWith("200 "));
  EXPECT_THAT(enter(flow, "password"), HasSubstr("create_entry"));
  const auto next = begin();
  EXPECT_THAT(enter(next, "wrong"), StartsWith("200 "));
  EXPECT_THAT(enter(next, "wrong"), StartsWith("200 "));
  EXPECT_EQ(enter(next, "password"), "403 403: Forbidden");
}

TEST(LoginFlows, TheOldestGiveWay) {
  token_store tokens(net::random_stream(1));
  login_flows flows(net::random_stream(2), {.flows_max = 2});
  const auto first = flows.begin("a");
  const auto second = flows.begin("a");
  const auto third = flows.begin("a");
  EXPECT_FALSE(flows.abort(first));
  EXPECT_TRUE(flows.abort(second));
  EXPECT_TRUE(flows.abort(third));
}

}  // namespace
}  // namespace hassle::mockha
