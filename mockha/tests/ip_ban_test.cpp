#include "mockha/ip_ban.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hassle::mockha {
namespace {

ip_ban_settings after(int attempts, std::size_t addresses = 10'000) {
  return {.enabled = true, .login_attempts_threshold = attempts, .addresses_max = addresses};
}

TEST(IpBan, NeverBansByDefault) {
  ip_ban bans;
  for (int n = 0; n < 1000; ++n) EXPECT_FALSE(bans.on_failed_login("10.0.0.1"));
  EXPECT_FALSE(bans.is_banned("10.0.0.1"));
  EXPECT_TRUE(bans.list().empty());
}

TEST(IpBan, BansAtTheThresholdAndSaysSoOnce) {
  ip_ban bans(after(3));
  EXPECT_FALSE(bans.on_failed_login("10.0.0.1"));
  EXPECT_FALSE(bans.on_failed_login("10.0.0.1"));
  EXPECT_FALSE(bans.is_banned("10.0.0.1"));
  EXPECT_TRUE(bans.on_failed_login("10.0.0.1"));
  EXPECT_TRUE(bans.is_banned("10.0.0.1"));
  EXPECT_FALSE(bans.on_failed_login("10.0.0.1"));
  EXPECT_FALSE(bans.is_banned("10.0.0.2"));
}

TEST(IpBan, AGoodLoginForgetsWhatWasCounted) {
  ip_ban bans(after(2));
  bans.on_failed_login("10.0.0.1");
  bans.on_good_login("10.0.0.1");
  EXPECT_FALSE(bans.on_failed_login("10.0.0.1"));
  EXPECT_TRUE(bans.on_failed_login("10.0.0.1"));
  bans.on_good_login("10.0.0.1");  // From another program there: the ban stays.
  EXPECT_TRUE(bans.is_banned("10.0.0.1"));
}

TEST(IpBan, BansOutliveARestartAndCountsDoNot) {
  ip_ban bans(after(2));
  bans.on_failed_login("10.0.0.1");
  bans.on_failed_login("10.0.0.2");
  bans.on_failed_login("10.0.0.2");
  bans.on_restart();
  EXPECT_TRUE(bans.is_banned("10.0.0.2"));
  EXPECT_FALSE(bans.on_failed_login("10.0.0.1"));
}

TEST(IpBan, CanBeLiftedAndStartsFromNothing) {
  ip_ban bans(after(2));
  bans.on_failed_login("10.0.0.1");
  bans.on_failed_login("10.0.0.1");
  ASSERT_EQ(bans.list().size(), 1U);
  EXPECT_TRUE(bans.list()[0].banned);
  EXPECT_EQ(bans.list()[0].failed_logins, 2);
  EXPECT_TRUE(bans.lift("10.0.0.1"));
  EXPECT_FALSE(bans.lift("10.0.0.1"));
  EXPECT_FALSE(bans.is_banned("10.0.0.1"));
  EXPECT_FALSE(bans.on_failed_login("10.0.0.1"));
}

TEST(IpBan, CanBeGivenByHandAlsoWhereNothingIsCounted) {
  ip_ban bans;
  bans.ban("10.0.0.1");
  EXPECT_TRUE(bans.is_banned("10.0.0.1"));
  ip_ban off({.enabled = false, .login_attempts_threshold = 1});
  off.ban("10.0.0.1");
  EXPECT_FALSE(off.on_failed_login("10.0.0.1"));
  EXPECT_FALSE(off.is_banned("10.0.0.1"));
}

TEST(IpBan, RemembersABoundedNumberOfAddresses) {
  ip_ban bans(after(2, 3));
  for (int n = 0; n < 10; ++n) bans.on_failed_login("10.0.0." + std::to_string(n));
  EXPECT_EQ(bans.list().size(), 3U);
  EXPECT_FALSE(bans.on_failed_login("10.0.0.0"));  // It was forgotten.
  EXPECT_TRUE(bans.on_failed_login("10.0.0.9"));
}

}  // namespace
}  // namespace hassle::mockha
