#include "mockha/home_dump.hpp"

#include "mockha/registries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace hassle::mockha {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view two_states =
    R"([{"entity_id":"light.desk","state":"on","attributes":{"brightness":180,"hs_color":[28.3,64.9]},
"last_changed":"2026-06-25T21:20:05+00:00","context":{"id":"x","parent_id":null,"user_id":null}},
{"entity_id":"sensor.outside","state":"21.37","attributes":{"unit_of_measurement":"°C"}}])";

std::string error_of(std::string_view text, const dump_limits& limits = {}) {
  const auto plan = read_dump(text, limits);
  return plan ? "" : plan.error();
}

const wall_time start{std::chrono::seconds(1'782'422'405)};

TEST(HomeDump, ListOfStatesBecomesAHome) {
  const auto plan = read_dump(two_states);
  ASSERT_TRUE(plan.has_value()) << plan.error();
  const home house(*plan, context_source(net::random_stream(1)), start);
  EXPECT_EQ(house.size(), 2U);
  EXPECT_EQ(house.find("sensor.outside")->now().state, "21.37");
  EXPECT_THAT(house.states_json(), HasSubstr(R"("hs_color":[28.3,64.9])"));
  EXPECT_EQ(registries(*plan, start).entities().size(), 2U);
}

TEST(HomeDump, MessageThatBroughtItIsTakenAsItIs) {
  const std::string message =
      R"({"id":3,"type":"result","success":true,"result":)" + std::string(two_states) + "}\n";
  EXPECT_EQ(read_dump(message).value().entities.size(), 2U);
}

// What the mock itself says must be a dump, too.
TEST(HomeDump, DumpOfAHomeIsThatHome) {
  const home first(*find_home("small"), context_source(net::random_stream(1)), start);
  const home second(read_dump(first.states_json()).value(), context_source(net::random_stream(1)),
                    start);
  EXPECT_EQ(first.states_json(), second.states_json());
}

TEST(HomeDump, WhatIsNoJsonIsShownByLineAndColumn) {
  EXPECT_THAT(error_of("[\n  {\"entity_id\": x}]"), StartsWith("line 2, column 17: not JSON: "));
  EXPECT_THAT(error_of("[] []"), StartsWith("line 1, column 4: not JSON: "));
  EXPECT_THAT(error_of("["), StartsWith("line 1, column 2: not JSON: "));
  EXPECT_THAT(error_of(""), HasSubstr("not JSON"));
  EXPECT_THAT(error_of("[\"\xff\"]"), HasSubstr("not JSON"));
}

TEST(HomeDump, WrongEntitiesAreNamed) {
  EXPECT_EQ(error_of("[1]"), "entity number 1: is not an object");
  EXPECT_EQ(error_of("[{}]"), "entity number 1: has no entity_id");
  EXPECT_EQ(error_of(R"([{"entity_id":"Light X"}])"),
            "entity number 1 (Light X): is not a valid entity id");
  EXPECT_EQ(error_of(R"([{"entity_id":"light.x","state":1}])"),
            "entity number 1 (light.x): its state is not a string");
  EXPECT_EQ(error_of(R"([{"entity_id":"light.x","state":"on"}])"),
            "entity number 1 (light.x): its attributes are not an object");
  const std::string one = R"({"entity_id":"light.x","state":"on","attributes":{}})";
  EXPECT_EQ(error_of("[" + one + "," + one + "]"), "entity number 2 (light.x): is there twice");
  EXPECT_THAT(error_of(R"([{"entity_id":"light.x","state":")" + std::string(256, 'x') +
                       R"(","attributes":{}}])"),
              HasSubstr("longer than 255"));
}

TEST(HomeDump, OtherThingsThanStatesAreRefused) {
  EXPECT_THAT(error_of("7"), HasSubstr("neither a list"));
  EXPECT_THAT(error_of(R"({"success":false,"error":{}})"), HasSubstr("\"result\""));
  EXPECT_EQ(error_of("[]"), "holds no entity");
}

TEST(HomeDump, LimitsAreKept) {
  EXPECT_EQ(error_of(two_states, {.bytes_max = 100}), "larger than 100 bytes");
  EXPECT_EQ(error_of(two_states, {.entities_max = 1}), "2 entities, at most 1 are taken");
  const std::string deep = R"([{"entity_id":"light.x","state":"on","attributes":{"a":[[[[1]]]]}}])";
  EXPECT_EQ(error_of(deep), "");
  EXPECT_THAT(error_of(deep, {.depth_max = 2}), HasSubstr("nested deeper than 2 levels"));
}

TEST(HomeDump, FilesAreNamedInErrors) {
  const auto file = std::filesystem::path(testing::TempDir()) / "home_dump_test.json";
  std::ofstream(file) << two_states;
  EXPECT_EQ(load_dump(file).value().entities.size(), 2U);
  std::ofstream(file) << "[{]";
  EXPECT_THAT(load_dump(file).error(), StartsWith(file.string() + ": line 1, column 3: not JSON"));
  EXPECT_THAT(load_dump(file, {.bytes_max = 2}).error(), HasSubstr("larger than 2 bytes"));
  std::filesystem::remove(file);
  EXPECT_THAT(load_dump(file).error(), HasSubstr("cannot be opened"));
  EXPECT_THAT(load_dump(testing::TempDir()).error(), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace hassle::mockha
