#include <hassle/client/openmetrics_sink.hpp>
#include <hassle/client/telemetry.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using kind = client_event_kind;

/// An exposition, read by the rules of OpenMetrics 1.0; what breaks them is in `flaws`.
struct exposition {
  std::map<std::string, std::string> types;  ///< By family.
  std::map<std::string, double> samples;     ///< "name{labels}"
  std::vector<std::string> flaws;
};

/// The family that a sample belongs to: its name without the suffix of its type.
std::string family_of(const std::string& name, const std::map<std::string, std::string>& types) {
  for (const auto& [family, type] : types) {
    if (type == "gauge" && name == family) return family;
    if (type == "counter" && name == family + "_total") return family;
    if (type == "histogram" &&
        (name == family + "_bucket" || name == family + "_sum" || name == family + "_count")) {
      return family;
    }
  }
  return "";
}

exposition parse(const std::string& text) {
  exposition read;
  static const std::regex meta("# (TYPE|HELP|UNIT) ([a-z_]+) (.+)");
  static const std::regex sample(
      R"re(([a-z_]+)((?:\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)+\})?) ([0-9.e+-]+))re");
  std::istringstream in(text);
  std::string current;
  bool ended = false;
  for (std::string line; std::getline(in, line);) {
    std::smatch found;
    if (ended) read.flaws.push_back("after the end: " + line);
    if (line == "# EOF") {
      ended = true;
    } else if (std::regex_match(line, found, meta)) {
      if (found[1] == "TYPE") {
        current = found[2];
        if (!read.types.emplace(current, found[3]).second) read.flaws.push_back("twice: " + line);
      } else if (found[2] != current) {
        read.flaws.push_back("of another family: " + line);
      }
      if (found[1] == "UNIT" && !current.ends_with("_" + found[3].str())) {
        read.flaws.push_back("the name does not end in the unit: " + line);
      }
    } else if (std::regex_match(line, found, sample)) {
      if (family_of(found[1], read.types) != current) read.flaws.push_back("stray: " + line);
      if (!read.samples.emplace(found[1].str() + found[2].str(), std::stod(found[3])).second) {
        read.flaws.push_back("twice: " + line);
      }
    } else {
      read.flaws.push_back("no metric: " + line);
    }
  }
  if (!ended || !text.ends_with("# EOF\n")) read.flaws.emplace_back("no end");
  return read;
}

class OpenMetricsTest : public ::testing::Test {
 protected:
  exposition read() {
    exposition now_read = parse(sink.text());
    EXPECT_THAT(now_read.flaws, ::testing::IsEmpty());
    return now_read;
  }
  double value(const std::string& sample) {
    const exposition all = read();
    const auto found = all.samples.find("hassle_client_" + sample);
    if (found != all.samples.end()) return found->second;
    ADD_FAILURE() << "no sample " << sample;
    return -1;
  }

  net::time_point now{};
  openmetrics_sink sink{{}, [this] { return now; }};
};

TEST_F(OpenMetricsTest, CountsWhatHappens) {
  sink.on_event({.kind = kind::attempt_began, .value = 1});
  sink.on_event({.kind = kind::attempt_failed, .text = "tcp: Connection refused"});
  sink.on_event({.kind = kind::answer_taken, .connection = 1, .value = 3, .text = "ok"});
  sink.on_event({.kind = kind::answer_taken, .connection = 1, .value = 4, .text = "not_found"});
  sink.on_event({.kind = kind::breaker_changed, .text = "open"});
  sink.on_event({.kind = kind::call_refused, .text = "breaker_open"});
  EXPECT_EQ(value("attempts_total"), 1);
  EXPECT_EQ(value("attempt_failures_total{stage=\"tcp\"}"), 1);
  EXPECT_EQ(value("attempt_failures_total{stage=\"tls\"}"), 0);
  EXPECT_EQ(value("answers_total{result=\"ok\"}"), 1);
  EXPECT_EQ(value("answers_total{result=\"error\"}"), 1);
  EXPECT_EQ(value("breaker{state=\"open\"}"), 1);
  EXPECT_EQ(value("breaker{state=\"closed\"}"), 0);
  EXPECT_EQ(value("calls_refused_total{reason=\"breaker_open\"}"), 1);
}

TEST_F(OpenMetricsTest, MeasuresAnswersAndRecoveries) {
  sink.on_event({.kind = kind::ready, .connection = 1});
  EXPECT_EQ(value("connections_ready"), 1);
  sink.on_event({.kind = kind::command_sent, .connection = 1, .value = 7});
  now += 30ms;
  sink.on_event({.kind = kind::answer_taken, .connection = 1, .value = 7, .text = "ok"});
  EXPECT_EQ(value("answer_seconds_count"), 1);
  EXPECT_DOUBLE_EQ(value("answer_seconds_sum"), 0.03);
  EXPECT_EQ(value("answer_seconds_bucket{le=\"0.025\"}"), 0);
  EXPECT_EQ(value("answer_seconds_bucket{le=\"0.05\"}"), 1);
  EXPECT_EQ(value("answer_seconds_bucket{le=\"+Inf\"}"), 1);
  sink.on_event({.kind = kind::closed, .connection = 1, .text = "reset"});
  EXPECT_EQ(value("connections_ready"), 0);
  now += 4s;
  sink.on_event({.kind = kind::ready, .connection = 2});
  EXPECT_EQ(value("recovery_seconds_count"), 1);
  EXPECT_EQ(value("recovery_seconds_sum"), 4);
  sink.on_event({.kind = kind::subscription_gap, .value = 1, .text = "2000000000"});
  EXPECT_EQ(value("subscription_gap_seconds_sum"), 2);
}

// A connection that never was ready is nobody's recovery.
TEST_F(OpenMetricsTest, AFailedAttemptIsNoLoss) {
  sink.on_event({.kind = kind::closed, .connection = 9, .text = "auth"});
  EXPECT_EQ(value("closures_total"), 0);
  sink.on_event({.kind = kind::ready, .connection = 10});
  EXPECT_EQ(value("recovery_seconds_count"), 0);
}

TEST_F(OpenMetricsTest, WhatServersSayMakesNoSeries) {
  const std::size_t before = read().samples.size();
  for (int i = 0; i < 100; ++i) {
    const std::string text = "made_up_" + std::to_string(i) + "\"} 1\n";
    sink.on_event({.kind = kind::attempt_failed, .text = text});
    sink.on_event({.kind = kind::call_refused, .text = text});
    sink.on_event({.kind = kind::breaker_changed, .text = text});
  }
  EXPECT_EQ(read().samples.size(), before);
  EXPECT_THAT(sink.text(), Not(HasSubstr("made_up")));
  EXPECT_EQ(value("attempt_failures_total{stage=\"other\"}"), 100);
}

TEST(OpenMetrics, LabelsOfTheCallersAreEscaped) {
  const openmetrics_sink sink({{"client", "the \"kitchen\"\\\n"}, {"floor", "1"}});
  const exposition read = parse(sink.text());
  EXPECT_THAT(read.flaws, ::testing::IsEmpty());
  EXPECT_TRUE(read.samples.contains(
      R"(hassle_client_attempts_total{client="the \"kitchen\"\\\n",floor="1"})"));
  EXPECT_TRUE(read.samples.contains(
      R"(hassle_client_answers_total{client="the \"kitchen\"\\\n",floor="1",result="ok"})"));
}

// Whatever is told, the text can be read, and histograms do not decrease.
TEST(OpenMetrics, AnyEventsMakeATextThatCanBeRead) {
  EXPECT_TRUE(rc::check([] {
    net::time_point now{};
    openmetrics_sink sink({}, [&now] { return now; });
    const auto count = *rc::gen::inRange(0, 200);
    for (int i = 0; i < count; ++i) {
      const std::string text = *rc::gen::element<std::string>("ok", "tcp: x", "open", "77", "\n");
      sink.on_event({.kind = static_cast<kind>(
                         *rc::gen::inRange(0, static_cast<int>(kind::subscription_gap) + 1)),
                     .connection = *rc::gen::inRange(0U, 4U),
                     .value = *rc::gen::inRange<std::int64_t>(0, 5),
                     .text = text});
      now += std::chrono::milliseconds(*rc::gen::inRange(0, 100'000));
    }
    const exposition read = parse(sink.text());
    RC_ASSERT(read.flaws.empty());
    for (const std::string of : {"answer", "recovery", "subscription_gap"}) {
      const std::string name = "hassle_client_" + of + "_seconds_";
      RC_ASSERT(read.samples.at(name + "bucket{le=\"+Inf\"}") == read.samples.at(name + "count"));
      RC_ASSERT(read.samples.at(name + "bucket{le=\"1.0\"}") <= read.samples.at(name + "count"));
    }
  }));
}

}  // namespace
}  // namespace hassle::client
