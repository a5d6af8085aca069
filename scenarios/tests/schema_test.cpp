#include "scenarios/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <sstream>

namespace hassle::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The part of the reference below a heading, up to the next one of its level or above.
std::string section(const std::string& heading) {
  static const std::string text = "\n" + scenario_reference();
  const std::size_t begin = text.find("\n" + heading + "\n");
  if (begin == std::string::npos) return {};
  const std::size_t next = std::min(text.find("\n## ", begin + 1), text.find("\n### ", begin + 1));
  return text.substr(begin, next - begin);
}

TEST(Reference, EveryKeyOfATableIsInItsSection) {
  for (const key_description& key : scenario_keys()) {
    if (!key.kind.empty()) continue;
    const std::string heading = key.table.empty() ? "## The file"
                                : key.repeated    ? "## `[[" + key.table + "]]`"
                                                  : "## `[" + key.table + "]`";
    EXPECT_THAT(section(heading), HasSubstr("| `" + key.name + "` | ")) << heading;
  }
}

TEST(Reference, EveryKindOfFaultHasASectionAndItsKeysAreThereOrAmongThoseOfAll) {
  const std::string common = section("## `[[fault]]`");
  for (const key_description& key : scenario_keys()) {
    if (key.table != "fault") continue;
    const std::string own = section("### `" + key.kind + "`");
    EXPECT_THAT(own, HasSubstr(key.table_doc));
    const std::string row = "| `" + key.name + "` | ";
    EXPECT_TRUE(own.find(row) != std::string::npos || common.find(row) != std::string::npos)
        << key.kind << '.' << key.name;
  }
}

TEST(Reference, ARowOfATableHasFourCells) {
  for (const std::string& line : lines_of(scenario_reference())) {
    if (!line.starts_with("|")) continue;
    std::size_t bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
    }
    EXPECT_EQ(bars, 5U) << line;
  }
}

TEST(Reference, ADefaultIsShownAsItIsWritten) {
  EXPECT_THAT(section("## The file"), HasSubstr("| `settle` | duration | `\"2m\"` | "));
  EXPECT_THAT(section("## The file"), HasSubstr("| `title` | string of one line | required | "));
}

TEST(Schema, EveryKeySaysWhatAMachineNeedsToKnow) {
  for (const key_description& key : scenario_keys()) {
    EXPECT_NE(key.shape.what, value_shape::kind::anything)
        << key.table << ' ' << key.kind << ' ' << key.name;
  }
}

TEST(Schema, TheJsonSchemaIsJsonAndSaysWhichDraftItIs) {
  const auto schema = boost::json::parse(scenario_json_schema()).as_object();
  EXPECT_THAT(std::string(schema.at("$schema").as_string()), HasSubstr("draft-07"));
  EXPECT_FALSE(schema.at("additionalProperties").as_bool());
  EXPECT_EQ(schema.at("properties").as_object().at("fault").as_object().at("type"), "array");
}

TEST(Schema, AWordIsOneOfThoseThatTheLoaderKnows) {
  const auto schema = boost::json::parse(scenario_json_schema());
  const auto& expiry =
      schema.at_pointer("/properties/network/properties/middlebox/properties/on_expiry");
  EXPECT_EQ(expiry.at("enum"), (boost::json::array{"silent", "reset", "fin"}));
  EXPECT_EQ(expiry.at("default"), "reset");
}

}  // namespace
}  // namespace hassle::scenario
