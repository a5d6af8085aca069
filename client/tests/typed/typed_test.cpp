#include <hassle/client/typed.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>

namespace hassle::client {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using namespace std::chrono;

constexpr wall_time summer = sys_days(2026y / June / 25) + 21h + 20min + 5s + 162'552us;

constexpr std::string_view desk = R"({"entity_id":"light.desk","state":"on",
  "attributes":{"brightness":180,"friendly_name":"Desk"},
  "last_changed":"2026-06-25T21:20:05.162552+00:00",
  "last_reported":"2026-06-25T21:20:05.162552+00:00",
  "last_updated":"2026-06-25T21:20:06+00:00",
  "context":{"id":"01KW","parent_id":null,"user_id":"5f"}})";

std::string error_of(const auto& read) { return read ? "none" : read.error().text(); }

TEST(TypedTime, IsReadAsHomeAssistantWritesIt) {
  EXPECT_EQ(parse_time("2026-06-25T21:20:05.162552+00:00"), summer);
  EXPECT_EQ(parse_time("2026-06-25T21:20:05+00:00"), summer - 162'552us);
  EXPECT_EQ(parse_time("2026-06-25T23:20:05.162552+02:00"), summer);
  EXPECT_EQ(parse_time("2026-06-25T17:50:05.162552-03:30"), summer);
  EXPECT_EQ(parse_time("2026-06-25T21:20:05.1625529Z"), summer) << "cut";
  EXPECT_EQ(parse_time("2026-06-25T21:20:05.5Z"), summer - 162'552us + 500ms);
}

TEST(TypedTime, WhatIsNoTimeIsNotRead) {
  for (const auto* text :
       {"", "2026", "2026-06-25", "2026-06-25T21:20:05", "2026-06-25 21:20:05+00:00",
        "2026-02-30T21:20:05Z", "2026-06-25T24:20:05Z", "2026-06-25T21:60:05Z",
        "2026-06-25T21:20:61Z", "2026-06-25T21:20:05.Z", "2026-06-25T21:20:05+0000",
        "2026-06-25T21:20:05+99:00", "2026-06-25T21:20:05Zx", "2O26-06-25T21:20:05Z",
        "-026-06-25T21:20:05Z"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(TypedTime, EveryTimeThatTheMirrorWritesIsReadBack, ()) {
  const auto micros = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000);
  mirrored_state state;
  state.last_changed = static_cast<double>(micros) / 1e6;
  state.last_updated = state.last_changed;
  const json::object written = state_object("light.a", state);
  const auto read = parse_time(written.at("last_changed").as_string());
  RC_ASSERT(read == time_of(state.last_changed));
  RC_ASSERT(read->time_since_epoch() == microseconds(micros));
}

RC_GTEST_PROP(TypedTime, NoTextIsTooStrangeToBeRefused, (const std::string& text)) {
  (void)parse_time(text);
  (void)parse_time("2026-06-25T21:20:05" + text);
}

TEST(TypedRead, AStateIsReadWhole) {
  const auto read = read_state(json::parse(desk));
  ASSERT_TRUE(read) << error_of(read);
  EXPECT_EQ(read->entity_id, "light.desk");
  EXPECT_EQ(read->domain(), "light");
  EXPECT_TRUE(read->has_value());
  EXPECT_EQ(read->attributes.at("brightness"), 180);
  EXPECT_EQ(read->last_changed, summer);
  EXPECT_EQ(read->last_updated, summer - 162'552us + 1s);
  EXPECT_EQ(read->context, (ha_context{.id = "01KW", .user_id = "5f"}));
}

TEST(TypedRead, StatesSayWhereTheyCannotBeRead) {
  const std::string one(desk);
  EXPECT_EQ(read_states(json::parse("[" + one + "," + one + "]"))->size(), 2U);
  EXPECT_EQ(read_states(json::parse("[]"))->size(), 0U);
  EXPECT_EQ(error_of(read_states(json::parse("{}"))), "an array is expected");
  EXPECT_EQ(error_of(read_states(json::parse("[" + one + ",7]"))), "[1]: an object is expected");
  json::value broken = json::parse(desk);
  broken.as_object()["state"] = 7;
  EXPECT_EQ(error_of(read_states(json::array{broken})), "[0].state: a text is missing");
  broken = json::parse(desk);
  broken.as_object()["last_changed"] = "yesterday";
  EXPECT_EQ(error_of(read_state(broken)), "last_changed: no time that can be read");
  broken = json::parse(desk);
  broken.as_object()["context"] = json::object();
  EXPECT_EQ(error_of(read_state(broken)), "context.id: a text is missing");
}

TEST(TypedRead, TheMirrorsAnswerIsReadAsHomeAssistantsIs) {
  mirrored_state state;
  state.state = "unavailable";
  state.attributes = {{"restored", true}};
  state.context_id = "1";
  state.parent_id = "2";
  state.last_changed = 1782422405.162552;
  state.last_updated = 1782422406;
  const auto read = read_state(state_object("light.desk", state));
  ASSERT_TRUE(read) << error_of(read);
  EXPECT_EQ(*read, entity_state_of("light.desk", state));
  EXPECT_FALSE(read->has_value());
  EXPECT_EQ(read->last_changed, summer);
}

TEST(TypedRead, TheConfigurationIsReadAsFarAsClientsCare) {
  const auto read = read_config(json::parse(R"({"components":["http","light","hue.light"],
    "latitude":52.5,"longitude":13,"language":"en","location_name":"Home","recovery_mode":false,
    "safe_mode":true,"state":"RUNNING","time_zone":"Europe/Berlin","version":"2026.6.0"})"));
  ASSERT_TRUE(read) << error_of(read);
  EXPECT_EQ(*read, (ha_config{.version = "2026.6.0",
                              .location_name = "Home",
                              .time_zone = "Europe/Berlin",
                              .state = core_state::running,
                              .language = "en",
                              .components = 3,
                              .safe_mode = true,
                              .latitude = 52.5,
                              .longitude = 13}));
  EXPECT_EQ(error_of(read_config(json::parse(R"({"version":7})"))), "version: a text is missing");
  EXPECT_EQ(error_of(read_config(nullptr)), "an object is expected");
}

TEST(TypedRead, EveryWordForTheStartIsKnown) {
  json::object config{{"version", "1"}, {"location_name", ""}, {"time_zone", ""}};
  for (const auto& [word, state] : {std::pair{"NOT_RUNNING", core_state::not_running},
                                    {"STARTING", core_state::starting},
                                    {"STOPPING", core_state::stopping},
                                    {"FINAL_WRITE", core_state::final_write},
                                    {"STOPPED", core_state::stopped},
                                    {"DREAMING", core_state::unknown}}) {
    config["state"] = word;
    EXPECT_EQ(read_config(config)->state, state);
  }
}

TEST(TypedRead, AServiceResponseHasItsContextAndWhatWasReturned) {
  const auto read = read_service_response(
      json::parse(R"({"context":{"id":"01","parent_id":null,"user_id":"5f"},"response":{"a":1}})"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->context.id, "01");
  EXPECT_EQ(json::serialize(read->response), R"({"a":1})");
  EXPECT_TRUE(read_service_response(json::parse(R"({"context":{"id":"01"}})"))->response.is_null());
  EXPECT_EQ(read_service_response(nullptr)->context.id, "") << "found by a look-up";
  EXPECT_FALSE(read_service_response(7));
}

TEST(TypedRead, EventsOfEveryKind) {
  const auto event = read_event(json::parse(R"({"event_type":"state_changed","data":{"x":1},
    "origin":"REMOTE","time_fired":"2026-06-25T21:20:05.162552+00:00","context":{"id":"1"}})"));
  ASSERT_TRUE(event) << error_of(event);
  EXPECT_TRUE(event->remote);
  EXPECT_EQ(event->time_fired, summer);
  EXPECT_EQ(event->data.at("x"), 1);
  EXPECT_EQ(error_of(read_event(json::parse(R"({"event_type":"x"})"))),
            "data: an object is missing");

  const auto trigger =
      read_trigger(json::parse(R"({"variables":{"trigger":{"platform":"state"}},"context":null})"));
  ASSERT_TRUE(trigger) << error_of(trigger);
  EXPECT_EQ(trigger->trigger.at("platform"), "state");
  EXPECT_EQ(error_of(read_trigger(json::parse("{}"))), "variables: an object is missing");
  EXPECT_EQ(error_of(read_trigger(json::parse(R"({"variables":{}})"))),
            "variables.trigger: an object is missing");

  EXPECT_EQ(read_rendered(json::parse(R"({"result":"on","listeners":{}})"))->result, "on");
  EXPECT_TRUE(read_rendered(json::parse(R"({"result":null})"))->result.is_null());
  EXPECT_EQ(read_rendered(json::parse(R"({"error":"'x' is undefined","level":"WARNING"})"))->error,
            "'x' is undefined");
  EXPECT_EQ(error_of(read_rendered(json::parse("{}"))), "result: it is missing");
}

TEST(TypedBodies, AreWhatHomeAssistantTakes) {
  using namespace bodies;
  EXPECT_EQ(json::serialize(ping()), R"({"type":"ping"})");
  EXPECT_EQ(json::serialize(get_states()), R"({"type":"get_states"})");
  EXPECT_EQ(json::serialize(get_config()), R"({"type":"get_config"})");
  EXPECT_EQ(json::serialize(get_services()), R"({"type":"get_services"})");
  EXPECT_EQ(json::serialize(subscribe_events("")), R"({"type":"subscribe_events"})");
  EXPECT_EQ(json::serialize(subscribe_events("state_changed")),
            R"({"type":"subscribe_events","event_type":"state_changed"})");
  EXPECT_EQ(json::serialize(subscribe_entities()), R"({"type":"subscribe_entities"})");
  EXPECT_EQ(json::serialize(subscribe_entities({"light.a"})),
            R"({"type":"subscribe_entities","entity_ids":["light.a"]})");
  EXPECT_EQ(json::serialize(subscribe_trigger(json::object{{"platform", "state"}})),
            R"({"type":"subscribe_trigger","trigger":{"platform":"state"}})");
  EXPECT_EQ(json::serialize(render_template("{{ 1 }}", {.timeout = 3s, .strict = true})),
            R"({"type":"render_template","template":"{{ 1 }}","timeout":3,"strict":true,)"
            R"("report_errors":true})");
}

TEST(TypedBodies, AServiceCallNamesOnlyWhatIsGiven) {
  EXPECT_EQ(json::serialize(bodies::call_service("homeassistant", "restart")),
            R"({"type":"call_service","domain":"homeassistant","service":"restart"})");
  EXPECT_EQ(json::serialize(bodies::call_service("light", "turn_on",
                                                 {.entity_ids = {"light.a", "light.b"},
                                                  .device_ids = {"d"},
                                                  .area_ids = {"a"},
                                                  .floor_ids = {"f"},
                                                  .label_ids = {"l"}},
                                                 {{"brightness", 7}}, true)),
            R"({"type":"call_service","domain":"light","service":"turn_on",)"
            R"("target":{"entity_id":["light.a","light.b"],"device_id":["d"],"area_id":["a"],)"
            R"("floor_id":["f"],"label_id":["l"]},"service_data":{"brightness":7},)"
            R"("return_response":true})");
}

}  // namespace
}  // namespace hassle::client
