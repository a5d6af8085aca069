#include "mockha/condition.hpp"

#include "mockha/config_values.hpp"

#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <string>

namespace hassle::mockha {
namespace {

class ConditionTest : public testing::Test {
 protected:
  /// "true", "false" or the error.
  std::string of(std::string_view config) {
    const auto c = condition::read(json::parse(config));
    if (!c) return "refused: " + c.error();
    const auto holds = c->holds({.house = house, .now = now, .variables = &variables});
    return !holds ? holds.error() : *holds ? "true" : "false";
  }

  wall_time now{std::chrono::seconds(1'782'422'405)};
  home house{*find_home("small"), context_source(net::random_stream(1)), now};
  json::object variables{{"limit", 300}};
};

TEST_F(ConditionTest, State) {
  EXPECT_EQ(of(R"({"condition":"state","entity_id":"light.living_room","state":"on"})"), "true");
  EXPECT_EQ(of(R"({"condition":"state","entity_id":"light.living_room","state":["off","on"]})"),
            "true");
  EXPECT_EQ(of(R"({"condition":"state","entity_id":["light.living_room","light.desk"],
                   "state":"on"})"),
            "false");
  EXPECT_EQ(of(R"({"condition":"state","entity_id":["light.living_room","light.desk"],
                   "state":"on","match":"any"})"),
            "true");
  EXPECT_EQ(of(R"({"condition":"state","entity_id":["light.kitchen","light.desk"],
                   "state":"on","match":"any"})"),
            "false");
  EXPECT_EQ(of(R"({"condition":"state","entity_id":"light.living_room","attribute":"brightness",
                   "state":180})"),
            "true");
  EXPECT_EQ(of(R"({"condition":"state","entity_id":"light.kitchen","state":"off","for":5})"),
            "false");
  now += std::chrono::seconds(5);
  EXPECT_EQ(of(R"({"condition":"state","entity_id":"light.kitchen","state":"off","for":5})"),
            "true");
}

TEST_F(ConditionTest, UnknownEntityIsAnErrorThatSaysWhere) {
  EXPECT_EQ(of(R"({"condition":"state","entity_id":"hello.world","state":"on"})"),
            "In 'state':\n  In 'state' condition: unknown entity hello.world");
  EXPECT_EQ(of(R"({"condition":"and","conditions":[
                   {"condition":"state","entity_id":"light.living_room","state":"on"},
                   {"condition":"state","entity_id":"hello.world","state":"on"}]})"),
            "In 'and' (item 2 of 2):\n  In 'state':\n    In 'state' condition: unknown entity "
            "hello.world");
}

TEST_F(ConditionTest, NumericState) {
  const auto grid = [&](std::string_view rest) {
    return of(R"({"condition":"numeric_state","entity_id":"sensor.grid_power",)" +
              std::string(rest) + "}");
  };
  EXPECT_EQ(grid(R"("above":300)"), "true");
  EXPECT_EQ(grid(R"("above":312.5)"), "false");
  EXPECT_EQ(grid(R"("above":"300","below":313)"), "true");
  EXPECT_EQ(grid(R"("below":"sensor.illuminance")"), "true");
  EXPECT_EQ(grid(R"("below":"sensor.nothing")"),
            "In 'numeric_state':\n  In 'numeric_state' condition: unknown 'below' entity "
            "sensor.nothing");
  EXPECT_EQ(grid(R"("above":300,"value_template":"{{ state.state | float - 100 }}")"), "false");
  EXPECT_EQ(of(R"({"condition":"numeric_state","entity_id":"light.living_room",
                   "attribute":"brightness","above":100})"),
            "true");
  EXPECT_EQ(of(R"({"condition":"numeric_state","entity_id":"light.living_room","above":1})"),
            "In 'numeric_state':\n  In 'numeric_state' condition: entity light.living_room state "
            "'on' cannot be processed as a number");
  EXPECT_EQ(grid(R"("attribute":"x")"), "refused: must contain at least one of below, above.");
}

TEST_F(ConditionTest, Template) {
  EXPECT_EQ(of(R"({"condition":"template","value_template":"{{ is_state('light.desk','off') }}"})"),
            "true");
  EXPECT_EQ(of(R"("{{ states('sensor.grid_power') | float > limit }}")"), "true");
  EXPECT_EQ(of(R"({"condition":"template","value_template":"{{ 1 }}"})"), "false");
  EXPECT_EQ(of(R"({"condition":"template","value_template":"{{ x + 1 }}"})"),
            "In 'template' condition: UndefinedError: 'x' is undefined");
  EXPECT_EQ(of(R"({"condition":"template","value_template":"{{ "})").substr(0, 26),
            "refused: invalid template ");
}

TEST_F(ConditionTest, AndOrNot) {
  const std::string yes = R"("{{ true }}")";
  const std::string no = R"("{{ false }}")";
  const std::string broken = R"({"condition":"state","entity_id":"a.b","state":"x"})";
  EXPECT_EQ(of(R"({"and":[)" + yes + "," + yes + "]}"), "true");
  EXPECT_EQ(of(R"({"and":[)" + yes + "," + no + "]}"), "false");
  EXPECT_EQ(of(R"({"or":[)" + no + "," + yes + "]}"), "true");
  EXPECT_EQ(of(R"({"or":[)" + no + "," + no + "]}"), "false");
  EXPECT_EQ(of(R"({"not":[)" + no + "," + no + "]}"), "true");
  EXPECT_EQ(of(R"({"not":[)" + no + "," + yes + "]}"), "false");
  EXPECT_EQ(of("[" + yes + "," + no + "]"), "false") << "a list means all of them";
  EXPECT_EQ(of(R"({"and":[)" + broken + "," + no + "]}"), "false") << "decided all the same";
  EXPECT_EQ(of(R"({"or":[)" + broken + "," + yes + "]}"), "true");
  EXPECT_EQ(of(R"({"or":[)" + broken + "," + no + "]}").substr(0, 23), "In 'or' (item 1 of 2):\n");
  EXPECT_EQ(of(R"({"condition":"not","conditions":[)" + no + "]}"), "true");
}

TEST_F(ConditionTest, WhatIsNoConditionIsRefused) {
  EXPECT_EQ(of(R"({"condition":"non_existing","entity_id":"hello.world"})"),
            "refused: Invalid condition \"non_existing\" specified {'condition': 'non_existing', "
            "'entity_id': 'hello.world'}");
  EXPECT_EQ(of(R"({"condition":"state","entity_id":"a.b"})"),
            "refused: required key not provided @ data['state']");
  EXPECT_EQ(of(R"({"condition":"state","entity_id":"a.b","state":"x","extra":1})"),
            "refused: extra keys not allowed @ data['extra']");
  EXPECT_EQ(of("7"), "refused: expected a dictionary");
  EXPECT_EQ(of("{}"), "refused: required key not provided @ data['condition']");
  std::string deep = R"("{{ true }}")";
  for (int n = 0; n < 12; ++n) deep = R"({"not":)" + deep + "}";
  EXPECT_EQ(of(deep), "true");
  for (int n = 0; n < 12; ++n) deep = R"({"not":)" + deep + "}";
  EXPECT_EQ(of(deep), "refused: conditions are nested too deeply");
}

TEST(ConfigValues, DurationsAreWrittenInSeveralWays) {
  using namespace std::chrono_literals;
  const auto of = [](std::string_view text) { return read_duration(json::parse(text)); };
  EXPECT_EQ(of("5"), 5s);
  EXPECT_EQ(of("0.5"), 500ms);
  EXPECT_EQ(of(R"("00:00:05")"), 5s);
  EXPECT_EQ(of(R"("01:30")"), 90min);
  EXPECT_EQ(of(R"("7")"), 7s);
  EXPECT_EQ(of(R"({"minutes":1,"seconds":5,"milliseconds":10})"), 65'010ms);
  for (const char* bad :
       {"-1", "{}", R"({"weeks":1})", R"("x")", "[]", "null", R"("1:2:3:4")", "1e30", R"("::")"}) {
    EXPECT_EQ(of(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace hassle::mockha
