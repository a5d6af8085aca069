#include "reports/json_report.hpp"

#include "reports/tests/helpers.hpp"
#include "reports/tests/sample_report.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

namespace hassle::reports::tests {
namespace {

namespace json = boost::json;

TEST(JsonReport, LooksAsItAlwaysDid) {
  expect_golden("report.json", json_report(make_report(sample_measurement())));
}

// The promise to programs: these keys, under these names, with these types.
TEST(JsonReport, HasTheKeysOfSchemaTwo) {
  const report r = report_of(sample_ladder(), baseline::none, false);
  const json::value document = json::parse(json_report(r));
  EXPECT_EQ(document.at("schema"), 2);
  EXPECT_EQ(document.at("tool").at("name"), "hassle");
  EXPECT_EQ(document.at("tool").at("version"), "1.2.3");
  EXPECT_EQ(document.at("verdict"), "failed");
  const json::object& run = document.at("cells").at(0).as_object();
  for (const char* key :
       {"scenario", "client", "world", "seeds", "first_seed", "commands", "outcomes", "error_rate",
        "latency_ms", "connection_lifetime_s", "duplicates", "wrong_answers", "attempts",
        "simulated_s", "digest", "oracles", "expectations"}) {
    EXPECT_TRUE(run.contains(key)) << key;
  }
  for (const char* key : {"fresh", "stale", "connection", "timeout", "other"}) {
    EXPECT_TRUE(run.at("outcomes").as_object().contains(key)) << key;
  }
  EXPECT_EQ(run.at("change"), nullptr);
  EXPECT_EQ(run.at("oracles").at(0).at("name"), "answer-integrity");
  EXPECT_EQ(run.at("expectations").at(0).at("verdict"), "passed");
}

// Reports are compared byte by byte: a number must read back as exactly what it was.
TEST(JsonReport, NumbersReadBackExactly) {
  report r;
  r.runs.push_back({});
  r.runs[0].error_rate = {0.1 + 0.2, 1e-9, 1.0 / 3};
  r.runs[0].first_seed = 18446744073709551615ULL;
  const json::value document = json::parse(json_report(r));
  const json::value& run = document.at("cells").at(0);
  EXPECT_EQ(run.at("error_rate").at("mean").to_number<double>(), 0.1 + 0.2);
  EXPECT_EQ(run.at("error_rate").at("low").to_number<double>(), 1e-9);
  EXPECT_EQ(run.at("error_rate").at("high").to_number<double>(), 1.0 / 3);
  EXPECT_EQ(run.at("first_seed").to_number<std::uint64_t>(), 18446744073709551615ULL);
}

// Names come from users' files.
TEST(JsonReport, IsValidWhateverTheNamesHold) {
  report r{
      .of = {.tool_version = "1"}, .runs = {{}}, .verdict = {}, .attributed = {}, .checks = {}};
  r.runs[0].client = "a\"b\\c\n\xff";
  EXPECT_EQ(json::parse(json_report(r)).at("cells").at(0).at("client"), "a\"b\\c??");
}

}  // namespace
}  // namespace hassle::reports::tests
