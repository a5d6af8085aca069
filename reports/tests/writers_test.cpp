#include "reports/writers.hpp"

#include "reports/tests/sample_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace hassle::reports {
namespace {

using ::testing::IsNull;
using ::testing::NotNull;

TEST(Writers, EachHasAFormatOfItsOwnAndSaysWhoReadsIt) {
  std::set<std::string_view> formats;
  std::set<std::string_view> files;
  for (const writer& each : writers()) {
    EXPECT_TRUE(formats.insert(each.format).second) << each.format;
    EXPECT_TRUE(each.file.empty() || files.insert(each.file).second) << each.file;
    EXPECT_FALSE(each.meaning.empty()) << each.format;
    EXPECT_EQ(find_writer(each.format), &each);
  }
  EXPECT_THAT(find_writer(console_format), NotNull());
  EXPECT_THAT(find_writer("jsn"), IsNull());
}

TEST(Writers, EachWritesAReportThatHasNothingInIt) {
  const report nothing = make_report({.tool_version = "1"});
  for (const writer& each : writers()) EXPECT_FALSE(each.write(nothing).empty()) << each.format;
}

TEST(Writers, EachIsAFunctionOfTheReportAlone) {
  const auto sample = [] { return make_report(tests::sample_measurement()); };
  for (const writer& each : writers()) {
    EXPECT_EQ(each.write(sample()), each.write(sample())) << each.format;
  }
}

}  // namespace
}  // namespace hassle::reports
