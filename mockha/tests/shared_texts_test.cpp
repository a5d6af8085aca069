// What many clients are told is put into words once.
#include "story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace hassle::mockha {
namespace {

using ::testing::ElementsAre;

TEST(SharedTexts, AChangeIsPutIntoWordsOnceForAThousandSessions) {
  story ha;
  std::vector<std::unique_ptr<session_core>> sessions;
  for (int i = 0; i < 1000; ++i) {
    sessions.push_back(std::make_unique<session_core>(ha.around));
    sessions.back()->on_open(ha.now);
    sessions.back()->on_text(R"({"type":"auth","access_token":"secret"})", ha.now, ha.wall);
    sessions.back()->on_text(R"({"id":7,"type":"subscribe_entities"})", ha.now, ha.wall);
  }
  // Words that no session could find by itself.
  bus_event event;
  event.type = "state_changed";
  event.entity_id = "light.kitchen";
  event.diff_json = R"({"c":{"made":"once"}})";
  for (const auto& each : sessions) {
    EXPECT_THAT(printed(each->on_event(event)),
                ElementsAre(R"(S {"type":"event","event":{"c":{"made":"once"}},"id":7})"));
  }
}

TEST(SharedTexts, TheStatesArePutIntoWordsOncePerChange) {
  story ha;
  const std::string& first = ha.house.states_json();
  const char* const text = first.data();
  const std::string before = first;
  EXPECT_EQ(ha.house.states_json().data(), text);
  ha.authenticated().sends(R"({"id":1,"type":"call_service","domain":"light","service":"toggle",)"
                           R"("target":{"entity_id":"light.kitchen"}})");
  const std::string& second = ha.house.states_json();
  EXPECT_NE(second, before);
  EXPECT_EQ(ha.house.states_json().data(), second.data());
}

// Of the thousands of entities of a home only the changed one is put into words again.
TEST(SharedTexts, AnEntityIsPutIntoWordsOncePerChange) {
  story ha;
  const entity* const kitchen = ha.house.find("light.kitchen");
  const entity* const desk = ha.house.find("light.desk");
  ASSERT_TRUE(kitchen && desk);
  const char* const desk_text = desk->full_json().data();
  const std::string kitchen_before = kitchen->full_json();
  ha.authenticated().sends(R"({"id":1,"type":"call_service","domain":"light","service":"toggle",)"
                           R"("target":{"entity_id":"light.kitchen"}})");
  EXPECT_EQ(ha.house.find("light.desk")->full_json().data(), desk_text);
  EXPECT_NE(ha.house.find("light.kitchen")->full_json(), kitchen_before);
}

}  // namespace
}  // namespace hassle::mockha
