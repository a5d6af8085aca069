// Subscriptions of triggers, conditions and templates.
#include "mockha/automation_subscriptions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <string>
#include <vector>

namespace hassle::mockha {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

struct collected final : subscription_output {
  void bus_event_text(std::string_view event) override { events.emplace_back(event); }
  void event(std::string_view event) override { events.emplace_back(event); }
  void error(const failure& why) override { events.push_back("error " + why.message); }
  void answer(std::string_view result) override { events.emplace_back(result); }

  std::vector<std::string> taken() { return std::exchange(events, {}); }
  std::vector<std::string> events;
};

class SubscriptionsTest : public testing::Test {
 protected:
  /// What a subscription says to a state.
  std::vector<std::string> after_state(subscription& s, std::string_view id, std::string state,
                                       json::object attributes = {}) {
    const auto change = house.set(id, std::move(state), std::move(attributes), wall(), all);
    if (change) s.on_bus(state_changed_event(*change), out);
    return out.taken();
  }
  std::vector<std::string> after_timer(subscription& s) {
    if (s.deadline() <= now) s.on_timer(now, out);
    return out.taken();
  }
  [[nodiscard]] wall_time wall() const {
    return start + std::chrono::floor<std::chrono::microseconds>(now - net::time_point(10s));
  }
  template_watcher watcher(std::string text, bool report_errors = false) {
    return {{.text = std::move(text), .report_errors = report_errors}, house};
  }
  std::unique_ptr<subscription> watching(std::string text) {
    auto w = watcher(std::move(text));
    w.render_at(wall());
    return make_template_subscription(std::move(w), house, {now, wall()});
  }

  static constexpr watch all{.states = true, .diffs = true};
  net::time_point now{10s};
  wall_time start{1'782'422'405s};  // 21:20:05
  home house{*find_home("small"), context_source(net::random_stream(1)), start};
  collected out;
};

TEST_F(SubscriptionsTest, TriggerSaysWhatSetItOff) {
  const auto s = make_trigger_subscription(
      read_triggers(
          json::parse(R"({"platform":"state","entity_id":"light.desk","to":"on","id":"desk"})"))
          .value());
  EXPECT_TRUE(s->wanted().states);
  EXPECT_THAT(after_state(*s, "light.kitchen", "on"), IsEmpty());
  const auto said = after_state(*s, "light.desk", "on");
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_THAT(said[0], HasSubstr(R"({"variables":{"trigger":{"id":"desk","idx":"0","alias":null,)"
                                 R"("platform":"state","entity_id":"light.desk","from_state":{)"));
  EXPECT_THAT(after_state(*s, "light.desk", "off"), IsEmpty());
  EXPECT_EQ(s->deadline(), net::never);
}

TEST_F(SubscriptionsTest, TriggerWithForWaits) {
  const auto s = make_trigger_subscription(
      read_triggers(
          json::parse(R"({"platform":"state","entity_id":"light.desk","to":"on","for":5})"))
          .value());
  EXPECT_THAT(after_state(*s, "light.desk", "on"), IsEmpty());
  EXPECT_THAT(after_timer(*s), IsEmpty());
  EXPECT_EQ(s->deadline(), now + 5s);
  EXPECT_THAT(after_state(*s, "light.desk", "on", {{"brightness", 3}}), IsEmpty());
  now += 5s;
  EXPECT_THAT(after_timer(*s), SizeIs(1));
  EXPECT_EQ(s->deadline(), net::never);

  after_state(*s, "light.desk", "off");
  after_state(*s, "light.desk", "on");
  after_timer(*s);
  after_state(*s, "light.desk", "off");
  EXPECT_EQ(s->deadline(), net::never) << "it did not last";
}

TEST_F(SubscriptionsTest, TriggerOfEventsHearsThem) {
  const auto s = make_trigger_subscription(
      read_triggers(json::parse(R"({"platform":"event","event_type":"test_event"})")).value());
  const context cause{.id = "01K", .parent_id = {}, .user_id = {}};
  s->on_bus(make_event("ignore_event", "{}", cause, start), out);
  EXPECT_THAT(out.taken(), IsEmpty());
  s->on_bus(make_event("test_event", R"({"hello":"world"})", cause, start), out);
  const auto said = out.taken();
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_EQ(json::parse(said[0]).at_pointer("/variables/trigger/event/data/hello"),
            json::value("world"));
  EXPECT_EQ(json::parse(said[0]).at_pointer("/context/id"), json::value("01K"));
}

TEST_F(SubscriptionsTest, ConditionIsLookedAtEverySecond) {
  const auto s = make_condition_subscription(
      condition::read(json::parse(R"({"condition":"state","entity_id":"light.desk","state":"on"})"))
          .value(),
      house, {now, wall()});
  EXPECT_THAT(after_timer(*s), ElementsAre(R"({"result":false})"));
  EXPECT_EQ(s->deadline(), now + 1s);
  now += 1s;
  EXPECT_THAT(after_timer(*s), IsEmpty()) << "nothing new";
  house.set("light.desk", "on", {}, wall(), {});
  now += 1s;
  EXPECT_THAT(after_timer(*s), ElementsAre(R"({"result":true})"));
  house.remove("light.desk", wall(), {});
  now += 1s;
  EXPECT_THAT(after_timer(*s), ElementsAre(HasSubstr("unknown entity light.desk")));
}

TEST_F(SubscriptionsTest, TemplateFollowsWhatItLookedAt) {
  const auto s = watching("Desk is {{ states('light.desk') }}");
  EXPECT_THAT(after_state(*s, "light.kitchen", "on"), IsEmpty());
  EXPECT_THAT(after_state(*s, "light.desk", "on"),
              ElementsAre(R"({"result":"Desk is on","listeners":{"all":false,)"
                          R"("entities":["light.desk"],"domains":[],"time":false}})"));
  EXPECT_THAT(after_state(*s, "light.desk", "on", {{"brightness", 1}}), IsEmpty())
      << "the same result is not said again";
  EXPECT_EQ(s->deadline(), net::never);
}

TEST_F(SubscriptionsTest, TemplateOfADomainIsRenderedOnceASecond) {
  const auto s = watching("{{ states.light | selectattr('state', 'eq', 'on') | list | count }}");
  EXPECT_THAT(after_state(*s, "light.desk", "on"), IsEmpty());
  EXPECT_EQ(s->deadline(), now + 1s);
  EXPECT_THAT(after_state(*s, "light.kitchen", "on"), IsEmpty());
  now += 1s;
  EXPECT_THAT(after_timer(*s), ElementsAre(HasSubstr(R"("result":3)")));
  EXPECT_EQ(s->deadline(), net::never);
}

TEST_F(SubscriptionsTest, TemplateOfTheTimeIsRenderedEveryMinute) {
  const auto s = watching("{{ now().minute }}");
  EXPECT_EQ(s->deadline(), now + 55s);
  now += 55s;
  EXPECT_THAT(after_timer(*s), ElementsAre(HasSubstr(R"("result":21)")));
  EXPECT_EQ(s->deadline(), now + 60s);
}

// The order that the protocol's reference gives.
TEST_F(SubscriptionsTest, ErrorsOfATemplateAreSaidIfTheyAreAskedFor) {
  auto w = watcher("{{ my_var }}", true);
  const std::string warning = R"({"error":"'my_var' is undefined","level":"WARNING"})";
  EXPECT_THAT(w.complaints_at(start), ElementsAre(warning));
  EXPECT_THAT(w.render_at(start),
              ElementsAre(warning, R"({"result":"","listeners":{"all":false,"entities":[],)"
                                   R"("domains":[],"time":false}})"));
  auto broken = watcher("{{ now() | unknown_filter }}", true);
  EXPECT_THAT(broken.render_at(start),
              ElementsAre(R"({"error":"TemplateAssertionError: No filter named 'unknown_filter'.",)"
                          R"("level":"ERROR"})"));
  EXPECT_THAT(watcher("{{ my_var + 1 }}").render_at(start), IsEmpty());
  EXPECT_THAT(watcher("{{ ").render_at(start), IsEmpty());
}

// An error does not end it: what was missing may come.
TEST_F(SubscriptionsTest, TemplateRecoversFromItsError) {
  auto w = watcher("{{ float(states.sensor.foo.state) + 1 }}");
  EXPECT_THAT(w.render_at(wall()), IsEmpty());
  const auto s = make_template_subscription(std::move(w), house, {now, wall()});
  EXPECT_THAT(after_state(*s, "sensor.foo", "2"), ElementsAre(HasSubstr(R"("result":3.0)")));
}

}  // namespace
}  // namespace hassle::mockha
