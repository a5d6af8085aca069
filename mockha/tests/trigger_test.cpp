#include "mockha/trigger.hpp"

#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <string>

namespace hassle::mockha {
namespace {

std::string error_of(std::string_view config) {
  const auto all = read_triggers(json::parse(config));
  return all ? "" : all.error();
}

trigger state_trigger(std::string_view rest) {
  return read_triggers(json::parse(R"({"platform":"state","entity_id":"light.desk")" +
                                   std::string(rest) + "}"))
      .value()
      .front();
}

json::value lamp(std::string_view state, int brightness = 0) {
  return json::object{
      {"entity_id", "light.desk"},
      {"state", state},
      {"attributes", json::object{{"brightness", brightness}}},
      {"context", json::object{{"id", "01K"}, {"parent_id", nullptr}, {"user_id", nullptr}}}};
}

bool fires_from(const trigger& t, const json::value& from, const json::value& to) {
  return fires(t, "light.desk", from, to);
}

TEST(StateTrigger, WithoutWishesEveryChangeCounts) {
  const trigger t = state_trigger("");
  EXPECT_TRUE(fires_from(t, lamp("off"), lamp("on")));
  EXPECT_TRUE(fires_from(t, lamp("on", 1), lamp("on", 2)));
  EXPECT_TRUE(fires_from(t, json::value(), lamp("on")));
  EXPECT_TRUE(fires_from(t, lamp("on"), json::value()));
  EXPECT_FALSE(fires(t, "light.other", lamp("off"), lamp("on")));
}

TEST(StateTrigger, FromAndToAreLookedAt) {
  const trigger to = state_trigger(R"(,"to":"on")");
  EXPECT_TRUE(fires_from(to, lamp("off"), lamp("on")));
  EXPECT_FALSE(fires_from(to, lamp("on"), lamp("off")));
  EXPECT_FALSE(fires_from(to, lamp("on", 1), lamp("on", 2))) << "only an attribute";
  const trigger both = state_trigger(R"(,"from":["off","unknown"],"to":["on"])");
  EXPECT_TRUE(fires_from(both, lamp("unknown"), lamp("on")));
  EXPECT_FALSE(fires_from(both, lamp("unavailable"), lamp("on")));
  const trigger any = state_trigger(R"(,"to":null)");
  EXPECT_TRUE(fires_from(any, lamp("off"), lamp("on")));
  EXPECT_FALSE(fires_from(any, lamp("on", 1), lamp("on", 2)));
  const trigger unlike = state_trigger(R"(,"not_from":"unavailable","not_to":["unknown"])");
  EXPECT_TRUE(fires_from(unlike, lamp("off"), lamp("on")));
  EXPECT_FALSE(fires_from(unlike, lamp("unavailable"), lamp("on")));
  EXPECT_FALSE(fires_from(unlike, lamp("on"), lamp("unknown")));
}

TEST(StateTrigger, AttributeIsLookedAtInsteadOfTheState) {
  const trigger t = state_trigger(R"(,"attribute":"brightness")");
  EXPECT_TRUE(fires_from(t, lamp("on", 1), lamp("on", 2)));
  EXPECT_FALSE(fires_from(t, lamp("off", 1), lamp("on", 1)));
  EXPECT_TRUE(fires_from(state_trigger(R"(,"attribute":"brightness","to":2)"), lamp("on", 1),
                         lamp("on", 2)));
}

TEST(StateTrigger, ForEndsWhenTheStateDoes) {
  const trigger to = state_trigger(R"(,"to":"on","for":"00:00:05")");
  EXPECT_EQ(to.lasting, std::chrono::seconds(5));
  EXPECT_TRUE(lasts(to, lamp("off"), lamp("on"), lamp("on", 9)));
  EXPECT_FALSE(lasts(to, lamp("off"), lamp("on"), lamp("off")));
  EXPECT_FALSE(lasts(to, lamp("off"), lamp("on"), json::value()));
  const trigger from = state_trigger(R"(,"from":"off","for":5)");
  EXPECT_TRUE(lasts(from, lamp("off"), lamp("on"), lamp("unknown"))) << "still not what it was";
  EXPECT_FALSE(lasts(from, lamp("off"), lamp("on"), lamp("off")));
}

TEST(StateTrigger, SaysWhatHappened) {
  const auto said = json::parse(
      firing(state_trigger(R"(,"to":"on","alias":"Desk")"), "light.desk", lamp("off"), lamp("on")));
  EXPECT_EQ(said.at("context").at("id"), json::value("01K"));
  const auto& t = said.at("variables").at("trigger").as_object();
  EXPECT_EQ(t.at("id"), json::value("0"));
  EXPECT_EQ(t.at("idx"), json::value("0"));
  EXPECT_EQ(t.at("alias"), json::value("Desk"));
  EXPECT_EQ(t.at("platform"), json::value("state"));
  EXPECT_EQ(t.at("from_state"), lamp("off"));
  EXPECT_EQ(t.at("to_state"), lamp("on"));
  EXPECT_TRUE(t.at("for").is_null());
  EXPECT_TRUE(t.at("attribute").is_null());
  EXPECT_EQ(t.at("description"), json::value("state of light.desk"));
}

TEST(EventTrigger, TypeAndDataMustFit) {
  const trigger t =
      read_triggers(
          json::parse(R"({"trigger":"event","event_type":["a","b"],"event_data":{"x":1}})"))
          .value()
          .front();
  const auto event = [](std::string_view type, json::object data) {
    return json::object{{"event_type", type}, {"data", std::move(data)}, {"context", nullptr}};
  };
  EXPECT_TRUE(fires(t, event("b", {{"x", 1}, {"y", 2}})));
  EXPECT_FALSE(fires(t, event("b", {{"x", 2}})));
  EXPECT_FALSE(fires(t, event("b", {})));
  EXPECT_FALSE(fires(t, event("c", {{"x", 1}})));
  const auto said = json::parse(firing(t, event("a", {{"x", 1}})));
  EXPECT_EQ(said.at_pointer("/variables/trigger/platform"), json::value("event"));
  EXPECT_EQ(said.at_pointer("/variables/trigger/event/data/x"), json::value(1));
  EXPECT_EQ(said.at_pointer("/variables/trigger/description"), json::value("event 'a'"));
}

TEST(Triggers, SeveralAreNumberedUnlessTheyAreNamed) {
  const auto all = read_triggers(json::parse(R"([
    {"platform":"event","event_type":"a"},
    {"platform":"event","event_type":"b","id":"second","enabled":false}])"));
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ((*all)[0].id, "0");
  EXPECT_EQ((*all)[1].id, "second");
  EXPECT_EQ((*all)[1].index, 1U);
  EXPECT_FALSE(fires((*all)[1], {{"event_type", "b"}, {"data", json::object()}}));
}

TEST(Triggers, WhatIsNoTriggerIsRefused) {
  EXPECT_EQ(error_of(R"({"platform":"non_existing"})"), "Invalid trigger 'non_existing' specified");
  EXPECT_EQ(error_of(R"({"platform":"state"})"), "required key not provided @ data['entity_id']");
  EXPECT_EQ(error_of(R"({"platform":"event"})"), "required key not provided @ data['event_type']");
  EXPECT_EQ(error_of("{}"), "required key not provided @ data['platform']");
  EXPECT_EQ(error_of("7"), "expected a dictionary");
  EXPECT_EQ(error_of(R"({"platform":"state","entity_id":"a.b","x":1})"),
            "extra keys not allowed @ data['x']");
  EXPECT_EQ(error_of(R"({"platform":"state","entity_id":"a.b","for":"long"})"),
            "expected a duration for dictionary value @ data['for']");
  EXPECT_EQ(error_of(R"({"platform":"event","event_type":"x","event_data":1})"),
            "expected a dictionary for dictionary value @ data['event_data']");
}

}  // namespace
}  // namespace hassle::mockha
