// TLS in whole runs: it is real, what goes wrong with it is seen, and runs stay equal.
#include "scenario_runs.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace hassle::harness {
namespace {

using reports::event_kind;
using ::testing::Each;
using ::testing::HasSubstr;

std::string over_tls(std::string_view tables) {
  return fmt::format(R"(
schema = 1
title = "t"
duration = "10m"
settle = "2m"
clients = ["production"]
[server]
tls = true
[workload]
between_bursts = "30s"
{}
)",
                     tables);
}

std::string failures(const test_run& run) {
  std::string all;
  for (const auto& e : run.raw.journal.events()) {
    if (e.kind == event_kind::attempt_failed) all += e.text + "\n";
  }
  return all;
}

TEST(HouseholdTls, ProductionWorksOverIt) {
  const auto run = run_text(over_tls(""), "production");
  EXPECT_GE(run.count(event_kind::attempt_stage, "tls"), 1U);
  EXPECT_THAT(run.outcomes(), Each("fresh"));
}

TEST(HouseholdTls, EveryFlawIsSeenAndRecoveredFrom) {
  const auto with = [](std::string_view how) {
    return run_text(over_tls(fmt::format("[[fault]]\nkind = \"drop\"\nat = \"2m\"\n[[fault]]\n"
                                         "kind = \"tls\"\nhow = \"{}\"\nat = \"2m\"\nfor = \"30s\"",
                                         how)),
                    "production");
  };
  for (const std::string_view how : {"expired", "wrong_name", "unknown_ca", "stalled"}) {
    const auto run = with(how);
    EXPECT_GE(run.count(event_kind::fault_hit, "tls-1"), 1U) << how;
    EXPECT_THAT(failures(run), HasSubstr("tls: ")) << how;
    EXPECT_GE(run.count(event_kind::client_ready), 2U) << how;
  }
  EXPECT_THAT(failures(with("expired")), HasSubstr("expired"));
}

/// The first event in which two runs differ; empty if they are equal.
std::string difference(const test_run& a, const test_run& b) {
  const auto text = [](const reports::event& e) {
    return fmt::format("{} {} c{} n{} v{} {}", e.at.count(), reports::name_of(e.kind), e.connection,
                       e.command, e.value, e.text);
  };
  const auto& left = a.raw.journal.events();
  const auto& right = b.raw.journal.events();
  const auto [l, r] = std::ranges::mismatch(left, right);
  if (l == left.end() && r == right.end()) return {};
  return fmt::format("{} / {}", l == left.end() ? "its end" : text(*l),
                     r == right.end() ? "its end" : text(*r));
}

// A slot that was turned away drops what it trusts, while another one is still dialling.
TEST(HouseholdTls, SlotsThatDialSideBySideSurviveARejectedCertificate) {
  const auto run = run_text(over_tls("[network]\njitter = \"300ms\"\n"
                                     "[[fault]]\nkind = \"drop\"\nevery = \"1m\"\n"
                                     "[[fault]]\nkind = \"tls\"\nhow = \"expired\"\n"
                                     "at = \"30s\"\nfor = \"8m\""),
                            "production-without-jitter");
  EXPECT_THAT(failures(run), HasSubstr("tls: "));
  EXPECT_GE(run.count(event_kind::client_ready), 2U);
}

TEST(HouseholdTls, EqualRunsAreEqualThoughNoTwoHandshakesAre) {
  const std::string text =
      over_tls("[[fault]]\nkind = \"drop\"\nevery = \"20s\"\n[client]\nherd = 2");
  const auto first = run_text(text, "production");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(difference(first, run_text(text, "production")), "");
}

TEST(HouseholdTls, EqualRunsAreEqualOnASlowLink) {
  // Every byte of a record is time.
  const std::string text = over_tls(
      "[[fault]]\nkind = \"drop\"\nevery = \"10s\"\n[client]\nherd = 2\n[network]\n"
      "bandwidth = \"16KiB/s\"");
  const auto first = run_text(text, "production");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(difference(first, run_text(text, "production")), "");
}

TEST(HouseholdTls, AnotherEndpointIsTakenWhereTheFirstIsBlocked) {
  const auto run = run_text(over_tls(R"(
[[endpoint]]
name = "remote"
latency = "60ms"
[[fault]]
kind = "partition"
endpoint = "local"
at = "2m"
for = "5m"
)"),
                            "production");
  EXPECT_GE(run.count(event_kind::endpoint_changed, "remote"), 1U);
}

}  // namespace
}  // namespace hassle::harness
