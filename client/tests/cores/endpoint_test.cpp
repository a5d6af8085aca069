#include <hassle/client/endpoint.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace hassle::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

endpoint_config of(std::string_view url) {
  const auto parsed = endpoint_from_url(url);
  EXPECT_TRUE(parsed) << url << ": " << (parsed ? "" : parsed.error());
  return parsed.value_or(endpoint_config{});
}

TEST(EndpointFromUrl, AllFourSchemesAreUnderstoodAndTlsIsNeverSilentlyOff) {
  EXPECT_EQ(of("http://home.local:8123").server, net::endpoint("home.local", 8123));
  EXPECT_FALSE(of("http://home.local:8123").tls);
  EXPECT_FALSE(of("WS://home.local:8123").tls);
  EXPECT_EQ(of("https://example.org").server.port, 443);
  EXPECT_EQ(of("https://example.org").tls, tls_config{});
  EXPECT_EQ(of("wss://example.org:8443").tls, tls_config{});
  EXPECT_EQ(of("http://example.org").server.port, 80);
}

TEST(EndpointFromUrl, PathPrefixesAreKept) {
  EXPECT_EQ(of("http://h:1").target, "/api/websocket");
  EXPECT_EQ(of("http://h:1/").target, "/api/websocket");
  EXPECT_EQ(of("http://h:1/home%20one/").target, "/home%20one/api/websocket");
  EXPECT_EQ(of("ws://h:1/x/api/websocket").target, "/x/api/websocket");
  EXPECT_EQ(token_target("/x/api/websocket"), "/x/auth/token");
  EXPECT_EQ(token_target("/api/websocket"), "/auth/token");
  EXPECT_EQ(token_target("/core/websocket"), "/auth/token");
}

TEST(EndpointFromUrl, Ipv6AddressesLoseTheirBrackets) {
  EXPECT_EQ(of("http://[fd00::1]:8123").server, net::endpoint("fd00::1", 8123));
}

TEST(EndpointFromUrl, WhatItCannotMeanIsRefusedWithoutRepeatingIt) {
  for (const auto* url : {"", "home.local:8123", "ftp://h:1", "http://", "http://h:0",
                          "http://h:99999", "http://h:1?x=1", "http://h:1#x",
                          "http://user:hunter2@h:1", "http:// h", "unix:///run/x"}) {
    const auto parsed = endpoint_from_url(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_THAT(parsed.error(), Not(HasSubstr("hunter2")));
  }
}

TEST(ProxyFromUrl, UserAndPasswordMayBeEncoded) {
  const auto proxy = proxy_from_url("http://me:p%40ss@proxy.lan:3128", " .lan, 10.0.0.7 ,");
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->server, net::endpoint("proxy.lan", 3128));
  EXPECT_EQ(proxy->user, "me");
  EXPECT_EQ(proxy->password, "p@ss");
  EXPECT_THAT(proxy->bypass, ElementsAre(".lan", "10.0.0.7"));
  EXPECT_EQ(proxy_from_url("proxy.lan:3128", "")->server, net::endpoint("proxy.lan", 3128));
  EXPECT_FALSE(proxy_from_url("socks5://proxy.lan:1080", ""));
  EXPECT_FALSE(proxy_from_url("http://proxy.lan", ""));
}

TEST(Bypasses, NamesCoverThemselvesAndWhatIsBelowThem) {
  const proxy_config proxy{.bypass = {".lan", "Example.org", "fd00::1"}};
  EXPECT_TRUE(bypasses(proxy, "home.LAN"));
  EXPECT_TRUE(bypasses(proxy, "lan"));
  EXPECT_TRUE(bypasses(proxy, "ha.example.org"));
  EXPECT_TRUE(bypasses(proxy, "fd00::1"));
  EXPECT_FALSE(bypasses(proxy, "vlan"));
  EXPECT_FALSE(bypasses(proxy, "badexample.org"));
  EXPECT_TRUE(bypasses(proxy_config{.bypass = {"*"}}, "anything"));
  EXPECT_FALSE(bypasses(proxy_config{.bypass = {"."}}, "anything"));
}

TEST(Bypasses, AStarBeforeTheDotIsNoMoreThanTheDot) {
  const proxy_config proxy{.bypass = {"*.lan"}};
  EXPECT_TRUE(bypasses(proxy, "home.lan"));
  EXPECT_FALSE(bypasses(proxy, "vlan"));
}

TEST(ProxyFromEnvironment, DependsOnTls) {
  const proxy_environment environment{
      .https_proxy = "http://secure.lan:1", .http_proxy = "plain.lan:2", .no_proxy = "home.lan"};
  const auto secure = proxy_from_environment(environment, true);
  const auto plain = proxy_from_environment(environment, false);
  ASSERT_TRUE(secure && *secure && plain && *plain);
  EXPECT_EQ((*secure)->server, net::endpoint("secure.lan", 1));
  EXPECT_EQ((*plain)->server, net::endpoint("plain.lan", 2));
  EXPECT_THAT((*plain)->bypass, ElementsAre("home.lan"));
}

TEST(ProxyFromEnvironment, MayNameNoneOrAWrongOne) {
  const auto none = proxy_from_environment({.no_proxy = "*"}, true);
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, std::nullopt);
  const auto wrong =
      proxy_from_environment({.https_proxy = "socks5://me:hunter2@proxy.lan:1080"}, true);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error(), Not(HasSubstr("hunter2")));
}

TEST(HostHeader, HasThePortUnlessItIsTheSchemesOwn) {
  endpoint_config endpoint;
  endpoint.server = {"ha.lan", 8123};
  EXPECT_EQ(host_header(endpoint), "ha.lan:8123");
  endpoint.server.port = 80;
  EXPECT_EQ(host_header(endpoint), "ha.lan");
  endpoint.tls.emplace();
  EXPECT_EQ(host_header(endpoint), "ha.lan:80");
  endpoint.server = {"fe80::1%eth0", 443};
  EXPECT_EQ(host_header(endpoint), "[fe80::1]");
  EXPECT_EQ(authority_of(endpoint.server), "[fe80::1]:443");
}

// No text makes it crash, and what it accepts is usable.
RC_GTEST_PROP(EndpointFromUrl, AcceptsOnlyWhatCanBeDialled, (const std::string& tail)) {
  const auto parsed = endpoint_from_url("http://" + tail);
  if (!parsed) return;
  RC_ASSERT(!parsed->server.host.empty() && parsed->server.port != 0);
  RC_ASSERT(parsed->target.starts_with('/') && parsed->target.ends_with("/api/websocket"));
}

}  // namespace
}  // namespace hassle::client
