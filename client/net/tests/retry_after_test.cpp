#include <hassle/net/http.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace hassle::net {
namespace {

using namespace std::chrono_literals;

// The example of RFC 9110 §5.6.7: 1994-11-06T08:49:37Z, a Sunday.
constexpr std::chrono::sys_seconds example{784'111'777s};

TEST(RetryAfter, MayBeSeconds) {
  EXPECT_EQ(retry_after_of("120", example), 120s);
  EXPECT_EQ(retry_after_of(" 0 ", example), 0s);
}

TEST(RetryAfter, MayBeADateInEachOfTheThreeForms) {
  const auto before = example - 90s;
  EXPECT_EQ(retry_after_of("Sun, 06 Nov 1994 08:49:37 GMT", before), 90s);
  EXPECT_EQ(retry_after_of("Sun Nov  6 08:49:37 1994", before), 90s);
  // Two digits are of this century: 2024-11-01T00:00:00Z.
  const std::chrono::sys_seconds day{1'730'419'200s};
  EXPECT_EQ(retry_after_of("Friday, 01-Nov-24 00:01:40 GMT", day), 100s);
}

TEST(RetryAfter, ADateThatHasPassedIsNow) {
  EXPECT_EQ(retry_after_of("Sun, 06 Nov 1994 08:49:37 GMT", example + 1h), 0s);
}

TEST(RetryAfter, IsAYearAtMost) {
  EXPECT_EQ(retry_after_of("99999999999999999999999999", example), 365 * 24h);
  EXPECT_EQ(retry_after_of("Sat, 06 Nov 9994 08:49:37 GMT", example), 365 * 24h);
}

TEST(RetryAfter, AnythingElseIsNothing) {
  for (const auto* text :
       {"", "soon", "-1", "1.5", "0x10", "Sun, 06 Nov 1994", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 08:49:37 GMT!", "Sun, 06 Non 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994x", ", ", "Sun Nov"}) {
    EXPECT_EQ(retry_after_of(text, example), std::nullopt) << text;
  }
}

RC_GTEST_PROP(RetryAfterLaw, NoTextBreaksIt, (const std::string& text)) {
  const auto got = retry_after_of(text, example);
  RC_ASSERT(!got || (*got >= 0s && *got <= 365 * 24h));
}

}  // namespace
}  // namespace hassle::net
