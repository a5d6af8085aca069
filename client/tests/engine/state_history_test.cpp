#include "client/src/cores/state_history.hpp"

#include <hassle/client/state_mirror.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <string>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

mirrored_state state(std::string text, std::string context) {
  mirrored_state made;
  made.state = std::move(text);
  made.context_id = std::move(context);
  return made;
}

std::vector<std::string> words(const state_history& history, std::string_view id,
                               std::uint64_t moment) {
  const auto all = history.since(id, moment);
  if (!all) return {"forgotten"};
  std::vector<std::string> words;
  for (const auto& each : *all) {
    words.push_back(each.existed ? std::string(each.state) + " " + std::string(each.context_id)
                                 : "none");
  }
  return words;
}

TEST(StateHistory, TellsWhatAnEntityWasFromAMomentOn) {
  state_history history;
  const auto off = state("off", "1");
  const auto on = state("on", "2");
  history.note("light.a", &off);
  const auto moment = history.count();
  EXPECT_THAT(words(history, "light.a", moment), IsEmpty()) << "it is as it was";
  history.note("light.b", nullptr);
  history.note("light.a", &on);
  history.note("light.a", &off);
  EXPECT_THAT(words(history, "light.a", moment), ElementsAre("on 2", "off 1"));
  EXPECT_THAT(words(history, "light.b", moment), ElementsAre("none"));
  EXPECT_THAT(words(history, "light.a", 0), ElementsAre("off 1", "on 2", "off 1"));
}

TEST(StateHistory, WhatIsTooLongAgoIsForgottenAndSaidSo) {
  state_history history(3);
  const auto on = state("on", "1");
  for (int i = 0; i < 4; ++i) history.note("light.a", &on);
  EXPECT_THAT(words(history, "light.a", 0), ElementsAre("forgotten"));
  EXPECT_THAT(words(history, "light.a", 1), ElementsAre("on 1", "on 1", "on 1"));
}

TEST(StateHistory, TextsOfAnySizeCostLittle) {
  state_history history;
  const auto huge = state(std::string(1U << 20U, 'x'), "1");
  history.note("light.a", &huge);
  EXPECT_THAT(words(history, "light.a", 0), ElementsAre(" 1"));
}

TEST(StateHistory, EveryChangeOfAMirrorIsKept) {
  state_history history;
  state_mirror mirror{mirror_config{}};
  mirror.keep(&history);
  const auto apply = [&](std::string_view event) {
    mirror.apply(boost::json::parse(event), nullptr);
  };
  mirror.on_subscribed();
  apply(R"({"a":{"light.a":{"s":"off","c":"1"},"light.b":{"s":"off","c":"1"}}})");
  apply(R"({"c":{"light.a":{"+":{"s":"on","c":"2"}}}})");
  apply(R"({"a":{"light.a":{"s":"dim","c":"3"}}})");
  apply(R"({"r":["light.a"]})");
  EXPECT_THAT(words(history, "light.a", 0), ElementsAre("none", "off 1", "on 2", "dim 3"));
  const auto moment = history.count();
  mirror.on_subscribed();
  apply(R"({"a":{"light.a":{"s":"on","c":"4"},"light.b":{"s":"on","c":"5"}}})");
  EXPECT_THAT(words(history, "light.a", moment), ElementsAre("none"));
  EXPECT_THAT(words(history, "light.b", moment), ElementsAre("off 1"));
  mirror.on_subscribed();
  apply(R"({"a":{"light.a":{"s":"on","c":"4"}}})");
  EXPECT_THAT(words(history, "light.b", moment), ElementsAre("off 1", "on 5"));
  EXPECT_THAT(words(history, "light.a", moment), ElementsAre("none")) << "nothing new in it";
}

}  // namespace
}  // namespace hassle::client
