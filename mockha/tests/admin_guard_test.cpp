// Who may use the admin API: a web page of somebody else's must not.
#include "mockha/admin_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hassle::mockha {

using testing::HasSubstr;
using testing::Not;

namespace {

const admin_rules without_token{.token = "", .at = {"127.0.0.1", 8124}};
const admin_rules with_token{.token = "sesame-sesame", .at = {"0.0.0.0", 8124}};

unsigned verdict(const admin_rules& rules, std::vector<net::http_header> headers,
                 bool open = false) {
  net::http_request request;
  request.method = "POST";
  request.headers = std::move(headers);
  const auto refused = refuse_admin(rules, request, open);
  return refused ? refused->status : 0;
}

}  // namespace

TEST(AdminGuard, ThisMachinesOwnNamesPass) {
  for (const std::string host :
       {"127.0.0.1:8124", "localhost:8124", "[::1]:8124", "127.0.0.1", "localhost"}) {
    EXPECT_EQ(verdict(without_token, {{"Host", host}}), 0U) << host;
  }
  const admin_rules other{.token = "", .at = {"127.0.0.2", 1}};
  EXPECT_EQ(verdict(other, {{"Host", "127.0.0.2:1"}}), 0U);
}

// A page whose name points at 127.0.0.1 sends its own name.
TEST(AdminGuard, AnotherNameForThisMachineIsRefused) {
  for (const std::string host : {"evil.example:8124", "localhost.evil.example", "127.0.0.1:80",
                                 "127.0.0.1:8124.evil.example", ""}) {
    EXPECT_EQ(verdict(without_token, {{"Host", host}}), 403U) << host;
  }
  EXPECT_EQ(verdict(without_token, {}), 400U);
  EXPECT_EQ(verdict(without_token, {{"Host", "localhost"}, {"HOST", "evil.example"}}), 400U);
}

TEST(AdminGuard, APageOfElsewhereIsRefused) {
  for (const std::string origin :
       {"http://evil.example", "null", "https://127.0.0.1:8124", "http://127.0.0.1:8123"}) {
    EXPECT_EQ(verdict(without_token, {{"Host", "127.0.0.1:8124"}, {"Origin", origin}}), 403U)
        << origin;
    EXPECT_EQ(verdict(with_token, {{"Host", "127.0.0.1:8124"},
                                   {"Origin", origin},
                                   {"Authorization", "Bearer sesame-sesame"}}),
              403U);
  }
  EXPECT_EQ(
      verdict(without_token, {{"Host", "127.0.0.1:8124"}, {"Origin", "http://127.0.0.1:8124"}}),
      0U);
}

TEST(AdminGuard, ATokenHasToBeShownWhereThereIsOne) {
  const net::http_header host{"Host", "mockha.lan:8124"};
  EXPECT_EQ(verdict(with_token, {host}), 401U);
  EXPECT_EQ(verdict(with_token, {host, {"Authorization", "Bearer sesame-sesame"}}), 0U);
  for (const std::string shown :
       {"Bearer sesame-sesamf", "Bearer sesame-sesam", "Bearer ",
        "Bearer sesame-sesamesesame-sesame", "sesame-sesame", "Basic sesame-sesame"}) {
    EXPECT_EQ(verdict(with_token, {host, {"Authorization", shown}}), 401U) << shown;
  }
  EXPECT_EQ(verdict(with_token, {host}, true), 0U) << "the page itself, which asks for the token";
}

TEST(AdminGuard, ARefusalDoesNotTellTheToken) {
  net::http_request request;
  request.headers = {{"Host", "x"}, {"Authorization", "Bearer wrong"}};
  const auto refused = refuse_admin(with_token, request, false);
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->body, Not(HasSubstr("sesame")));
}

}  // namespace hassle::mockha
