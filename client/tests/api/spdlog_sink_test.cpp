#include <hassle/client/spdlog_sink.hpp>
#include <hassle/client/telemetry.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <set>
#include <sstream>
#include <string>

namespace hassle::client {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using kind = client_event_kind;

TEST(Telemetry, EveryKindHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(kind::subscription_gap); ++i) {
    EXPECT_TRUE(names.insert(describe(static_cast<kind>(i)).name).second) << i;
  }
  EXPECT_EQ(describe(kind::subscription_gap).name, "subscription_gap");
  EXPECT_EQ(describe(kind::home_starting).name, "home_starting");
  EXPECT_EQ(describe(kind::auth_refused).level, event_level::error);
}

TEST(Telemetry, ALineHasTheFieldsThatThereAre) {
  EXPECT_EQ(to_line({.kind = kind::attempt_failed,
                     .connection = 3,
                     .value = 7,
                     .text = "tcp: Connection refused"}),
            "attempt_failed connection=3 attempt=7 error=\"tcp: Connection refused\"");
  EXPECT_EQ(to_line({.kind = kind::cache_used, .tag = 12, .value = 1'500'000'000}),
            "cache_used command=12 age=1.500s");
  EXPECT_EQ(to_line({.kind = kind::thawed}), "thawed");
}

TEST(Telemetry, WhatAServerSaysCannotForgeALine) {
  const std::string evil = "x\"\nready connection=1\x1b[2J" + std::string(1'000, 'y');
  const std::string line = to_line({.kind = kind::closed, .connection = 1, .text = evil});
  EXPECT_THAT(line, HasSubstr("why=\"x\\\"\\x0aready connection=1\\x1b[2J"));
  EXPECT_LT(line.size(), 300U);
  EXPECT_THAT(line, EndsWith("...\""));
}

TEST(SpdlogSink, LogsALineAtTheLevelOfItsKind) {
  std::ostringstream out;
  auto to = std::make_shared<spdlog::sinks::ostream_sink_mt>(out);
  auto logger = std::make_shared<spdlog::logger>("ha", std::move(to));
  logger->set_pattern("%l %v");
  spdlog_sink sink(logger);
  sink.on_event({.kind = kind::command_sent, .connection = 1, .value = 2});
  EXPECT_THAT(out.str(), IsEmpty()) << "debug is below the logger's level";
  // Braces of a server's are no format of ours.
  sink.on_event({.kind = kind::auth_refused, .text = "{} {0}"});
  EXPECT_THAT(out.str(), HasSubstr("error auth_refused why=\"{} {0}\"\n"));
  logger->set_level(spdlog::level::trace);
  sink.on_event({.kind = kind::command_sent, .connection = 1, .value = 2});
  EXPECT_THAT(out.str(), EndsWith("debug command_sent connection=1 id=2\n"));
}

class counting_observer final : public observer {
 public:
  void on_event(const client_event&) override { ++count; }
  int count = 0;
};

TEST(ObserverFan, TellsAll) {
  counting_observer first;
  counting_observer second;
  observer_fan fan({&first, &second});
  fan.on_event({});
  EXPECT_EQ(first.count + second.count, 2);
}

}  // namespace
}  // namespace hassle::client
