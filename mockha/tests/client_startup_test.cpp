// What clients that others wrote send when they start, in their order: each message gets an answer
// that they can live with.
#include "story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace hassle::mockha {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// Sends messages one after the other and insists on good answers.
class starting_client {
 public:
  explicit starting_client(story& with) : with_(with) {}

  void connects() {
    EXPECT_THAT(with_.opened(), testing::ElementsAre(HasSubstr(R"("type":"auth_required")")));
    EXPECT_THAT(with_.sends(R"({"type":"auth","access_token":"secret"})"),
                testing::ElementsAre(HasSubstr(R"("type":"auth_ok")")));
  }

  /// The whole line of the answer.
  std::string asks(std::uint64_t id, std::string_view rest) {
    const std::string number = std::to_string(id);
    std::string answer;
    for (const auto& line : with_.sends(R"({"id":)" + number + "," + std::string(rest) + "}")) {
      if (line.starts_with(R"(S {"id":)" + number + R"(,"type":"result")")) answer = line;
      if (line.starts_with(R"(S {"id":)" + number + R"(,"type":"pong")")) answer = line;
    }
    EXPECT_THAT(answer, testing::AnyOf(HasSubstr(R"("success":true)"), HasSubstr("pong"))) << rest;
    return answer;
  }

  std::uint64_t asks_in_turn(std::uint64_t first, std::initializer_list<std::string_view> all) {
    for (const auto rest : all) asks(first++, rest);
    return first;
  }

 private:
  story& with_;
};

// --- the official JS client with the usual collections ---

TEST(ClientStartup, OfficialJavaScriptClient) {
  story s;
  starting_client client(s);
  client.connects();
  client.asks(1, R"("type":"supported_features","features":{"coalesce_messages":1})");
  EXPECT_TRUE(s.core.coalescing());
  client.asks_in_turn(3, {
                             R"("type":"subscribe_entities")",
                             R"("type":"subscribe_events","event_type":"component_loaded")",
                             R"("type":"subscribe_events","event_type":"core_config_updated")",
                             R"("type":"get_config")",
                             R"("type":"subscribe_events","event_type":"service_registered")",
                             R"("type":"subscribe_events","event_type":"service_removed")",
                             R"("type":"get_services")",
                             R"("type":"ping")",
                         });
}

TEST(ClientStartup, OfficialJavaScriptClientAfterARestart) {
  story s;
  starting_client client(s);
  s.enters(core_state::not_running);
  client.connects();
  client.asks(1, R"("type":"supported_features","features":{"coalesce_messages":1})");
  client.asks_in_turn(2, {
                             R"("type":"subscribe_entities")",
                             R"("type":"subscribe_events","event_type":"component_loaded")",
                             R"("type":"subscribe_events","event_type":"core_config_updated")",
                             R"("type":"subscribe_events","event_type":"service_registered")",
                             R"("type":"subscribe_events","event_type":"service_removed")",
                             R"("type":"get_config")",
                             R"("type":"get_services")",
                         });
}

// --- an automation bridge: it demands an administrator, and registries ---

TEST(ClientStartup, AutomationBridge) {
  story s;
  starting_client client(s);
  client.connects();
  client.asks(1, R"("type":"supported_features","features":{"coalesce_messages":1})");
  EXPECT_THAT(client.asks(3, R"("type":"auth/current_user")"), HasSubstr(R"("is_admin":true)"));
  std::uint64_t id =
      client.asks_in_turn(4, {
                                 R"("type":"subscribe_events","event_type":"state_changed")",
                                 R"("type":"subscribe_events","event_type":"nodered")",
                                 R"("type":"get_config")",
                                 R"("type":"subscribe_entities")",
                                 R"("type":"get_services")",
                             });
  for (const char* registry : {"area", "device", "entity", "floor", "label"}) {
    const std::string name(registry);
    client.asks(id++, R"("type":"subscribe_events","event_type":")" + name + "_registry_updated\"");
    EXPECT_THAT(client.asks(id++, R"("type":"config/)" + name + "_registry/list\""),
                HasSubstr(R"("result":[)"));
  }
  client.asks_in_turn(
      id,
      {
          R"("type":"subscribe_events","event_type":"tag_scanned")",
          R"("type":"tag/list")",
          R"("type":"call_service","domain":"light","service":"turn_on","target":{"entity_id":["light.desk"]},"service_data":{},"return_response":false)",
      });
}

// --- a TypeScript framework: it hears each typed event twice, and needs arrays ---

TEST(ClientStartup, TypeScriptFramework) {
  story s;
  starting_client client(s);
  client.connects();
  std::uint64_t id = 2;
  client.asks(id++, R"("type":"subscribe_events")");
  for (const char* type :
       {"area_registry_updated", "config_entry_discovered", "device_registry_updated",
        "entity_registry_updated", "floor_registry_updated", "label_registry_updated", "zone"}) {
    client.asks(id++, R"("type":"subscribe_events","event_type":")" + std::string(type) + "\"");
  }
  for (const char* list :
       {"config/area_registry/list", "config_entries/get", "config/device_registry/list",
        "config/entity_registry/list", "config/floor_registry/list", "config/label_registry/list",
        "zone/list"}) {
    EXPECT_THAT(client.asks(id++, R"("type":")" + std::string(list) + "\""),
                HasSubstr(R"("result":[)"));
  }
  const auto heard = s.sends(
      R"({"id":900,"type":"fire_event","event_type":"area_registry_updated","event_data":{"action":"update","area_id":"kitchen"}})");
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_THAT(heard[0], testing::EndsWith(R"("id":2})"));
  EXPECT_THAT(heard[1], testing::EndsWith(R"("id":3})"));
}

// --- a small Node client: targets in the data ---

TEST(ClientStartup, SmallNodeClient) {
  story s;
  starting_client client(s);
  client.connects();
  client.asks_in_turn(
      1,
      {
          R"("type":"subscribe_events")",
          R"("type":"call_service","domain":"switch","service":"turn_on","service_data":{"entity_id":"switch.fan"},"return_response":false)",
          R"("type":"get_states")",
      });
  EXPECT_EQ(s.house.find("switch.fan")->now().state, "on");
}

// --- Python websockets: no message above 1 MiB ---

TEST(ClientStartup, PythonWithWebsockets) {
  constexpr std::size_t message_bytes_max = std::size_t{1} << 20U;
  story s;
  starting_client client(s);
  client.connects();
  EXPECT_LT(client.asks(1, R"("type":"get_states")").size(), message_bytes_max);
  EXPECT_LT(client.asks(2, R"("type":"get_services")").size(), message_bytes_max);
  client.asks_in_turn(3, {
                             R"("type":"subscribe_events","event_type":"state_changed")",
                             R"("type":"ping")",
                         });
}

// --- Home Assistant's own frontend, the JS client's biggest user ---

TEST(ClientStartup, Frontend) {
  story s;
  starting_client client(s);
  client.connects();
  client.asks(1, R"("type":"supported_features","features":{"coalesce_messages":1})");
  client.asks_in_turn(
      3, {
             R"("type":"auth/current_user")",
             R"("type":"get_panels")",
             R"("type":"subscribe_events","event_type":"panels_updated")",
             R"("type":"frontend/get_themes")",
             R"("type":"subscribe_events","event_type":"themes_updated")",
             R"("type":"frontend/subscribe_user_data","key":"core")",
             R"("type":"frontend/subscribe_user_data","key":"sidebar")",
             R"("type":"frontend/subscribe_system_data","key":"core")",
             R"("type":"frontend/get_user_data","key":"language")",
             R"("type":"frontend/get_translations","language":"en","category":"title")",
             R"("type":"frontend/get_icons","category":"entity_component")",
             R"("type":"config/entity_registry/list_for_display")",
             R"("type":"config/device_registry/list")",
             R"("type":"config/area_registry/list")",
             R"("type":"config/floor_registry/list")",
             R"("type":"lovelace/dashboards/list")",
             R"("type":"lovelace/resources")",
             R"("type":"manifest/list")",
             R"("type":"integration/setup_info")",
             R"("type":"subscribe_bootstrap_integrations")",
             R"("type":"ping")",
         });
  // It makes its own dashboard if this is what it is told.
  EXPECT_THAT(s.sends(R"({"id":99,"type":"lovelace/config","url_path":null,"force":false})"),
              testing::ElementsAre(HasSubstr(R"("code":"config_not_found")")));
}

}  // namespace
}  // namespace hassle::mockha
