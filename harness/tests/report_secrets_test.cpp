// A report is shown to many. What a run logs in with must be in none of them.
#include "harness/runner.hpp"
#include "mockha/server.hpp"
#include "mockha/tokens.hpp"
#include "mockha/user.hpp"
#include "reports/journal_file.hpp"
#include "reports/report.hpp"
#include "reports/writers.hpp"
#include "scenarios/library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// What the text of any access token of the mock begins with: {"alg":"HS256","typ":"JWT"}.
constexpr std::string_view jwt_head = "eyJhbGciOi";
/// Refresh tokens and keys. The colours of a chart's library are rows of six digits each.
constexpr std::size_t secret_hex_digits = 128;

bool holds_secret_hex(std::string_view text) {
  std::size_t row = 0;
  const auto ends_secret = [&](char c) {
    const bool hex = std::isxdigit(static_cast<unsigned char>(c)) != 0;
    const bool ended = !hex && row == secret_hex_digits;
    row = hex ? row + 1 : 0;
    return ended;
  };
  return std::ranges::any_of(text, ends_secret) || row == secret_hex_digits;
}

/// What in it is a token, in words.
std::vector<std::string> secrets_in(std::string_view text) {
  std::vector<std::string> found;
  if (text.find(mockha::default_access_token) != std::string_view::npos)
    found.emplace_back("token");
  if (text.find(jwt_head) != std::string_view::npos) found.emplace_back("access token");
  if (holds_secret_hex(text)) found.emplace_back("refresh token");
  return found;
}

reports::report report_of(const std::vector<std::string_view>& names, std::string_view client) {
  reports::measurement all{.tool_version = "1"};
  for (const std::string_view name : names) {
    const scenario::scenario what = scenario::find_scenario(name).value();
    auto result = run_batch({{&what, scenario::find_profile(client).value(), 1}},
                            {.keep_runs = true, .keep_wire = true});
    EXPECT_TRUE(result.has_value());
    if (!result) continue;
    reports::scenario_info info;
    info.name = name;
    info.mechanism = what.head_comment;
    all.scenarios.push_back(std::move(info));
    std::ranges::move(result->cells, std::back_inserter(all.cells));
    std::ranges::move(result->kept, std::back_inserter(all.kept));
  }
  return reports::make_report(std::move(all));
}

TEST(ReportSecrets, ATokenOfTheMockWouldBeRecognised) {
  mockha::token_store store{net::random_stream(1)};
  store.add_user(mockha::user{});
  const mockha::wall_time now{std::chrono::seconds(1'782'388'800)};
  const std::string client = "http://client.local/";
  const auto made =
      store.redeem_code(store.make_code(client, mockha::user{}.id, now), client, now).value();
  EXPECT_THAT(made.access_token, StartsWith(std::string(jwt_head)));
  EXPECT_THAT(secrets_in("x" + made.access_token), ::testing::ElementsAre("access token"));
  EXPECT_THAT(secrets_in("x" + made.refresh_token + "x"), ::testing::ElementsAre("refresh token"));
  EXPECT_THAT(secrets_in(mockha::default_access_token), ::testing::ElementsAre("token"));
}

TEST(ReportSecrets, NoReportHoldsATokenOfARunThatLogsIn) {
  // Tokens that expire, that are refused and refreshed, that are taken back, and one for ever.
  const std::vector<std::string_view> scenarios{"token-expired-on-reconnect", "token-revoked-kick",
                                                "clock-jump", "canary"};
  for (const std::string_view client : {"naive", "production"}) {
    const reports::report report = report_of(scenarios, client);
    ASSERT_EQ(report.of.kept.size(), scenarios.size());
    for (const reports::writer& each : reports::writers()) {
      // Its bytes are hexadecimal: rows of digits are nothing there, and `wire_run_test` reads
      // them.
      if (each.format == reports::wire_measurement_format) continue;
      const std::string text = each.write(report);
      EXPECT_THAT(text, ::testing::Not(IsEmpty())) << each.format;
      EXPECT_THAT(secrets_in(text), IsEmpty()) << each.format;
    }
    for (const reports::kept_run& each : report.of.kept) {
      EXPECT_GT(each.events.events().size(), 10U);
    }
  }
}

}  // namespace
}  // namespace hassle::harness
