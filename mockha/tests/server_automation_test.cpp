// Scripts that pause, triggers that wait and registries that tell, in a whole server.
#include "wired_server.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <string_view>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ServerAutomationTest : public testing::Test {
 protected:
  std::string says(const wired_server::wire_ptr& who, std::string_view text) {
    return s.says(who, wired_server::frame(text));
  }
  /// What has come in meanwhile.
  std::string hears(const wired_server::wire_ptr& who) {
    s.world.settle();
    return who->take();
  }
  std::string after(net::duration time, const wired_server::wire_ptr& who) {
    s.world.advance(time);
    return hears(who);
  }

  wired_server s{server_config{.home = "large"}};
};

TEST_F(ServerAutomationTest, ScriptWithADelayIsAnsweredAtItsEnd) {
  auto wire = s.log_in();
  says(wire, R"({"id":1,"type":"subscribe_events"})");
  EXPECT_THAT(says(wire, R"({"id":2,"type":"execute_script","sequence":[{"event":"begun"},
                             {"delay":5},{"event":"over"}]})"),
              AllOf(HasSubstr(R"("event_type":"begun")"), Not(HasSubstr(R"("id":2,)"))));
  EXPECT_THAT(after(4s, wire), IsEmpty());
  EXPECT_THAT(says(wire, R"({"id":3,"type":"ping"})"), HasSubstr("pong")) << "others go on";
  EXPECT_THAT(after(1s, wire), AllOf(HasSubstr(R"("event_type":"over")"),
                                     HasSubstr(R"({"id":2,"type":"result","success":true)"),
                                     HasSubstr(R"("response":null)")));
}

TEST_F(ServerAutomationTest, ScriptThatIsTurnedOnGoesOnByItself) {
  auto wire = s.log_in();
  EXPECT_THAT(says(wire, R"({"id":1,"type":"call_service","domain":"script","service":"turn_on",
                             "target":{"entity_id":"script.good_night"}})"),
              HasSubstr(R"({"id":1,"type":"result","success":true)"));
  says(wire, R"({"id":2,"type":"subscribe_events","event_type":"house_asleep"})");
  s.says(wire, std::string_view("\x88\x80\0\0\0\0", 6));  // A Close: nobody needs to be there.
  auto other = s.log_in();
  says(other, R"({"id":1,"type":"subscribe_events","event_type":"house_asleep"})");
  EXPECT_THAT(after(5s, other), HasSubstr(R"("data":{"mode":"home"})"));
  EXPECT_EQ(s.it.house().find("script.good_night")->now().state, "off");
}

TEST_F(ServerAutomationTest, RestartLosesTheAnswersOfScripts) {
  auto wire = s.log_in();
  says(wire, R"({"id":1,"type":"call_service","domain":"script","service":"good_night"})");
  EXPECT_EQ(s.it.house().find("script.good_night")->now().state, "on");
  s.it.restart({});
  s.world.advance(1h);
  EXPECT_EQ(s.it.phase(), restart_phase::running);
  EXPECT_EQ(s.it.house().find("script.good_night")->now().state, "off");
  std::vector<std::string> told;
  told.reserve(s.events.size());
  for (const auto& e : s.events) {
    told.push_back(std::string(reports::name_of(e.kind)) + " " + std::to_string(e.value));
  }
  EXPECT_THAT(told, Contains("answer_lost 1"));
}

TEST_F(ServerAutomationTest, TriggerFiresWhenItsTimeHasPassed) {
  auto wire = s.log_in();
  says(wire, R"({"id":1,"type":"subscribe_trigger","trigger":{"platform":"state",
                 "entity_id":"input_boolean.guests","to":"on","for":"00:00:05"}})");
  says(wire, R"({"id":2,"type":"call_service","domain":"input_boolean","service":"turn_on",
                 "target":{"entity_id":"input_boolean.guests"}})");
  EXPECT_THAT(after(4s, wire), IsEmpty());
  EXPECT_THAT(after(1s, wire), HasSubstr(R"("entity_id":"input_boolean.guests")"));
}

TEST_F(ServerAutomationTest, ConditionIsLookedAtEverySecond) {
  auto wire = s.log_in();
  says(wire, R"({"id":1,"type":"subscribe_condition","condition":{"condition":"state",
                 "entity_id":"input_boolean.guests","state":"on"}})");
  EXPECT_THAT(after(1ms, wire), testing::AnyOf(IsEmpty(), HasSubstr(R"({"result":false})")));
  s.it.set_state("input_boolean.guests", "on", {});
  EXPECT_THAT(after(1s, wire), HasSubstr(R"({"result":true})"));
}

TEST_F(ServerAutomationTest, EntitiesThatComeAndGoAreTold) {
  auto wire = s.log_in();
  says(wire, R"({"id":1,"type":"subscribe_events","event_type":"entity_registry_updated"})");
  s.it.set_state("light.new", "on", {{"friendly_name", "New"}});
  EXPECT_THAT(hears(wire), HasSubstr(R"("data":{"action":"create","entity_id":"light.new"})"));
  s.it.set_state("light.new", "off", {});
  EXPECT_THAT(hears(wire), IsEmpty());
  EXPECT_TRUE(s.it.remove_entity("light.new"));
  EXPECT_THAT(hears(wire), HasSubstr(R"("data":{"action":"remove","entity_id":"light.new"})"));
}

TEST_F(ServerAutomationTest, ScriptsOverHttpGoOnBehindTheAnswer) {
  auto wire = s.world.dial("10.0.0.7");
  EXPECT_THAT(s.asks(wire, "POST", "/api/services/script/good_night",
                     std::string(wired_server::token) + "Content-Type: application/json\r\n", "{}"),
              HasSubstr("200 OK"));
  EXPECT_EQ(s.it.house().find("script.good_night")->now().state, "on");
  s.world.advance(5s);
  EXPECT_EQ(s.it.house().find("script.good_night")->now().state, "off");
}

}  // namespace
}  // namespace hassle::mockha
