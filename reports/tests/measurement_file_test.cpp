#include "reports/measurement_file.hpp"

#include "reports/tests/sample_report.hpp"
#include "reports/writers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>

namespace hassle::reports::tests {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view version = "1.2.3";

measurement back(const measurement& m) {
  auto read = read_measurement(write_measurement(m), "part.json", version);
  if (!read) throw std::runtime_error(read.error());
  return *std::move(read);
}

std::string error_of(const std::string& text) {
  const auto read = read_measurement(text, "part.json", version);
  return read ? "none" : read.error();
}

// With something in every member that may be empty.
measurement full() {
  measurement m = sample_measurement();
  m.part = {.number = 3, .count = 16, .plan = 18446744073709551615U, .keeps_wire = true};
  m.interrupted = true;
  m.until = effort_goal{.width = 0.1 + 0.2, .certain = true};
  m.cells.at(0).runs.at(0).gauges[0] = 0.1;
  m.cells.at(0).runs.at(0).gauges[1] = 1.0 / 3;
  m.cells.at(0).runs.at(0).hit_faults = {"cut-1"};
  m.cells.at(0).expectations.push_back({.figure = "lost", .min = 0.1 + 0.2, .why = "so"});
  m.kept.at(0).context.fault_kinds = {{"cut-1", "cut"}, {"restart", "restart"}};
  m.kept.at(0).context.recovery_bound = std::chrono::seconds(12);
  m.kept.at(0).wire = {
      .connections = {{.number = 3, .client = "10.0.0.2", .server = "10.0.0.1", .server_port = 8}},
      .events = {{.at = std::chrono::nanoseconds(7),
                  .connection = 3,
                  .from_client = true,
                  .bytes = std::string("\x81\0\xff", 3)},
                 {.connection = 3, .kind = wire_kind::ack, .count = 3},
                 {.connection = 3, .bytes = "plain \"text\"\n"}},
      .events_left_out = 9};
  m.scenarios.at(0).mechanism = "not UTF-8: \xff";
  return m;
}

TEST(MeasurementFile, ReadsBackAsWhatItWas) {
  const measurement m = full();
  const measurement read = back(m);
  EXPECT_EQ(write_measurement(read), write_measurement(m));
  EXPECT_EQ(read.part, m.part);
  EXPECT_EQ(read.until, m.until);
  EXPECT_EQ(read.scenarios, m.scenarios);
  EXPECT_EQ(read.kept.at(0).wire, m.kept.at(0).wire);
  EXPECT_EQ(read.kept.at(0).events.events(), m.kept.at(0).events.events());
  EXPECT_EQ(read.kept.at(0).events.digest(), m.kept.at(0).events.digest());
  EXPECT_EQ(read.kept.at(0).context.fault_kinds, m.kept.at(0).context.fault_kinds);
  EXPECT_EQ(read.cells.at(0).runs.at(0).gauges, m.cells.at(0).runs.at(0).gauges);
  EXPECT_EQ(read.cells.at(0).runs.at(0).latencies, m.cells.at(0).runs.at(0).latencies);
  EXPECT_EQ(read.cells.at(0).runs.at(0).oracles, m.cells.at(0).runs.at(0).oracles);
}

TEST(MeasurementFile, EveryReportOfItIsTheSameByteForByte) {
  const report made = make_report(sample_measurement());
  const report later = make_report(back(sample_measurement()));
  for (const writer& each : writers()) EXPECT_EQ(each.write(made), each.write(later));
}

TEST(MeasurementFile, SaysWhereItIsWrong) {
  EXPECT_THAT(error_of(""), HasSubstr("part.json: is not JSON"));
  EXPECT_EQ(error_of("{}"), "part.json: hassle_measurement: is missing");
  std::string text = write_measurement(sample_measurement());
  EXPECT_THAT(error_of(text.substr(0, text.size() / 2)), HasSubstr("part.json: is not JSON"));
  const auto changed = [&](std::string_view what, std::string_view into) {
    std::string other = text;
    other.replace(other.find(what), what.size(), into);
    return error_of(other);
  };
  EXPECT_EQ(changed("\"1.2.3\"", "\"1.2.4\""),
            "part.json: was written by hassle 1.2.4; this is 1.2.3");
  EXPECT_EQ(changed("\"plan\":0", "\"plan\":-1"),
            "part.json: measurement.part.plan: is not a whole number, or one that is too large or "
            "too small");
  EXPECT_EQ(changed("\"commands\":1000", "\"cmmands\":1000"),
            "part.json: measurement.cells[0].runs[0].commands: is missing");
  EXPECT_EQ(changed("\"against\":1", "\"against\":3"),
            "part.json: measurement.against: is none of the values that there are");
  EXPECT_EQ(changed("\"name\":\"answer-integrity\"", "\"name\":\"answer-delicacy\""),
            "part.json: measurement.cells[0].runs[0].oracles[0].name: is no oracle");
  EXPECT_THAT(changed("\\\"digest\\\":\\\"", "\\\"digest\\\":\\\"0"),
              HasSubstr("measurement.kept[0].events: journal:"));
}

RC_GTEST_PROP(MeasurementFile, NumbersAndTextReadBackExactly, ()) {
  measurement m;
  m.tool_version = version;
  cell c{.scenario = *rc::gen::arbitrary<std::string>(), .client = "c", .world = "w", .runs = {}};
  run_figures run;
  run.seed = *rc::gen::arbitrary<std::uint64_t>();
  run.gauges[0] = *rc::gen::arbitrary<double>();
  run.latencies = {std::chrono::nanoseconds(*rc::gen::arbitrary<std::int64_t>())};
  run.errors = {{*rc::gen::arbitrary<std::string>(), 3}};
  c.runs.push_back(run);
  m.cells.push_back(c);
  const measurement read = back(m);
  RC_ASSERT(read.cells[0].scenario == c.scenario);
  RC_ASSERT(read.cells[0].runs[0].seed == run.seed);
  RC_ASSERT(read.cells[0].runs[0].gauges[0] == run.gauges[0]);
  RC_ASSERT(read.cells[0].runs[0].latencies == run.latencies);
  RC_ASSERT(read.cells[0].runs[0].errors == run.errors);
}

}  // namespace
}  // namespace hassle::reports::tests
