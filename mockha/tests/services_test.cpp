// Services with responses, helpers' services and what a service says of itself.
#include "mockha/home.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <string>
#include <utility>

namespace hassle::mockha {
namespace {

class ServicesTest : public testing::Test {
 protected:
  ServicesTest() {
    house.set("weather.home", "sunny", {{"temperature", 12}}, now, {});
    house.set("calendar.family", "off", {{"message", "Dentist"}}, now, {});
    house.set("input_number.target", "20.0", {{"min", 5}, {"max", 30}, {"step", 0.5}}, now, {});
    house.set("input_select.mode", "home", {{"options", json::array{"home", "away"}}}, now, {});
    house.set("input_boolean.guest", "off", {}, now, {});
    house.set("fan.attic", "off", {{"percentage", 0}}, now, {});
    house.set("button.restart", "unknown", {}, now, {});
    house.set("vacuum.robot", "docked", {}, now, {});
  }
  home::outcome call(std::string_view name, std::vector<std::string> entities,
                     json::object data = {}, bool response = false) {
    const auto dot = name.find('.');
    service_call c{.domain = std::string(name.substr(0, dot)),
                   .service = std::string(name.substr(dot + 1)),
                   .entities = std::move(entities),
                   .data = std::move(data)};
    c.has_target = !c.entities.empty();
    const service* called = house.service_named(c.domain, c.service);
    EXPECT_NE(called, nullptr) << name;
    EXPECT_EQ(schema_violations(*called, c), "");
    return house.execute(*called, c, "user", now, {}, response);
  }
  std::string state(std::string_view id) { return house.find(id)->now().state; }

  wall_time now{std::chrono::seconds(1'782'422'405)};
  home house{*find_home("small"), context_source(net::random_stream(1)), now};
};

TEST_F(ServicesTest, ForecastIsToldByEntity) {
  const auto done = call("weather.get_forecasts", {"weather.home"}, {{"type", "daily"}}, true);
  ASSERT_TRUE(done.response.has_value());
  const auto said = json::parse(*done.response);
  const auto& forecast = said.at("weather.home").at("forecast").as_array();
  EXPECT_EQ(forecast.size(), 7U);
  EXPECT_EQ(forecast[0].at("datetime"), json::value("2026-06-25T00:00:00+00:00"));
  EXPECT_TRUE(forecast[0].as_object().contains("templow"));
  EXPECT_EQ(state("weather.home"), "sunny");
  EXPECT_TRUE(done.effective);
}

TEST_F(ServicesTest, CalendarAndConversationAnswer) {
  auto done = call("calendar.get_events", {"calendar.family"}, {}, true);
  EXPECT_EQ(json::parse(done.response.value()).at_pointer("/calendar.family/events/0/summary"),
            json::value("Dentist"));
  done = call("conversation.process", {}, {{"text", "hello"}}, true);
  EXPECT_EQ(json::parse(done.response.value()).at_pointer("/response/response_type"),
            json::value("error"));
  EXPECT_EQ(call("conversation.process", {}, {{"text", "hello"}}).response, std::nullopt);
}

TEST_F(ServicesTest, ResponseOfNothingIsAnError) {
  const auto done = call("weather.get_forecasts", {"weather.moon"}, {{"type", "daily"}}, true);
  ASSERT_TRUE(done.failed.has_value());
  EXPECT_EQ(done.failed->code, "home_assistant_error");
  EXPECT_EQ(done.failed->message,
            "Service call requested response data but did not match any entities");
}

TEST_F(ServicesTest, ResponsesAreAskedForWhereThereAreSome) {
  const auto key = [](std::string_view domain, std::string_view name, bool wants) {
    const auto problem = response_problem(*find_service(domain, name), wants);
    return problem ? problem->translation_key : "";
  };
  EXPECT_EQ(key("light", "turn_on", true), "service_does_not_support_response");
  EXPECT_EQ(key("light", "turn_on", false), "");
  EXPECT_EQ(key("weather", "get_forecasts", false), "service_lacks_response_request");
  EXPECT_EQ(key("weather", "get_forecasts", true), "");
  EXPECT_EQ(key("conversation", "process", true), "");
  EXPECT_EQ(key("conversation", "process", false), "");
  const auto all = json::parse(services_json(false));
  EXPECT_EQ(all.at_pointer("/weather/get_forecasts/response"),
            json::parse(R"({"optional":false})"));
  EXPECT_EQ(all.at_pointer("/conversation/process/response"), json::parse(R"({"optional":true})"));
  EXPECT_FALSE(all.at_pointer("/light/turn_on").as_object().contains("response"));
}

TEST_F(ServicesTest, HelpersTakeValues) {
  call("input_number.set_value", {"input_number.target"}, {{"value", 21.5}});
  EXPECT_EQ(state("input_number.target"), "21.5");
  call("input_number.increment", {"input_number.target"});
  EXPECT_EQ(state("input_number.target"), "22.0");
  call("input_number.decrement", {"input_number.target"});
  EXPECT_EQ(state("input_number.target"), "21.5");
  const auto refused = call("input_number.set_value", {"input_number.target"}, {{"value", 31}});
  EXPECT_EQ(refused.failed.value().message,
            "Validation error: Invalid value for input_number.target: 31.0 (range 5.0 - 30.0)");
  call("input_select.select_option", {"input_select.mode"}, {{"option", "away"}});
  EXPECT_EQ(state("input_select.mode"), "away");
  EXPECT_EQ(call("input_select.select_option", {"input_select.mode"}, {{"option", "moon"}})
                .failed.value()
                .translation_key,
            "not_valid_option");
  call("input_boolean.toggle", {"input_boolean.guest"});
  EXPECT_EQ(state("input_boolean.guest"), "on");
}

TEST_F(ServicesTest, OtherDevicesDoWhatTheirServicesSay) {
  call("fan.turn_on", {"fan.attic"}, {{"percentage", 40}});
  EXPECT_EQ(state("fan.attic"), "on");
  EXPECT_EQ(house.find("fan.attic")->now().attributes.at("percentage"), json::value(40));
  call("fan.toggle", {"fan.attic"});
  EXPECT_EQ(state("fan.attic"), "off");
  call("button.press", {"button.restart"});
  EXPECT_EQ(state("button.restart"), "2026-06-25T21:20:05+00:00");
  call("vacuum.start", {"vacuum.robot"});
  EXPECT_EQ(state("vacuum.robot"), "cleaning");
  call("vacuum.return_to_base", {"vacuum.robot"});
  EXPECT_EQ(state("vacuum.robot"), "docked");
  call("media_player.select_source", {"media_player.living_room"}, {{"source", "TV"}});
  EXPECT_EQ(house.find("media_player.living_room")->now().attributes.at("source"),
            json::value("TV"));
  call("climate.set_preset_mode", {"climate.office"}, {{"preset_mode", "eco"}});
  EXPECT_EQ(house.find("climate.office")->now().attributes.at("preset_mode"), json::value("eco"));
}

TEST_F(ServicesTest, RestartAndStopAreWishes) {
  EXPECT_EQ(call("homeassistant.restart", {}).wish, service::wish::restart);
  EXPECT_EQ(call("homeassistant.stop", {}).wish, service::wish::stop);
  EXPECT_EQ(call("homeassistant.check_config", {}).wish, service::wish::nothing);
  EXPECT_TRUE(find_service("homeassistant", "restart")->admin_only);
  EXPECT_FALSE(find_service("homeassistant", "turn_on")->admin_only);
}

}  // namespace
}  // namespace hassle::mockha
